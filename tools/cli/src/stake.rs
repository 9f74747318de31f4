//! A staker's own delegation: every transaction is made and signed, by the staker and the committee, before the coin moves.
//!
//! # The idea
//!
//! The staking transaction's id is known before anybody signs it, since only native segwit coins are taken. So slashing, early
//! end and its slashing are made and signed first ([`make`]); members of the committee answer; and only when all of their
//! signatures are verified does a PSBT leave for the wallet that has the coins ([`psbt`]). [`unbond`] completes the early end, and
//! [`withdraw`] takes back what is the staker's again.
//!
//! # The danger
//!
//! A coin that is locked before the committee signed the early end lies there for the whole time. So the PSBT is the last thing
//! that is written, and never before.

pub mod address;
pub mod held;
pub mod kept;
pub mod make;
pub mod own;
pub mod psbt;
pub mod tx;
pub mod unbond;
pub mod withdraw;
