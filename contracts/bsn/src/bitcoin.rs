//! Bitcoin as the light client knows it. The light client alone checks headers. This room hands them on, reads the
//! light client's tip, and does what follows from a higher tip.
//!
//! **The danger.** A header that the light client refuses must not cost the rest of a packet. So headers are sent as
//! submessages; where one fails, an event reports it. A tip that anybody could invent would end all stake. So only the
//! light client's tip counts, never a height in a packet. Expiry writes sums in more than one place, and a hook may be
//! torn between them. So a hook sends expiry as a message to this contract, which takes effect whole or not at all.

mod checkpoints;
mod client;
mod follow;
mod forward;
mod reply;
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
