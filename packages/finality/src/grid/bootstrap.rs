//! When does randomness count by governance's word?
//!
//! Where randomness waits for a closed grid height ([`counted_through`](crate::commitment::counted_through)) there is a circle: without
//! randomness that counts no committee is chosen, and without a committee no grid height closes. So the first commitments count by
//! word. They are named in full, so that every branch that takes the word has the same nonces.
//!
//! ```text
//!   installed ......... activation ......... a grid height closes ......... none does for resume_delay
//!   may be named        must not             must not                       may be named, where the others have
//!                                                                           less than half: a new root of trust
//! ```
//!
//! # The danger
//!
//! The word is a root of trust: whoever names commitments after a fork chooses the branch. So it is given before anything is final, or once
//! nothing has closed for long and those who could close have less than half. A single FP with randomness for a million heights must not
//! block the way back, so half is what counts, not "nobody" (GRID.md, "What the search found", 7).

use primitives::{BlockHeight, FpPublicKey, VotingPower};
use thiserror::Error;

use crate::Commitment;

/// How many commitments are named at once.
pub const NAMED_MAX: usize = 50;

/// What a request is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The block of the call.
    pub now: BlockHeight,
    /// Finality's first height.
    pub activation: BlockHeight,
    /// The block in which a grid height closed last, or, before the first, where the grid begins.
    pub silent_since: BlockHeight,
    /// For how many blocks none must have closed.
    pub resume_delay: u64,
    /// The stake of the ranked FPs that have randomness which counts, in sats.
    pub with_randomness: VotingPower,
    /// The stake of all ranked FPs, in sats.
    pub ranked: VotingPower,
}

/// Which root of trust a word makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    /// The grid's first, which is still to come.
    First,
    /// Another: snapshots begin again, as at the start.
    Another,
}

/// Whether commitments may be named now.
///
/// # Errors
/// [`NotBootstrapped::Closing`], [`NotBootstrapped::HasRandomness`].
pub fn check(facts: &Facts) -> Result<Root, NotBootstrapped> {
    let Facts { now, activation, silent_since, resume_delay, with_randomness, ranked } = *facts;
    if now < activation {
        return Ok(Root::First);
    }
    let not_before = silent_since.saturating_add(resume_delay).next();
    if now < not_before {
        return Err(NotBootstrapped::Closing { silent_since, not_before });
    }
    if with_randomness.get().saturating_mul(2) >= ranked.get() {
        return Err(NotBootstrapped::HasRandomness { with_randomness, ranked });
    }
    Ok(Root::Another)
}

/// A commitment, named in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Whose it is.
    pub provider: FpPublicKey,
    /// The first height.
    pub start: BlockHeight,
    /// How many heights.
    pub count: u64,
    /// The Merkle root.
    pub root: [u8; 32],
}

impl Named {
    /// The commitment as it counts by word; `stored` is the FP's from that start on, which the FP has signed.
    ///
    /// # Errors
    /// [`NotBootstrapped::NotCommitted`], [`NotBootstrapped::OtherCommitment`].
    pub fn by_word(&self, stored: Option<&Commitment>) -> Result<Commitment, NotBootstrapped> {
        let Self { provider, start, count, root } = *self;
        let stored = stored.ok_or(NotBootstrapped::NotCommitted { provider, start })?;
        if (stored.start, stored.count, stored.root) != (start, count, root) {
            return Err(NotBootstrapped::OtherCommitment { provider, start });
        }
        Ok(Commitment { committed_at: Commitment::BY_WORD, ..*stored })
    }
}

/// Why governance's word is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotBootstrapped {
    /// Finality has begun, and its grid heights close, or may.
    #[error(
        "grid heights may close still: the last did in block {silent_since}, bootstrap is from {not_before} on"
    )]
    Closing {
        /// When the last one closed, or where the grid begins.
        silent_since: BlockHeight,
        /// The first block in which commitments may be named.
        not_before: BlockHeight,
    },
    /// A committee can be chosen without.
    #[error(
        "{with_randomness} of {ranked} ranked sats have randomness that counts: bootstrap is for less than half"
    )]
    HasRandomness {
        /// In sats.
        with_randomness: VotingPower,
        /// In sats.
        ranked: VotingPower,
    },
    /// It has to commit first.
    #[error("{provider} has no commitment from height {start} on")]
    NotCommitted {
        /// Who is named.
        provider: FpPublicKey,
        /// The first height that is named.
        start: BlockHeight,
    },
    /// On this branch the FP committed to other nonces.
    #[error("the commitment of {provider} from height {start} on has another count or root")]
    OtherCommitment {
        /// Who is named.
        provider: FpPublicKey,
        /// The first height that is named.
        start: BlockHeight,
    },
}
