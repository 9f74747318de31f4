//! What tests share: vectors made by others, and cases made from a seed.
//!
//! # The idea
//!
//! A test that compares our code with our code proves little. So [`load`] reads what Babylon's Go code
//! and Bitcoin made, and [`eots_cases()`] makes as many signatures, good and bad, as one likes, judged by k256
//! and not by us; the same seed gives the same cases natively, in a contract and in any virtual machine.
//!
//! # The danger
//!
//! A test that skips itself looks like one that passed. The vectors of others are not part of this tree; where
//! they are missing, [`load`] says so in one line, and **fails** wherever they were promised: when `CI` or
//! `BSN_VECTORS` is set. A single missing file is always a failure.
//!
//! # Synopsis
//!
//! ```
//! use vectors::eots_cases;
//!
//! let cases = eots_cases(1, 100);
//! assert_eq!(cases, eots_cases(1, 100));
//! assert!(cases.iter().any(|case| case.valid));
//! assert!(cases.iter().any(|case| !case.valid));
//! ```
//!
//! Never a normal dependency of a contract.

pub mod babylon;
mod eots_cases;
mod files;
mod mine;

pub use eots_cases::{Change, EotsCase, eots_cases};
pub use files::load;
pub use mine::mine;
