//! From public evidence to slashing transactions that Bitcoin takes.
//!
//! # The idea
//!
//! A finality provider (FP) that signs two hashes at one height gives its secret key away. With it anybody completes the
//! slashing transactions that its stakers and the covenant committee signed in advance, and `btc-staking` keeps all that is
//! needed for that in its state. So the way is: two votes, or what the chain recorded of them, to the [`key`];
//! `slashing_data{}` and the key to two complete transactions a stake ([`complete`]).
//!
//! What is completed is checked before it leaves by [Bitcoin's own interpreter](interpreter), against the output that the
//! contract names and, where Bitcoin is asked, against the output that is really there.
//!
//! # The danger
//!
//! * **A slashing transaction has a fee that was fixed when it was signed.** Where blocks are full it may wait; nobody can
//!   raise it. A child transaction of whoever owns an output can pay for it.
//! * **One of the two spends the stake, the other what an early end left of it.** Which one is possible only Bitcoin says.
//! * **The key is public, and still no plaything.** It is cleared from memory, printed only when asked, and never written.
//!
//! | module | holds |
//! |---|---|
//! | [`key`] | the key, from votes, from a file, from what the chain recorded |
//! | [`complete`], [`interpreter`] | transactions, completed and checked; pure |
//! | [`find`] | stakes and their data, as the contract answers |
//! | [`today`] | which transaction Bitcoin would take today |
//! | [`show`] | for people and for programs |

pub mod complete;
pub mod find;
pub mod interpreter;
pub mod key;
pub mod show;
pub mod today;

pub use complete::{Complete, complete};
