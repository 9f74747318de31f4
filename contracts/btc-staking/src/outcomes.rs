//! What became of stake, sent to `bsn`. What it does not take is sent again.

mod reply;
mod send;

pub use reply::{OUTCOMES_REPLY, reply};
pub use send::{again, send};
