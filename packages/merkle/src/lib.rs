//! CometBFT (RFC 6962) Merkle trees and proofs of inclusion.
//!
//! # The idea
//!
//! A finality provider commits to the randomness of thousands of heights with one hash, the root of a tree whose
//! leaves are the public randomness in the order of the heights. With a vote comes one leaf and the
//! [`Proof`] that it stands at that height's place: the siblings on the way to the root, about log2 of the number of
//! leaves. Votes on consecutive heights share most of that way, and a [`RangeProof`] walks it once.
//!
//! # The danger
//!
//! * **The place is part of the claim.** A proof that a leaf is *somewhere* in the tree would let a voter choose between
//!   nonces. The index decides at every level which side a sibling is on, so a proof of one index is no proof
//!   of another; the caller must still compare `index` and `total` with the height and the commitment.
//! * **Inner nodes must not pass for leaves**, hence the byte in front of either kind.
//! * **The tree is not balanced.** Leaves near the end may have fewer aunts, and a proof with one more or one
//!   less is refused.
//! * Places are `u64` and never a machine word: on wasm32 that would be cut to 32 bits.
//!
//! # Synopsis
//!
//! ```
//! use bsn_merkle::Tree;
//!
//! let randomness: Vec<[u8; 32]> = (0..10).map(|height| [height; 32]).collect();
//! let tree = Tree::new(&randomness);
//! let commitment = tree.root();
//!
//! let proof = tree.proof(7).expect("there are ten leaves");
//! assert!(proof.verify(&commitment, &randomness[7]).is_ok());
//!
//! let range = tree.range(2, 6).expect("there are ten leaves");
//! assert!(range.verify(&commitment, &randomness[2..8]).is_ok());
//! assert_eq!(range.aunts.len(), 2);
//! ```
//!
//! Sources: RFC 6962, 2.1 (the tree); RFC 9162, 2.1.3.2 (verification); CometBFT `crypto/merkle`;
//! PROTOCOL.md, "The daemon's messages".
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

mod error;
mod hash;
mod level;
mod proof;
mod range;
mod tree;

pub use error::MerkleError;
pub use hash::{Hash, leaf_hash};
pub use proof::Proof;
pub use range::RangeProof;
pub use tree::Tree;

/// The example of the README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
