//! Commitments to public randomness: which nonce belongs to which height.
//!
//! An FP commits to the Merkle root of the nonces of a run of heights *before* it may vote at them. So a
//! height has exactly one nonce, and two signatures there use it twice.

mod run;

pub use run::{RUN_MAX, Run};

use eots::{PublicRandomness, Recover, message, schnorr};
use merkle::{Hash, Proof, RangeProof, leaf_hash};
use primitives::{BlockHeight, FpPublicKey, SigningContext};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Params;

/// The Merkle root of the public randomness of `count` heights from `start` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// The first height.
    pub start: BlockHeight,
    /// How many heights, at least one.
    pub count: u64,
    /// The RFC 6962 root over the nonces, 32 bytes each, in the order of their heights.
    pub root: [u8; 32],
    /// The block in which the commitment was executed, or [`Self::BY_WORD`].
    pub committed_at: BlockHeight,
}

impl Commitment {
    /// Stands for the block of a commitment that counts by governance's word
    /// ([`bootstrap`](crate::grid::bootstrap)): no block is the zeroth.
    pub const BY_WORD: BlockHeight = BlockHeight::new(0);

    /// The last height covered.
    pub const fn end(&self) -> BlockHeight {
        self.start.saturating_add(self.count.saturating_sub(1))
    }

    /// Whether `height` is one of its heights.
    pub fn covers(&self, height: BlockHeight) -> bool {
        self.start <= height && height <= self.end()
    }

    /// Whether it may be voted with: a header **above** the block that executed it is timestamped, and what else there must be
    /// lies above it, too ([`counted_through`]).
    ///
    /// AppHash(c) is the state before block *c*: a header at *c* does not contain a commitment made
    /// in *c*, and two branches parting there would both seem to (RULINGS.md, "Timestamps").
    pub fn counts(&self, counted_through: BlockHeight) -> bool {
        self.committed_at == Self::BY_WORD || counted_through > self.committed_at
    }

    /// Verifies that `randomness` is the one committed to for `height`.
    ///
    /// # Errors
    /// [`ProofError`] where the proof is of another height, another commitment or does not hold.
    pub fn verify(
        &self,
        height: BlockHeight,
        randomness: &PublicRandomness,
        proof: &Proof,
    ) -> Result<(), ProofError> {
        self.check_place(height, proof.index, proof.total)?;
        proof.verify(&self.root, randomness.as_bytes())?;
        Ok(())
    }

    /// As [`verify`](Self::verify), of nothing but the siblings on the way to the root: the place in the tree is the
    /// height's.
    ///
    /// # Errors
    /// [`ProofError::Merkle`] where they do not lead to the root.
    pub fn verify_aunts(
        &self,
        height: BlockHeight,
        randomness: &PublicRandomness,
        aunts: &[Hash],
    ) -> Result<(), ProofError> {
        let leaf = randomness.as_bytes();
        let index = height.above(self.start);
        let proof = Proof { total: self.count, index, leaf_hash: leaf_hash(leaf), aunts: aunts.to_vec() };
        self.verify(height, randomness, &proof)
    }

    /// Verifies that these are the values committed to for as many heights from `start` on.
    ///
    /// # Errors
    /// [`ProofError`], as for one of them.
    pub fn verify_range(
        &self,
        start: BlockHeight,
        randomness: &[PublicRandomness],
        proof: &RangeProof,
    ) -> Result<(), ProofError> {
        self.check_place(start, proof.start, proof.total)?;
        let leaves: Vec<&[u8; 32]> = randomness.iter().map(PublicRandomness::as_bytes).collect();
        proof.verify(&self.root, &leaves)?;
        Ok(())
    }

    /// Whether one of the `count` heights from `start` on is one of its heights.
    fn meets(&self, start: BlockHeight, count: u64) -> bool {
        start <= self.end() && self.start < start.saturating_add(count)
    }

    fn check_place(&self, height: BlockHeight, index: u64, total: u64) -> Result<(), ProofError> {
        if height.get().checked_sub(self.start.get()) != Some(index) {
            return Err(ProofError::Index { start: self.start, index, height });
        }
        if total != self.count {
            return Err(ProofError::Total { committed: self.count, proven: total });
        }
        Ok(())
    }
}

