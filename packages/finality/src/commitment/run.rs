//! How many commitments may be pending, without counting them.
//!
//! The commitments of an FP follow each other in height, and are numbered in runs of [`RUN_MAX`]. Once nothing is
//! pending a new run begins. A full run is followed by the next one only when its first height is past: by then
//! every run before it is spent. So an FP may always have [`RUN_MAX`] commitments pending and never twice as many,
//! and the last commitment tells which it is.

use primitives::BlockHeight;
use serde::{Deserialize, Serialize};

use super::Commitment;

/// How many commitments are in a run, at most.
pub const RUN_MAX: u32 = 10_000;

/// The place of a commitment among the pending ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The first height of the run's first commitment.
    pub start: BlockHeight,
    /// How many commitments of the run come before it.
    pub number: u32,
}

impl Run {
    /// The place of the first commitment of a run.
    pub const fn first(start: BlockHeight) -> Self {
        Self { start, number: 0 }
    }

    /// The place of a commitment from `start` on that is made at `now` after `last`; an error with the height that
    /// must be past where too many are pending.
    pub(super) fn after(
        last: Option<&(Commitment, Self)>,
        start: BlockHeight,
        now: BlockHeight,
    ) -> Result<Self, BlockHeight> {
        Self::within(RUN_MAX, last, start, now)
    }

    fn within(
        max: u32,
        last: Option<&(Commitment, Self)>,
        start: BlockHeight,
        now: BlockHeight,
    ) -> Result<Self, BlockHeight> {
        match last {
            Some((commitment, run)) if commitment.end() >= now => {
                let number = run.number.saturating_add(1);
                match (number < max, run.start < now) {
                    (true, _) => Ok(Self { start: run.start, number }),
                    (false, true) => Ok(Self::first(start)),
                    (false, false) => Err(run.start),
                }
            }
            _ => Ok(Self::first(start)),
        }
    }

    /// The place of a commitment that was stored without one, after `last`.
    pub fn of_older(commitment: &Commitment, last: Option<&(Commitment, Self)>) -> Self {
        let place = Self::after(last, commitment.start, commitment.committed_at);
        place.unwrap_or_else(|_| Self::first(commitment.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn commitment(start: u64, count: u64) -> Commitment {
        let start = BlockHeight::new(start);
        Commitment { start, count, root: [0; 32], committed_at: BlockHeight::default() }
    }

    fn next(last: &(Commitment, Run), now: u64) -> Result<Run, BlockHeight> {
        Run::after(Some(last), last.0.end().next(), BlockHeight::new(now))
    }

    #[test]
    fn a_full_run_waits_for_its_first_height() {
        let start = BlockHeight::new(100);
        let almost = (commitment(5_000, 1), Run { start, number: RUN_MAX - 2 });
        let full = (commitment(5_001, 1), Run { start, number: RUN_MAX - 1 });
        assert_eq!(next(&almost, 1), Ok(full.1));
        assert_eq!(next(&full, 100), Err(start));
        assert_eq!(next(&full, 101), Ok(Run::first(BlockHeight::new(5_002))));
        assert_eq!(next(&full, 5_001), Ok(Run::first(BlockHeight::new(5_002))));
        assert_eq!(next(&almost, 5_001), Ok(Run::first(BlockHeight::new(5_001))), "nothing is pending");
    }

    proptest! {
        /// Beside a model that counts.
        #[test]
        fn a_run_is_always_allowed_and_two_are_never_pending(
            max in 1_u32..6,
            steps in prop::collection::vec((0_u64..4, 1_u64..5, 0_u64..6), 1..80),
        ) {
            let mut now = 0;
            let mut all: Vec<(Commitment, Run)> = Vec::new();
            for (gap, count, blocks) in steps {
                now += blocks;
                let pending = |all: &[(Commitment, Run)]| all.iter().filter(|(c, _)| c.end().get() >= now).count();
                let start = all.last().map_or(now, |(last, _)| last.end().next().get()) + gap;
                match Run::within(max, all.last(), BlockHeight::new(start), BlockHeight::new(now)) {
                    Ok(run) => {
                        all.push((commitment(start, count), run));
                        prop_assert!(pending(&all) <= 2 * max as usize);
                    }
                    Err(first) => {
                        prop_assert!(pending(&all) >= max as usize);
                        prop_assert!(first.get() >= now);
                    }
                }
            }
        }
    }
}
