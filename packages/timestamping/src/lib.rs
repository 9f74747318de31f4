//! Which heights of this chain Bitcoin has timestamped, and by whose word.
//!
//! # The idea
//!
//! Babylon ends an epoch with a checkpoint, writes it into Bitcoin in two transactions, and, once they lie *w* deep
//! as it sees Bitcoin, sends a timestamp: the epoch, the checkpoint, the two transactions with their Merkle
//! branches, and the highest header of this chain that it saw in the epoch. What of that can be held against
//! something of our own is:
//!
//! ```text
//!  Babylon's packet                                  ours
//!  header: height, app hash  ---- judge_header ----> the anchor that our own hooks left
//!  epoch = checkpoint = both halves -- Claim::verify (the parts must agree)
//!  transaction + branch -> Merkle root --- Epochs::settle ---> the header of that hash in our light client,
//!                                                             with that root, w deep
//! ```
//!
//! So a height counts as timestamped when the header is ours **and** both halves of the checkpoint are w deep in
//! the most-work chain that our own light client checked.
//!
//! # The danger
//!
//! * **Packets are not repeated.** A checkpoint that our light client has not buried yet is kept, at most
//!   [`Epochs::WAITING_MAX`] of them, and counted when it is; it is not refused.
//! * **A young light client** starts k below the tip and never saw a checkpoint w deep. Until it has seen w blocks
//!   itself such a checkpoint counts on Babylon's word, and is marked so ([`Witness::Babylon`]).
//! * **Anybody can write a checkpoint.** That the halves are in Bitcoin does not say that Babylon's validators
//!   signed them: the BLS signature is not verified here, nor is what Babylon's state says of the epoch. A
//!   verifier of these would stand between [`Claim::verify`] and [`Epochs::receive`]. The header needs no proof from
//!   Babylon's state (there is none that could pass, PROTOCOL.md, "The proof of absence in timestamps"): its
//!   anchor is our own app hash.
//! * **Heights come out of order**, since Babylon's table of headers starts anew with each epoch. Epochs and the
//!   timestamped height only rise.
//!
//! # Synopsis
//!
//! ```
//! use bsn_timestamping::primitives::{BlockHeight, BtcHeight, EpochNumber};
//! use bsn_timestamping::{BitcoinView, Epochs, WaitingCheckpoint, Located, ClaimedBlock, Waited, Witness};
//!
//! let place = ClaimedBlock { block: [1; 32], root: [2; 32] };
//! let kept = WaitingCheckpoint { epoch: EpochNumber::new(5), height: Some(BlockHeight::new(80)), blocks: [place, place] };
//! let mut epochs = Epochs::default();
//! epochs.receive(kept);
//!
//! // Our light client has the block, but not deep enough.
//! let find = |_: &[u8; 32]| Some(Located { height: BtcHeight::new(10), root: [2; 32] });
//! let at = |tip| BitcoinView::Seen { tip: BtcHeight::new(tip), base: BtcHeight::new(0), w: 100 };
//! assert_eq!(epochs.count_buried(at(109), BlockHeight::new(50), &find), []);
//! let counted = Waited::Counted {
//!     epoch: EpochNumber::new(5),
//!     witness: Witness::Bitcoin,
//!     height: Some(BlockHeight::new(80)),
//! };
//! assert_eq!(epochs.count_buried(at(110), BlockHeight::new(50), &find), [counted]);
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

mod claim;
mod epochs;
mod header;
mod judge;
mod own;

pub use claim::{Claim, ClaimError, ClaimedBlock, Submitted};
pub use epochs::{Epochs, Receipt, Waited, WaitingCheckpoint};
pub use header::{HeaderVerdict, judge_header};
pub use judge::{BitcoinView, Located, Verdict, Waiting, Witness, judge};
pub use own::OwnTimestamp;
// Whose types stand in the signatures of this crate.
pub use {bitcoin_spv, primitives};

/// The example of the README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
