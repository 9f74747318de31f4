//! A snapshot: who is taken into a committee, in portions, and whether what was taken is enough.
//!
//! ```text
//!   candidates   the active set of R, each with the lower of its powers at R and at R'; most first, lower key first
//!   portion      whole FPs, at most 64 rows, from where the mark stands; the mark is written last
//!   settle       new, where all were looked at and those taken have half of the power of R's active set; else the old one
//! ```

use primitives::{BlockHeight, FpId, FpPublicKey, VotingPower};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::calendar::Interval;
use super::committee::{COUNT_MAX, ROWS_MAX, Seat};
use crate::Commitment;

/// How many rows a block takes at most; an FP has at most three.
pub const PORTION_ROWS: usize = 64;

/// An FP of the active set of R.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Its number.
    pub id: FpId,
    /// Its key.
    pub key: FpPublicKey,
    /// The lower of its powers at R and at R', in sats.
    pub power: u64,
    /// Whether it is slashed by now.
    pub is_slashed: bool,
}

/// Candidates in the order in which they are looked at: most power first, lower key first; those without power are none.
pub fn ranked(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.retain(|one| one.power > 0);
    candidates.sort_unstable_by(|a, b| b.power.cmp(&a.power).then(a.key.cmp(&b.key)));
    candidates
}

/// How far a snapshot is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// How many candidates are done with.
    pub done: usize,
    /// How many FPs were taken.
    pub providers: usize,
    /// How many rows they have.
    pub rows: usize,
    /// Their power, in sats.
    pub total: u64,
}

/// What became of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken.
    Taken(Seat),
    /// It is left out; what a torn hook may have written of it is deleted.
    LeftOut(FpPublicKey, Reason),
}

/// Why a candidate is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It has signed two blocks at one height.
    Slashed,
    /// No commitment that counts covers this grid height.
    Uncovered(BlockHeight),
    /// The commitment that covers this grid height is for more than 2^32 heights.
    TooLong(BlockHeight),
    /// Enough FPs, or rows, or power for a `u64`, were taken before it.
    Full,
}

/// A part of the candidates, and the mark to write after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion {
    /// What became of each that was looked at, in their order.
    pub verdicts: Vec<Verdict>,
    /// How far the snapshot is then.
    pub mark: Mark,
}

/// What the next portion takes of the `ranked` candidates of S(`grid`), at most `max` of them in all; `commitments` answers
/// those of an FP that counted when the snapshot began.
///
/// # Errors
/// Those of `commitments`.
pub fn portion<E>(
    ranked: &[Candidate],
    mark: Mark,
    (grid, interval, max): (BlockHeight, Interval, usize),
    mut commitments: impl FnMut(&Candidate) -> Result<Vec<Commitment>, E>,
) -> Result<Portion, E> {
    let (mut mark, mut verdicts, mut written) = (mark, Vec::new(), 0);
    for candidate in ranked.iter().skip(mark.done) {
        let counted = if candidate.is_slashed { Vec::new() } else { commitments(candidate)? };
        let (verdict, next) = look(candidate, mark, (grid, interval, max), &counted);
        written += next.rows - mark.rows;
        if written > PORTION_ROWS {
            break;
        }
        mark = next;
        verdicts.push(verdict);
    }
    Ok(Portion { verdicts, mark })
}

/// What becomes of one candidate of S(`grid`), at most `max` of them in all, and the mark after it; `counted` are its
/// commitments that counted when the snapshot began. They do not matter of one that is slashed.
pub fn look(
    candidate: &Candidate,
    mark: Mark,
    (grid, interval, max): (BlockHeight, Interval, usize),
    counted: &[Commitment],
) -> (Verdict, Mark) {
    let done = mark.done + 1;
    let verdict = match candidate.is_slashed {
        true => Verdict::LeftOut(candidate.key, Reason::Slashed),
        false => judge(candidate, mark, max, covering(grid, interval, counted)),
    };
    let mark = match &verdict {
        Verdict::Taken(seat) => Mark {
            done,
            providers: mark.providers + 1,
            rows: mark.rows + seat.randomness.len(),
            total: mark.total.saturating_add(seat.power),
        },
        Verdict::LeftOut(..) => Mark { done, ..mark },
    };
    (verdict, mark)
}

fn judge(candidate: &Candidate, mark: Mark, max: usize, found: Result<Vec<Commitment>, Reason>) -> Verdict {
    let Candidate { key, power, .. } = *candidate;
    match found {
        Err(reason) => Verdict::LeftOut(key, reason),
        Ok(randomness)
            if mark.providers >= max
                || mark.rows + randomness.len() > ROWS_MAX
                || mark.total.checked_add(power).is_none() =>
        {
            Verdict::LeftOut(key, Reason::Full)
        }
        Ok(randomness) => Verdict::Taken(Seat { key, power, randomness }),
    }
}

/// The commitments that cover the three grid heights above `grid`, each once.
fn covering(
    grid: BlockHeight,
    interval: Interval,
    counted: &[Commitment],
) -> Result<Vec<Commitment>, Reason> {
    let mut rows: Vec<Commitment> = Vec::new();
    for height in interval.covered(grid) {
        let found = counted.iter().find(|one| one.covers(height)).ok_or(Reason::Uncovered(height))?;
        if found.count > COUNT_MAX {
            return Err(Reason::TooLong(height));
        }
        if rows.last() != Some(found) {
            rows.push(*found);
        }
    }
    Ok(rows)
}

/// What S(G) is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// Those who were taken.
    New,
    /// S(G - C) again.
    Repeated(Why),
}

/// Why a committee is used once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Why {
    /// Not all candidates were looked at before G: hooks were lost.
    #[error("the snapshot was not finished: hooks were lost")]
    Unfinished,
    /// It was finished, but no record F below G names it.
    #[error("no record names the snapshot: hooks were lost")]
    Unnamed,
    /// Nobody was taken.
    #[error("no finality provider has power and randomness for it")]
    Nobody,
    /// Those taken have less than half of the power of the active set of R.
    #[error("those with randomness for it have {taken} of {active} sats, less than half")]
    TooFew {
        /// What they have.
        taken: VotingPower,
        /// What the set has.
        active: VotingPower,
    },
}

/// Whether what was taken of so many candidates is enough; `active` is the power of the active set of R.
pub fn settle(mark: Mark, candidates: usize, active: VotingPower) -> Settled {
    let taken = VotingPower::new(mark.total.into());
    if mark.done < candidates {
        Settled::Repeated(Why::Unfinished)
    } else if mark.providers == 0 {
        Settled::Repeated(Why::Nobody)
    } else if taken.get().saturating_mul(2) < active.get() {
        Settled::Repeated(Why::TooFew { taken, active })
    } else {
        Settled::New
    }
}
