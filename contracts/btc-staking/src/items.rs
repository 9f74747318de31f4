//! What is said of delegations: by Babylon (verified, taken, ended), by strangers with a proof, and by finality providers of their own stake.

mod delegation;
mod end;
mod own;
mod self_stake;
mod slashing;

pub use delegation::{Taking, take_delegation, terms};
pub use end::take_end;
pub use own::submit_delegation;
pub use self_stake::prove_self_stake;
pub use slashing::slashing_answer;
