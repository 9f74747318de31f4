//! `bsn upgrade`: new code under the same address.
//!
//! # The idea
//!
//! The steps of handbook/src/upgrades.md, "Step by step": answers are noted before, the codes are stored, whoever may
//! migrates, the contract converts what the older version stored, and then the answers are compared. As in
//! [`deploy`](crate::deploy), each call looks at the chain and takes the step that comes next.
//!
//! # The danger
//!
//! A migration to a code of which only the id was guessed would hand the contract to whoever stores a code first; nothing
//! in a proposal could prevent it, for the address stays. So nothing is proposed before both codes are stored and their
//! checksums are seen: by governance that is two proposals.
//!
//! | module | holds |
//! |---|---|
//! | [`next`] | what comes next: pure |
//! | [`compare`] | what must be the same afterwards: pure |
//! | [`run`] | the steps |

pub mod compare;
pub mod next;
pub mod run;
