//! What packets bring of stake: judged and applied item by item, queued where it is too much, kept aside where it
//! cannot be applied.

mod items;
pub mod quarantine;
pub mod queue;

pub use items::{Applied, Fate, apply_each, apply_items};
