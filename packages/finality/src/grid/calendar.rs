//! Which heights are grid heights, and what the blocks below them are for.

use primitives::BlockHeight;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A snapshot of G is read as of a height so far below G, or further (R).
pub const LAG: u64 = 20;
/// In so many blocks below G record F is written.
pub const RECORDS: u64 = 10;
/// How many grid heights above its own a snapshot's randomness must cover: G + C, G + 2C, G + 3C.
pub const COVERED: usize = 3;

/// C: the blocks from one grid height to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval(u64);

/// A number of blocks that C cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("grid_interval is {blocks} blocks: it must be {least} to {most}")]
pub struct IntervalOutOfBounds {
    /// What it should have been.
    pub blocks: u64,
    /// The least that it may be.
    pub least: u64,
    /// The most.
    pub most: u64,
}

impl Interval {
    /// Ten minutes of one-second blocks.
    pub const DEFAULT: Self = Self(600);
    /// A snapshot needs the twenty blocks that lie below its height.
    pub const LEAST: u64 = 60;
    /// The most where randomness counts by Babylon's timestamps alone.
    pub const MOST_WITH_BABYLON: u64 = 10_000;
    /// The most where randomness waits for a grid height to close.
    pub const MOST_WITHOUT: u64 = 600;

    /// Takes C, in blocks; `with_babylon` where `stake_source` is `babylon`.
    ///
    /// # Errors
    /// [`IntervalOutOfBounds`].
    pub const fn new(blocks: u64, with_babylon: bool) -> Result<Self, IntervalOutOfBounds> {
        let (least, most) =
            (Self::LEAST, if with_babylon { Self::MOST_WITH_BABYLON } else { Self::MOST_WITHOUT });
        if blocks < least || blocks > most {
            return Err(IntervalOutOfBounds { blocks, least, most });
        }
        Ok(Self(blocks))
    }

    /// C, in blocks.
    pub const fn blocks(self) -> u64 {
        self.0
    }

    /// Whether `height` is a grid height.
    pub const fn is_grid(self, height: BlockHeight) -> bool {
        height.get() > 0 && height.get().is_multiple_of(self.0)
    }

    /// The lowest grid height above `height`.
    pub const fn next(self, height: BlockHeight) -> BlockHeight {
        BlockHeight::new((height.get() / self.0).saturating_add(1).saturating_mul(self.0))
    }

    /// The grid height above `grid`.
    pub const fn after(self, grid: BlockHeight) -> BlockHeight {
        grid.saturating_add(self.0)
    }

    /// The grid height below `grid`.
    pub const fn before(self, grid: BlockHeight) -> BlockHeight {
        grid.saturating_sub(self.0)
    }

    /// The first grid height of which a snapshot is tried, on a chain whose finality, or whose grid, begins at `since`.
    pub const fn first_snapshot(self, since: BlockHeight) -> BlockHeight {
        let lowest = since.get().saturating_add(self.0).saturating_add(LAG);
        BlockHeight::new(lowest.div_ceil(self.0).saturating_mul(self.0))
    }

    /// The grid heights that the randomness of those in S(`grid`) must cover.
    pub const fn covered(self, grid: BlockHeight) -> [BlockHeight; COVERED] {
        let first = self.after(grid);
        let second = self.after(first);
        [first, second, self.after(second)]
    }
}

/// What the first hook of a block does for the snapshot of a grid height above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duty {
    /// Whose snapshot: the next grid height.
    pub grid: BlockHeight,
    /// Whether record F is written as well, after the portion.
    pub writes_record: bool,
}

/// The lowest height of the blocks below the grid height above `height` that are not idle; `first` is the grid height of which a
/// snapshot is tried first.
pub fn wakes(interval: Interval, height: BlockHeight, first: BlockHeight) -> BlockHeight {
    interval.next(height).max(first).saturating_sub(LAG - 1)
}

/// What is to be done at `height`; nothing in most blocks.
pub fn duty(interval: Interval, height: BlockHeight, first: BlockHeight) -> Option<Duty> {
    let grid = interval.next(height);
    let left = grid.above(height);
    (grid >= first && left < LAG).then_some(Duty { grid, writes_record: left <= RECORDS })
}
