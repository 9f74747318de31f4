//! What Babylon says of delegations: verified, taken, ended.

mod delegation;
mod end;
mod slashing;

pub use delegation::{Taking, take_delegation, terms};
pub use end::take_end;
pub use slashing::slashing_answer;
