//! The staking items of packets. Each is judged and applied by itself. They are queued where there are too many, and
//! quarantined where they cannot be applied. Where delegations are verified they are handed over to
//! the contract that does it.

pub mod handover;
mod items;
pub mod quarantine;
pub mod queue;

pub use items::{Fate, ItemCounts, apply_each, apply_items, hand_over};
