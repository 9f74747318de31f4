//! When is a block final, and who has cheated?
//!
//! # The idea
//!
//! Finality providers (FPs) hold voting power, in sats staked on Bitcoin. At every height the ones with
//! the most power whose public randomness is ready form the **active set** ([`active_set`]). They vote:
//! an EOTS signature over the app hash of that height ([`vote`]). A **cursor** moves over the heights in
//! order and passes one as soon as votes of more than two thirds of its power are in ([`tally`]). Which
//! *blocks* are final follows from the heights that it passed ([`block_finality`]). Who
//! signs two hashes at one height has published its Bitcoin key ([`evidence`]); who does not sign is
//! jailed ([`liveness`]).
//!
//! ```text
//!   block          h-1            h             h+1            h+2
//!   app hash        |   commits to the state after h-1, and so to the anchor of h-1
//!   vote at h   signs  AppHash(h)
//!   quorum at h+1  makes block h final: AppHash(h+1) contains the anchor of h, and that the hash of block h
//! ```
//!
//! # The danger
//!
//! * The vote at *h* is on the state **before** block *h*. Two different blocks *h* over one parent carry
//!   the same app hash, so a quorum at *h* says nothing about block *h* itself: a block is final when a
//!   *later* height has quorum.
//! * A commitment to randomness made in block *c* is in the state after *c*. Only a timestamped header
//!   **above** *c* proves which branch it was made on ([`Commitment::counts`]).
//! * The hooks of the chain can be lost. A height that no hook saw is a **hole**: it is skipped, never
//!   final, and no vote at it counts.
//!
//! Everything here is a pure function over values: who loads and records them is the contract.
//!
//! # Synopsis
//!
//! ```
//! use bsn_finality::tally::{self, HeightState, Step};
//! use bsn_finality::primitives::VotingPower;
//!
//! let state = HeightState::Open { total: VotingPower::new(300) };
//! assert_eq!(tally::step(state, VotingPower::new(200)), Step::Wait);
//! assert_eq!(tally::step(state, VotingPower::new(201)), Step::Quorum);
//! assert_eq!(tally::step(HeightState::Hole, VotingPower::ZERO), Step::Skip(tally::Skipped::HookLost));
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation
    )
)]

pub mod active_set;
pub mod block_finality;
pub mod commitment;
pub mod evidence;
pub mod grid;
pub mod jail;
pub mod liveness;
pub mod params;
pub mod resume;
pub mod rewards;
pub mod signing;
pub mod tally;
pub mod vote;

pub use commitment::Commitment;
pub use evidence::Evidence;
pub use params::Params;
// Whose types stand in the signatures of this crate.
pub use {eots, merkle, primitives};

/// The example of the README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
