//! Governed resumption of a finality that stands still.
//!
//! Where a third of the power of some height is gone for good, that height never gets its quorum, and no height
//! above it counts. The admin may then name who is missing: from the halting height to the block of the call, a
//! named FP without a vote for the canonical hash counts nothing where there is no quorum without that. Nothing else
//! changes, and no block is called final by a height that is passed so (RULINGS.md, "Resuming finality").
//!
//! ```text
//!         finalized     halting height                     call
//!   ... quorum | quorum | resumed ... resumed | quorum ... | quorum | quorum ...
//!                        \_ needed an exclusion  \_ did not
//! ```
//!
//! # The danger
//!
//! An admin who could name whom it likes, whenever it likes, would finalize with its own FPs. So only the height
//! that finality waits at may be named, only once it has waited long, and nobody who voted for the canonical hash there.

use primitives::{BlockHeight, FpId, FpPublicKey};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::tally::Step;

/// How many FPs may be named at once.
pub const NAMED_MAX: usize = 200;

/// What governance has said, once; the cursor applies it as it comes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resumption {
    /// The halting height.
    pub from: BlockHeight,
    /// The block of the call.
    pub through: BlockHeight,
    /// The numbers of those who count nothing where they have no canonical vote, each once.
    pub absent: Vec<FpId>,
}

impl Resumption {
    /// Whether `height` is one of its heights.
    pub fn covers(&self, height: BlockHeight) -> bool {
        self.from <= height && height <= self.through
    }
}

/// One who is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The FP's public key, x-only (BIP 340).
    pub provider: FpPublicKey,
    /// Its number.
    pub id: FpId,
    /// Whether it voted for the canonical hash at the halting height.
    pub voted: bool,
}

/// What a request is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The height that the cursor is at.
    pub waiting: BlockHeight,
    /// What the cursor does there.
    pub step: Step,
    /// The block of the call.
    pub now: BlockHeight,
    /// How many blocks a height must wait.
    pub delay: u64,
}

/// Judges a request to resume at `height` without those `named`.
///
/// # Errors
/// The first limit of [`ResumeError`] that it is beyond.
pub fn judge(height: BlockHeight, named: &[Named], facts: &Facts) -> Result<Resumption, ResumeError> {
    let Facts { waiting, step, now, delay } = *facts;
    if height != waiting || step != Step::Wait || height >= now {
        return Err(ResumeError::NotWaiting { height, waiting });
    }
    let at = height.saturating_add(delay);
    if now < at {
        return Err(ResumeError::TooEarly { height, at, now });
    }
    if named.is_empty() || named.len() > NAMED_MAX {
        return Err(ResumeError::Count { got: named.len() });
    }
    if let Some(voter) = named.iter().find(|named| named.voted) {
        return Err(ResumeError::Voted { provider: voter.provider, height });
    }
    let mut absent = Vec::new();
    for named in named {
        if !absent.contains(&named.id) {
            absent.push(named.id);
        }
    }
    Ok(Resumption { from: height, through: now, absent })
}

/// Why finality is not resumed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResumeError {
    /// Another height, or none, is waited for.
    #[error("finality does not wait at height {height}; the cursor is at {waiting}")]
    NotWaiting {
        /// The height given.
        height: BlockHeight,
        /// The height above the last one passed.
        waiting: BlockHeight,
    },
    /// It has not waited long enough.
    #[error("height {height} may be resumed from height {at} on, now is {now}")]
    TooEarly {
        /// The height.
        height: BlockHeight,
        /// When it may be.
        at: BlockHeight,
        /// The block of the call.
        now: BlockHeight,
    },
    /// Nobody is named, or too many.
    #[error("from 1 to {NAMED_MAX} finality providers must be named, got {got}")]
    Count {
        /// How many.
        got: usize,
    },
    /// Who voted is not missing.
    #[error("{provider} has a vote at height {height}: it cannot be left out")]
    Voted {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
        /// The height that would be resumed.
        height: BlockHeight,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: Facts =
        Facts { waiting: BlockHeight::new(50), step: Step::Wait, now: BlockHeight::new(60), delay: 10 };

    fn named(id: u32, voted: bool) -> Named {
        Named { provider: FpPublicKey::from_bytes([7; 32]), id: FpId::new(id), voted }
    }

    fn at_fifty(named: &[Named], facts: Facts) -> Result<Resumption, ResumeError> {
        judge(BlockHeight::new(50), named, &facts)
    }

    #[test]
    fn from_the_halting_height_to_the_block_of_the_call() {
        let resumption = at_fifty(&[named(9, false), named(2, false), named(9, false)], FACTS).unwrap();
        assert_eq!(resumption.absent, [9, 2].map(FpId::new));
        let covers = [49, 50, 60, 61].map(|height| resumption.covers(BlockHeight::new(height)));
        assert_eq!(covers, [false, true, true, false]);
    }

    #[test]
    fn not_elsewhere_not_earlier_and_not_without_a_voter() {
        let one = [named(1, false)];
        let not_waiting = |height, facts| judge(BlockHeight::new(height), &one, &facts);
        for (height, facts) in [
            (49, FACTS),
            (51, FACTS),
            (50, Facts { step: Step::Quorum, ..FACTS }),
            (50, Facts { now: BlockHeight::new(50), delay: 0, ..FACTS }),
        ] {
            assert!(matches!(not_waiting(height, facts), Err(ResumeError::NotWaiting { .. })), "{height}");
        }
        let early = at_fifty(&one, Facts { now: BlockHeight::new(59), ..FACTS });
        assert!(matches!(early, Err(ResumeError::TooEarly { .. })));
        assert_eq!(at_fifty(&[], FACTS), Err(ResumeError::Count { got: 0 }));
        assert!(at_fifty(&vec![named(1, false); NAMED_MAX], FACTS).is_ok(), "so many may be named");
        let many = vec![named(1, false); NAMED_MAX + 1];
        assert_eq!(at_fifty(&many, FACTS), Err(ResumeError::Count { got: NAMED_MAX + 1 }));
        let voter = at_fifty(&[named(1, false), named(2, true)], FACTS);
        assert!(matches!(voter, Err(ResumeError::Voted { .. })));
    }
}
