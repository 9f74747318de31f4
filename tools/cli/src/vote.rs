//! Votes for one finality provider, without Babylon's daemon: commits randomness ahead, and signs each height once.
//!
//! # The idea
//!
//! A round looks at the chain. It votes at each open height at which the finality provider has power: one by one at the tip, in
//! ranges where it lags. Where it has a seat in a committee of the [`grid`], it votes at that committee's height too, however late,
//! in jail, and after it has left; without power of its own it says until when it must go on. Then it commits to the nonces of further heights, where fewer than half of `--ahead` are left.
//! [`judge()`], a pure function, says for each height what is done there, and why.
//!
//! Nothing but the key and one file has to be kept. Nonces follow from key, chain, contract and height, and which of them are
//! committed to the contract says.
//!
//! # The danger
//!
//! **Two hashes signed at one height give the key away**, and the stake with it. So:
//!
//! * [`signer::Signer`] alone holds the key. It writes height and hash into its [`state`], has the disk confirm it, and signs
//!   then. Whatever kills the program in between, what was signed is on the disk.
//! * A hash is signed only where all nodes that answer show it in the header, **and** the contract has it as the anchor of that
//!   height. Without an anchor there is no vote: the contract would not take it. (Of a grid height the contract keeps the hash
//!   longer than the anchor; at a hole it has neither.)
//! * The state begins at a height below which nothing is signed. It never moves above a height that may still be voted at.
//! * At a height with a record another hash is refused with an alarm; the other heights go on.
//! * A vote in the contract with a nonce of ours that the state does not know was made by a second `bsn vote`, or the state is an
//!   old copy. The program ends at once. (Other programs derive other nonces: what they committed, only they can vote with.)
//!
//! What no program can see: a second copy of key *and* state on another machine. Never make one.
//!
//! | module | holds |
//! |---|---|
//! | [`file`], [`state`] | what was signed, as bytes and on disk |
//! | [`signer`], [`key`] | the key, and where it comes from |
//! | [`grid`] | where the grid has it vote, and until when; pure |
//! | [`judge`], [`due`], [`runs`] | what is done at a height; which randomness comes next; which votes go together; all pure |
//! | [`nonces`], [`trees`] | the nonces of a commitment, and proofs of them |
//! | [`message`], [`answer`], [`send`] | what is sent, and what the contract thinks of it |
//! | [`look`] | what is read of the chain |
//! | [`run`], [`show`] | a round; what is said of it |

pub mod answer;
pub mod due;
pub mod file;
pub mod grid;
pub mod judge;
pub mod key;
pub mod look;
pub mod message;
pub mod nonces;
pub mod run;
pub mod runs;
pub mod send;
pub mod show;
pub mod signer;
pub mod state;
pub mod trees;

pub use judge::{Seen, Verdict, judge};
