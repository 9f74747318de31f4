//! Bitcoin as the light client knows it. It alone checks headers; here they are handed on, its tip is read, and
//! what follows from a higher tip is done.
//!
//! **The danger.** What the light client refuses must not cost the rest of a packet, and a tip that anybody could
//! invent would end all stake. So headers go out in submessages whose failure is only told, and only the tip of
//! the light client counts, never a height in a packet. Expiry writes sums in more than one place, so in a hook,
//! which may be torn, it is a message to this contract itself: that takes effect whole or not at all.

mod client;
mod follow;
mod forward;
mod reply;
mod settle;
pub mod timestamp;

pub use client::LightClient;
pub use follow::{follow, follow_if_due};
pub use forward::{Forwarded, forward};
pub use reply::{headers_taken, not_followed};

/// The id of the reply to headers. Its payload is the height of the first of them as Babylon says it, four
/// bytes big endian.
pub const HEADERS_REPLY: u64 = 3;
/// The id of the reply to the message to ourselves.
pub const FOLLOW_REPLY: u64 = 4;
/// Seconds between two blocks of Bitcoin.
pub const BITCOIN_BLOCK_S: u64 = 600;
