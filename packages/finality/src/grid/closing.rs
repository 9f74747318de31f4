//! When is a grid height closed?
//!
//! In order, one after the other: G closes once more than two thirds of Set(G) have voted the app hash that the contract
//! knows of G, and G - C is closed. Governance may excuse heights that never will; what they would have proven stays unproven.

use primitives::BlockHeight;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::calendar::Interval;
use super::committee::{is_quorum, quorum_of};

/// How far the grid is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The root, or the highest grid height that closed or was excused.
    pub ordered_through: BlockHeight,
    /// The highest grid height that really closed; 0 before the first.
    pub closed_through: BlockHeight,
}

/// What a grid height has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ballot {
    /// The height.
    pub grid: BlockHeight,
    /// What its committee has in all, in sats.
    pub total: u64,
    /// What of it voted the app hash of the anchor, with nonces of their rows.
    pub voted: u64,
    /// Whether a hook saw the block: at a hole the contract knows no app hash.
    pub is_anchored: bool,
}

/// Whether a grid height closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It does, and this is how far the grid is then.
    Closes(Progress),
    /// It did, or was excused.
    Passed,
    /// The one below is open.
    Waits,
    /// No votes can close it: votes of another branch could be played back there.
    Hole,
    /// This much more, in sats, would close it.
    Lacks(u64),
}

impl Progress {
    /// Of a chain whose first snapshot is that of `root`.
    pub const fn at_root(root: BlockHeight) -> Self {
        Self { ordered_through: root, closed_through: BlockHeight::new(0) }
    }

    /// The grid height whose turn it is.
    pub const fn turn(&self, interval: Interval) -> BlockHeight {
        interval.after(self.ordered_through)
    }

    /// Whether `ballot` closes its height.
    pub fn judge(&self, interval: Interval, ballot: &Ballot) -> Verdict {
        let Ballot { grid, total, voted, is_anchored } = *ballot;
        if grid <= self.ordered_through {
            Verdict::Passed
        } else if grid > self.turn(interval) {
            Verdict::Waits
        } else if !is_anchored {
            Verdict::Hole
        } else if is_quorum(voted, total) {
            Verdict::Closes(Self { ordered_through: grid, closed_through: grid })
        } else {
            Verdict::Lacks(quorum_of(total).saturating_sub(voted))
        }
    }

    /// Counts the grid heights up to `through` as closed, for the order only.
    ///
    /// # Errors
    /// [`NotExcused`]; nothing changes then.
    pub fn excuse(
        &self,
        interval: Interval,
        through: BlockHeight,
        settled_below: BlockHeight,
    ) -> Result<Self, NotExcused> {
        if !interval.is_grid(through) {
            return Err(NotExcused::NoGridHeight { through, interval: interval.blocks() });
        }
        if through <= self.ordered_through {
            return Err(NotExcused::Passed { through, ordered_through: self.ordered_through });
        }
        if through >= settled_below {
            return Err(NotExcused::TooYoung { through, settled_below });
        }
        Ok(Self { ordered_through: through, ..*self })
    }
}

/// Why governance cannot excuse a grid height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotExcused {
    /// It is none.
    #[error("{through} is no grid height: it is no multiple of {interval}")]
    NoGridHeight {
        /// What was named.
        through: BlockHeight,
        /// C, in blocks.
        interval: u64,
    },
    /// There is nothing to excuse.
    #[error("grid height {through} is closed or excused: the grid is closed through {ordered_through}")]
    Passed {
        /// What was named.
        through: BlockHeight,
        /// How far the grid is.
        ordered_through: BlockHeight,
    },
    /// Its committee may still vote.
    #[error("grid height {through} is too young to be excused: only below {settled_below}")]
    TooYoung {
        /// What was named.
        through: BlockHeight,
        /// The lowest height that is younger than `resume_delay`.
        settled_below: BlockHeight,
    },
}
