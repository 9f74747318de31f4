//! The contract natively, with the real light client's code behind it and a `bsn` that records what it is told; beside
//! the real `bsn`, too.

mod common;

mod costs;
mod ends;
mod headers;
mod items;
mod outcomes;
mod own;
mod params;
mod payout;
mod proofs;
mod reorganizations;
mod self_stake;
mod slashing;
mod vectors;
mod with_bsn;
