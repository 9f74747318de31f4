//! The staking items of packets. Each is judged and applied by itself. They are queued where there are too many, and
//! quarantined where they cannot be applied.

mod items;
pub mod quarantine;
pub mod queue;

pub use items::{Fate, ItemCounts, apply_each, apply_items};