/// Commitments made below this height count.
///
/// With Babylon's stake the timestamped height alone decides. Where stake counts without Babylon (`needs_closed_grid`), a
/// grid height must have closed above the commitment as well: new randomness then costs a committee's third on each of two
/// branches that both have it (GRID.md, "Rules", 9).
pub fn counted_through(
    timestamped: BlockHeight,
    closed_through: BlockHeight,
    needs_closed_grid: bool,
) -> BlockHeight {
    if needs_closed_grid { timestamped.min(closed_through) } else { timestamped }
}

/// One commitment's part of a run of heights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The commitment.
    pub commitment: Commitment,
    /// Whether the values are those committed to for these heights.
    pub proven: Result<(), ProofError>,
}

/// Verifies that these are the values committed to for as many heights from `start` on, each by the one of the
/// `commitments`, in ascending order, that covers it. A part stands or falls by itself.
///
/// There is one proof for all: its `total` and `start` are those of the first part; its aunts are those of every part,
/// one part behind the other. Within one commitment that is the proof of [`Commitment::verify_range`].
pub fn verify_parts(
    commitments: &[Commitment],
    start: BlockHeight,
    randomness: &[PublicRandomness],
    proof: &RangeProof,
) -> Vec<Part> {
    let count = u64::try_from(randomness.len()).unwrap_or(u64::MAX);
    let met: Vec<&Commitment> = commitments.iter().filter(|one| one.meets(start, count)).collect();
    let mut aunts = proof.aunts.as_slice();
    let mut parts = Vec::new();
    for (place, commitment) in (1..).zip(&met) {
        let first = commitment.start.max(start);
        let skipped = first.above(start);
        let many = commitment.end().next().above(first).min(count.saturating_sub(skipped));
        let index = first.above(commitment.start);
        let needed = RangeProof::aunts_of(commitment.count, index, many);
        // What is too much is the last one's.
        let taken = if place == met.len() { aunts.len() } else { needed };
        let (own, rest) = aunts.split_at_checked(taken).unwrap_or((aunts, &[]));
        aunts = rest;
        let (total, index) = if place == 1 { (proof.total, proof.start) } else { (commitment.count, index) };
        let own = RangeProof { total, start: index, aunts: own.to_vec() };
        let values: Vec<PublicRandomness> =
            randomness.iter().skip(as_len(skipped)).take(as_len(many)).copied().collect();
        parts.push(Part { commitment: **commitment, proven: commitment.verify_range(first, &values, &own) });
    }
    parts
}

fn as_len(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Why a public randomness is not the committed one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The proof is of another height.
    #[error("the proof is of index {index} of a commitment from height {start}, not of height {height}")]
    Index {
        /// The first height of the commitment.
        start: BlockHeight,
        /// The index that the proof is of.
        index: u64,
        /// The height voted at.
        height: BlockHeight,
    },
    /// The proof is of a tree of another size.
    #[error("the proof is of {proven} values, {committed} are committed")]
    Total {
        /// How many values are committed.
        committed: u64,
        /// How many the proof says.
        proven: u64,
    },
    /// The Merkle proof does not hold.
    #[error("invalid inclusion proof of the public randomness: {0}")]
    Merkle(#[from] merkle::MerkleError),
}

/// A request to commit, parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Who commits.
    pub provider: FpPublicKey,
    /// The first height.
    pub start: BlockHeight,
    /// How many heights.
    pub count: u64,
    /// The Merkle root.
    pub root: [u8; 32],
    /// BIP-340 over [`message::commitment_hash`].
    pub signature: [u8; 64],
}

