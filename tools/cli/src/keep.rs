//! Does what anybody may do for a chain and somebody should: small messages that keep it going.
//!
//! # The idea
//!
//! A round takes a [`Snapshot`], and [`duty::plan`], a pure function, answers which acts are due, with the reason for each.
//! Each act is then tried out by simulation, which costs nothing: what would have no effect is not sent. What is left is
//! sent within a budget of fees a day.
//!
//! Several instances need not know of each other. Whoever comes second sees by the simulation, or by the answer, that the
//! act is done, and counts it as done.
//!
//! # The danger
//!
//! * A source of headers can serve another Bitcoin, or a forged one. Its chain must contain the header that the light client
//!   began with, and each header must have the hash it was asked by; work and rules the light client judges itself.
//! * A key that sends by itself can be emptied by its own mistakes. So there is a budget, pauses that double, and nothing is
//!   sent that was not simulated. Give it an account of its own, or an allowance (`--fee-granter`).
//!
//! | module | holds |
//! |---|---|
//! | [`snapshot`], [`read`] | what is looked at, and where it is read |
//! | [`duty`] | what is due; pure |
//! | [`headers`], [`bitcoin`] | what Bitcoin has that the light client lacks; where Bitcoin is asked |
//! | [`budget`], [`pace`] | what may be spent; when the next try is due |
//! | [`work`], [`run`] | what a keeper needs of whatever it looks after; a round |
//! | [`keeping`] | what this one looks after |
//! | [`show`] | the plan as a table |

pub mod bitcoin;
pub mod budget;
pub mod duty;
pub mod headers;
pub mod keeping;
pub mod pace;
pub mod read;
pub mod run;
pub mod show;
pub mod snapshot;
pub mod work;

pub use duty::{Act, Duty};
pub use snapshot::Snapshot;
