//! The rules, each of which can be left out, and the sizes that they speak of.

/// Which committee must close a grid height G.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Committee {
    /// S(G - C): the snapshot of the grid height before.
    Before,
    /// S(G): the snapshot of the grid height itself.
    Own,
    /// S of the last grid height that closed.
    LastClosed,
    /// The active set of the block G.
    Live,
}

/// What a chain does. [`Rules::GRID`] is GRID.md; every other value leaves one of its rules out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules {
    /// Who must close a grid height.
    pub committee: Committee,
    /// A grid height closes only after the one before.
    pub in_order: bool,
    /// A height of which no hook took effect does not close.
    pub holes_stay_open: bool,
    /// What is not complete when G comes is not completed later.
    pub snapshots_end_below: bool,
    /// S(G) is what the record F below G names, not what the mark of the portions says.
    pub settled_by_record: bool,
    /// A record names the first snapshot too.
    pub record_before_root: bool,
    /// A snapshot has at least half of the active set's power at R; else it needs only half of the lower powers.
    pub half_of_active: bool,
    /// A portion that is done again deletes the rows that it leaves out now.
    pub redone_whole: bool,
    /// New randomness counts only once a grid height above it has closed.
    pub counts_once_closed: bool,
    /// Every row may vote: without power, jailed, at a full, resumed or settled height.
    pub rows_may_vote: bool,
    /// The app hashes of two branches are compared, not their blocks.
    pub parts_by_app_hash: bool,
}

impl Rules {
    /// The rules of GRID.md.
    pub const GRID: Self = Self {
        committee: Committee::Before,
        in_order: true,
        holes_stay_open: true,
        snapshots_end_below: true,
        settled_by_record: true,
        record_before_root: true,
        half_of_active: true,
        redone_whole: true,
        counts_once_closed: true,
        rows_may_vote: true,
        parts_by_app_hash: true,
    };

    /// An older rule: at every grid height, in order, a quorum of the active set.
    pub const LIVE_QUORUM: Self = Self { committee: Committee::Live, ..Self::GRID };

    /// An older rule: the committee changes where a grid height closes, and one that stays open is passed over.
    pub const LAST_CLOSED: Self = Self { committee: Committee::LastClosed, in_order: false, ..Self::GRID };
}

/// The numbers in the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// C, the blocks from one grid height to the next.
    pub interval: u64,
    /// How far below G its snapshot is read, at least.
    pub lag: u64,
    /// In how many blocks below G the record is written.
    pub window: u64,
    /// How many rows a block.
    pub portion: usize,
    /// How many FPs in a snapshot, and in an active set.
    pub providers: usize,
    /// How many rows in a snapshot.
    pub rows: usize,
    /// The share of the ranked stake below which there is no active set.
    pub floor_percent: u64,
}

impl Scale {
    /// What the chain uses at its shortest interval, with fewer FPs and rows so that they do not all fit.
    pub const LARGE: Self =
        Self { interval: 60, lag: 20, window: 10, portion: 4, providers: 8, rows: 14, floor_percent: 34 };

    /// The smallest in which each rule still does something.
    pub const SMALL: Self =
        Self { interval: 4, lag: 3, window: 2, portion: 2, providers: 3, rows: 9, floor_percent: 34 };

    /// Whether `height` is a multiple of the interval.
    pub const fn is_grid(&self, height: u64) -> bool {
        height.is_multiple_of(self.interval)
    }

    /// The lowest grid height above `height`.
    pub const fn next(&self, height: u64) -> u64 {
        (height / self.interval + 1) * self.interval
    }

    /// The first height at which a snapshot is tried, on a chain whose finality begins at height 1.
    pub const fn first(&self) -> u64 {
        (self.interval + self.lag + 1).div_ceil(self.interval) * self.interval
    }
}