impl Request {
    /// Checks the rules on parsed data and returns the commitment to store, with its place; the signature is left to
    /// [`Request::verify`].
    ///
    /// `last` is the provider's commitment with the highest heights.
    ///
    /// # Errors
    /// The first rule of [`CommitError`] that is broken.
    pub fn check(
        &self,
        params: &Params,
        now: BlockHeight,
        last: Option<&(Commitment, Run)>,
    ) -> Result<(Commitment, Run), CommitError> {
        let commitment =
            Commitment { start: self.start, count: self.count, root: self.root, committed_at: now };
        if self.count < params.min_pub_rand {
            return Err(CommitError::TooFew { given: self.count, required: params.min_pub_rand });
        }
        if self.start.get().checked_add(self.count).is_none() {
            return Err(CommitError::Overflow { start: self.start, count: self.count });
        }
        if self.start < params.finality_activation_height {
            return Err(CommitError::NotActivated {
                start: self.start,
                activation: params.finality_activation_height,
            });
        }
        let limit = now.saturating_add(params.max_pub_rand_commit_offset);
        if self.start >= limit {
            return Err(CommitError::TooFarAhead { start: self.start, limit });
        }
        if let Some((last, _)) = last.filter(|(last, _)| self.start <= last.end()) {
            return Err(CommitError::Overlap { start: self.start, end: last.end() });
        }
        match Run::after(last, self.start, now) {
            Ok(run) => Ok((commitment, run)),
            Err(first) => Err(CommitError::TooManyPending { first }),
        }
    }

    /// Verifies the provider's signature on the request.
    ///
    /// # Errors
    /// [`CommitError::Signature`].
    pub fn verify(&self, recover: &impl Recover, context: &SigningContext) -> Result<(), CommitError> {
        let hash = message::commitment_hash(context, self.start, self.count, &self.root);
        schnorr::verify(recover, &self.provider, &hash, &self.signature)
            .map_err(|_| CommitError::Signature { provider: self.provider })
    }
}

/// Why a commitment is refused. Texts that daemons look for: PROTOCOL.md,
/// "Error texts that the daemon reads".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CommitError {
    /// Fewer heights than the config asks for.
    #[error("the request contains too few public randomness. Required minimum: {required}, got: {given}")]
    TooFew {
        /// How many were given.
        given: u64,
        /// How many are required.
        required: u64,
    },
    /// The last height does not exist.
    #[error("public randomness of {count} heights from {start} on passes the last height there is")]
    Overflow {
        /// The first height.
        start: BlockHeight,
        /// How many heights.
        count: u64,
    },
    /// It starts before finality does.
    #[error("Finality is not activated yet. Height: {start}, activation height: {activation}")]
    NotActivated {
        /// The first height.
        start: BlockHeight,
        /// The height from which votes are taken.
        activation: BlockHeight,
    },
    /// It starts too far in the future.
    #[error("the start height ({start}) is too far into the future, it must be below {limit}")]
    TooFarAhead {
        /// The first height.
        start: BlockHeight,
        /// The lowest height that is too far.
        limit: BlockHeight,
    },
    /// It starts at or below the end of the last one.
    #[error(
        "The start height ({start}) has overlap with the height of the highest public randomness committed ({end})"
    )]
    Overlap {
        /// The first height.
        start: BlockHeight,
        /// The last height committed so far.
        end: BlockHeight,
    },
    /// The provider has [`RUN_MAX`] commitments to heights from `first` on (C-05).
    #[error("{RUN_MAX} commitments are pending, the next may come once height {first} is past")]
    TooManyPending {
        /// The lowest height of the pending ones.
        first: BlockHeight,
    },
    /// Not signed by the provider under the context of this chain and contract.
    #[error("invalid signature on the public randomness commitment of {provider}")]
    Signature {
        /// Whose signature it should be.
        provider: FpPublicKey,
    },
}

/// Up to when a coverage answer stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Whether `height` is covered by a commitment that counts.
    pub covered: bool,
    /// The lowest height above at which that may change by the passing of heights alone.
    pub changes_at: Option<BlockHeight>,
}

/// Whether an FP may vote at `height`, and when that changes.
///
/// `floor` is its commitment with the highest start not above `height`, `next` the one after it.
pub fn coverage(
    height: BlockHeight,
    counted_through: BlockHeight,
    floor: Option<&Commitment>,
    next: Option<&Commitment>,
) -> Coverage {
    match floor {
        Some(floor) if floor.counts(counted_through) && floor.covers(height) => {
            Coverage { covered: true, changes_at: Some(floor.end().next()) }
        }
        _ => Coverage {
            covered: false,
            changes_at: next.filter(|next| next.counts(counted_through)).map(|next| next.start),
        },
    }
}

#[cfg(test)]
mod tests;
