//! The grid's records (GRID.md): there are none where no grid is set.

use cosmwasm_std::{StdResult, Storage};
use finality::Commitment;
use finality::evidence::SignedHash;
use finality::grid::calendar::Interval;
use finality::grid::closing;
use finality::grid::record::Named;
use finality::grid::snapshot::Mark;
use primitives::{AppHash, BlockHeight, FpId, UnixTime, VotingPower};
use serde::{Deserialize, Serialize};

use super::{Item, MARKS, Table};

/// [`Grid`].
///
/// Written by `heights/grid`, in the hooks near grid heights, and `heights/grid/set`. Never deleted: one record.
pub const GRID: Item<Grid> = Item::short(b'1');
/// [`Work`], the progress mark of a snapshot.
///
/// Written by `heights/grid/snapshot`, in the first hook of the blocks below a grid height. Never deleted: one record.
pub const GRID_WORK: Item<Work> = Item::short(b'2');
/// Who may be taken, in the order in which they are looked at, each with its number and its power in sats.
///
/// Written by `heights/grid/snapshot`, with the first portion. Never deleted: one record of at most 200 FPs.
pub const CANDIDATES: Item<Vec<(FpId, u64)>> = Item::new(b'3');
/// Grid height of the snapshot, FP key ([`height_of_key`]) => power in sats, the commitments of its rows.
///
/// Written by `heights/grid/snapshot`, by the portions. Deleted by `heights/grid/snapshot`, where a torn portion left
/// one, and by `heights/grid/sweep`, once no open committee has it.
pub const SEATS: Table<40, (u64, Vec<Commitment>)> = Table::short(b'4');
/// Grid height ([`height_key`](super::height_key)) => [`Committee`].
///
/// Written by `heights/grid/settle`, by the first hook that sees the height or a higher one. Deleted by
/// `heights/grid/sweep`, 50 intervals later.
pub const COMMITTEES: Table<8, Committee> = Table::short(b'5');
/// Grid height ([`height_key`](super::height_key)) => the power that voted its app hash, in sats.
///
/// Written by `heights/grid/votes`, with each vote. Deleted by `heights/grid/sweep`, with the committee.
pub const BALLOTS: Table<8, u64> = Table::short(b'6');
/// Grid height, FP number ([`height_fp_key`](super::height_fp_key)) => hash and signature of a member's vote.
///
/// Written by `heights/grid/votes`, by votes. Deleted by `heights/grid/sweep`, once the height has been closed for an
/// interval.
pub const GRID_VOTES: Table<12, SignedHash> = Table::short(b'7');
/// The 225 bytes of record F ([`finality::grid::Record`]), for others to prove.
///
/// Written by `heights/grid/record`, in the hooks of the ten blocks below a grid height. Never deleted: one record.
pub const RECORD: Item<Vec<u8>> = Item::short(finality::grid::record::KEY);

/// How far the grid is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// C.
    pub interval: Interval,
    /// The lowest grid height of which a snapshot is tried.
    pub first: BlockHeight,
    /// The first grid height that has a committee of its own to name.
    pub root: Option<BlockHeight>,
    /// The highest grid height at or above `first` whose committee is decided, or the one below `first`.
    pub settled: BlockHeight,
    /// What is closed.
    pub order: closing::Progress,
    /// The highest grid height that was excused; zero if none.
    pub excused: BlockHeight,
    /// What was closed or excused when the committee of `settled` was decided.
    pub sealed: BlockHeight,
    /// Votes and seats of grid heights up to here are forgotten.
    pub swept: BlockHeight,
    /// Where the sweep of seats goes on.
    pub sweep_from: BlockHeight,
}

/// A snapshot that is being taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Of which grid height.
    pub grid: BlockHeight,
    /// The time of R.
    pub taken: UnixTime,
    /// The power of the active set of R.
    pub active: VotingPower,
    /// What was timestamped when it began.
    pub timestamped: BlockHeight,
    /// How many candidates there are.
    pub candidates: usize,
    /// How many of them are done with, and what was taken.
    pub mark: Mark,
    /// The whole snapshot, once its hash is known.
    pub named: Option<Named>,
}

/// The committee S(G) of a grid height G, which closes the one above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committee {
    /// The grid height whose snapshot it is: G, or a lower one.
    pub source: BlockHeight,
    /// Its hash, its total, and the time that it is of.
    pub named: Named,
    /// The power of the active set that it was taken from.
    pub active: VotingPower,
    /// The app hash of G itself; none where no hook saw that block.
    pub app_hash: Option<AppHash>,
}

/// A part of [`Marks`](super::Marks): what an ordinary block needs to know of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridMarks {
    /// C.
    pub interval: Interval,
    /// Below this height the hooks have nothing to do for it.
    pub wakes: BlockHeight,
}

/// The last field of a record that is there only where it says something.
pub mod written_if_some {
    use finality::grid::Interval;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type Marks = (Interval, i64);

    /// Nothing for nothing.
    pub fn serialize<S: Serializer>(marks: &Option<Marks>, to: S) -> Result<S::Ok, S::Error> {
        match marks {
            Some(marks) => marks.serialize(to),
            None => to.serialize_unit(),
        }
    }

    /// Nothing where the record ends.
    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Option<Marks>, D::Error> {
        Ok(Marks::deserialize(from).ok())
    }
}

/// An FP, by its key, at a grid height, ordered by height.
pub fn height_of_key(height: BlockHeight, key: &[u8; 32]) -> [u8; 40] {
    super::concat(&height.get().to_be_bytes(), key)
}

/// Has the hooks look at the grid from a height on; nothing happens where they do already, or where there is no grid.
pub fn wake_grid(storage: &mut dyn Storage, height: BlockHeight) -> StdResult<()> {
    let mut marks = MARKS.load(storage)?;
    match &mut marks.grid {
        Some(grid) if grid.wakes > height => grid.wakes = height,
        _ => return Ok(()),
    }
    MARKS.save(storage, &marks)
}
