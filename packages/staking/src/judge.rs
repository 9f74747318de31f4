//! The decisions: pure functions from what was loaded to a named verdict.

mod delegation;
mod end;
mod provider;

pub use delegation::{DelegationVerdict, admit_delegation};
pub use end::{EndVerdict, end_delegation};
pub use provider::{FpVerdict, admit_finality_provider};
