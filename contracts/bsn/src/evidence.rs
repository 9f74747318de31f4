//! Evidence: what slashing records, and its way to Babylon.

pub mod outbox;
pub mod slash;
