//! What a chain's own covenant committee signs in advance, and its members' part in it.
//!
//! # The idea
//!
//! A staker makes every transaction of a delegation and signs both slashing transactions, before the coin is locked. That is a
//! [`Request`]. Each member of the committee holds it against every rule of `packages/covenant`, and answers with a [`Share`]: its
//! adaptor signatures for each finality provider, and its signature on the early end. A quorum of shares makes the delegation
//! whole, and only then the staker's coin leaves.
//!
//! # The danger
//!
//! * **A member signs a stake once.** What it signed is on the disk before the signature leaves ([`record`]). The same delegation
//!   gets the same bytes again; other transactions of one stake get nothing.
//! * **A member believes nobody.** Parameters come from its own file or the contract, never from the request; that the coins are
//!   there and unspent says a node of Bitcoin that the member has chosen.
//! * **One chain a key.** The record says of which chain it is. A key that signs for two has one committee's say in both.
//!
//! | module | holds |
//! |---|---|
//! | [`file`] | requests and shares, as files |
//! | [`terms`] | the versions of parameters, and who is registered |
//! | [`member`] | the decision, and the signature |
//! | [`record`] | what was signed, on disk |
//! | [`allowance`] | how many new stakes are signed in an hour |
//! | [`serve`] | the same over HTTP |
//! | [`whole`] | a delegation with all its signatures |

pub mod allowance;
pub mod file;
pub mod member;
pub mod record;
pub mod serve;
pub mod terms;
pub mod whole;

pub use file::{Request, ShareFile};
pub use member::{Member, Refused};
