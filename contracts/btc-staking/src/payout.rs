//! Rewards: the coins that `bsn` sends at the end of a period, and their way to finality providers (FPs) and stakers.
//!
//! What everybody has is decided by the crate `payout`; here are its [`Books`] in storage, and who may take what out.
//!
//! **The danger.** Only what `bsn` counts earns: [`hear`] learns of it where `bsn`'s verdicts come back, and nowhere else. What
//! leaves the books leaves the contract by a message of the same call, or the call fails.

mod books;
mod bounty;
mod hear;
mod owners;
mod payments;

pub use books::{Books, slashed};
pub use bounty::bounties;
pub use hear::hear;
pub use owners::{Owners, Registered, check_owner, owner};
pub use payments::{Payments, coins};
