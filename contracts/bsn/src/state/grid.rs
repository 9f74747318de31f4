//! The grid's records (GRID.md): there are none where no grid is set.
//!
//! They are numbers of eight bytes and hashes of 32, big endian, one behind the other: readers and writers made from types, as
//! other tables have them, would cost the contract twenty kilobytes. What a record lacks reads as zero, or as none.

mod words;

pub use words::{Reader, Worded, Words, put};

use cosmwasm_std::{StdResult, Storage};
use finality::Commitment;
use finality::evidence::SignedHash;
use finality::grid::calendar::Interval;
use finality::grid::closing;
use finality::grid::record::Named;
use finality::grid::snapshot::Mark;
use primitives::{AppHash, BlockHeight, FpId, UnixTime};

use super::{Item, MARKS};

/// [`Grid`].
///
/// Written by `heights/grid`, in the hooks near grid heights, and `heights/grid/set`. Never deleted: one record.
pub const GRID: Words<Grid> = Words::new(b'1');
/// [`Work`], the progress mark of a snapshot.
///
/// Written by `heights/grid/snapshot`, in the first hook of the blocks below a grid height. Never deleted: one record.
pub const GRID_WORK: Words<Work> = Words::new(b'2');
/// Who may be taken, in the order in which they are looked at, each with its number and its power in sats.
///
/// Written by `heights/grid/snapshot`, with the first portion. Never deleted: one record of at most 200 FPs.
pub const CANDIDATES: Words<Vec<(FpId, u64)>> = Words::new(b'3');
/// Grid height of the snapshot, FP key ([`height_of_key`]) => [`Seat`].
///
/// Written by `heights/grid/snapshot`, by the portions. Deleted by `heights/grid/snapshot`, where a torn portion left
/// one, and by `heights/grid/sweep`, once no open committee has it.
pub const SEATS: Words<Seat> = Words::new(b'4');
/// Grid height ([`height_key`](super::height_key)) => [`Committee`].
///
/// Written by `heights/grid/settle`, by the first hook that sees the height or a higher one. Deleted by
/// `heights/grid/sweep`, 50 intervals later.
pub const COMMITTEES: Words<Committee> = Words::new(b'5');
/// Grid height ([`height_key`](super::height_key)) => the power that voted its app hash, in sats.
///
/// Written by `heights/grid/votes`, with each vote. Deleted by `heights/grid/sweep`, with the committee.
pub const BALLOTS: Words<u64> = Words::new(b'6');
/// Grid height, FP number ([`height_fp_key`](super::height_fp_key)) => hash and signature of a member's vote.
///
/// Written by `heights/grid/votes`, by votes. Deleted by `heights/grid/sweep`, once the height has been closed for an
/// interval.
pub const GRID_VOTES: Words<SignedHash> = Words::new(b'7');
/// The 225 bytes of record F ([`finality::grid::Record`]), for others to prove.
///
/// Written by `heights/grid/record`, in the hooks of the ten blocks below a grid height. Never deleted: one record.
pub const RECORD: Item<Vec<u8>> = Item::short(finality::grid::record::KEY);

/// How far the grid is.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// The block in which a grid height closed last; zero before the first.
    pub closed_at: BlockHeight,
    /// How many commitments the admin let count by word the last time.
    pub by_word: u64,
    /// In which block; zero where it never did.
    pub word_at: BlockHeight,
}

/// A snapshot that is being taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Of which grid height.
    pub grid: BlockHeight,
    /// The time of R.
    pub taken: UnixTime,
    /// The power of the active set of R, in sats.
    pub active: u64,
    /// Commitments made below this height counted when it began.
    pub counted_through: BlockHeight,
    /// How many candidates there are.
    pub candidates: usize,
    /// How many of them are done with, and what was taken.
    pub mark: Mark,
    /// The hash of the rows, once all are there.
    pub hash: Option<[u8; 32]>,
}

/// An FP in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Its power, in sats.
    pub power: u64,
    /// The commitments of its rows.
    pub randomness: Vec<Commitment>,
}

/// The committee S(G) of a grid height G, which closes the one above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committee {
    /// The grid height whose snapshot it is: G, or a lower one.
    pub source: BlockHeight,
    /// Its hash, its total, and the time that it is of.
    pub named: Named,
    /// The power of the active set that it was taken from, in sats.
    pub active: u64,
    /// The app hash of G itself; none where no hook saw that block.
    pub app_hash: Option<AppHash>,
}

impl Worded for Grid {
    fn write(&self, to: &mut Vec<u8>) {
        let root = self.root.unwrap_or_default();
        let Self {
            order,
            first,
            settled,
            excused,
            sealed,
            swept,
            sweep_from,
            closed_at,
            by_word,
            word_at,
            ..
        } = self;
        let (ordered, closed) = (order.ordered_through, order.closed_through);
        let heights = [*first, root, *settled, ordered, closed, *excused, *sealed, *swept, *sweep_from];
        put(to, &[self.interval.blocks()], None);
        heights.iter().for_each(|height| put(to, &[height.get()], None));
        put(to, &[closed_at.get(), *by_word, word_at.get()], None);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        Self {
            interval: Interval::new(from.number(), true).unwrap_or(Interval::DEFAULT),
            first: from.height(),
            root: Some(from.height()).filter(|root| root.get() > 0),
            settled: from.height(),
            order: closing::Progress { ordered_through: from.height(), closed_through: from.height() },
            excused: from.height(),
            sealed: from.height(),
            swept: from.height(),
            sweep_from: from.height(),
            closed_at: from.height(),
            by_word: from.number(),
            word_at: from.height(),
        }
    }
}

impl Worded for Work {
    fn write(&self, to: &mut Vec<u8>) {
        let Mark { total, .. } = self.mark;
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let (candidates, done) = (number(self.candidates), number(self.mark.done));
        let (providers, rows) = (number(self.mark.providers), number(self.mark.rows));
        let (grid, taken, counted) = (self.grid.get(), self.taken.get(), self.counted_through.get());
        let numbers = [grid, taken, self.active, counted, candidates, done, providers, rows, total];
        put(to, &numbers, self.hash.as_ref());
    }

    fn read(from: &mut Reader<'_>) -> Self {
        Self {
            grid: from.height(),
            taken: UnixTime::new(from.number()),
            active: from.number(),
            counted_through: from.height(),
            candidates: from.count(),
            mark: Mark {
                done: from.count(),
                providers: from.count(),
                rows: from.count(),
                total: from.number(),
            },
            hash: from.hash(),
        }
    }
}

impl Worded for Committee {
    fn write(&self, to: &mut Vec<u8>) {
        let Named { hash, total, taken } = &self.named;
        put(to, &[self.source.get(), self.active, *total, taken.get()], Some(hash));
        put(to, &[], self.app_hash.as_ref().map(AppHash::as_bytes));
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let (source, active) = (from.height(), from.number());
        let (total, taken) = (from.number(), UnixTime::new(from.number()));
        let named = Named { hash: from.hash().unwrap_or_default(), total, taken };
        Self { source, named, active, app_hash: from.hash().map(AppHash::from_bytes) }
    }
}

impl Worded for Seat {
    fn write(&self, to: &mut Vec<u8>) {
        put(to, &[self.power], None);
        for Commitment { start, count, root, committed_at } in &self.randomness {
            put(to, &[start.get(), *count, committed_at.get()], Some(root));
        }
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let mut seat = Self { power: from.number(), randomness: vec![] };
        while !from.0.is_empty() {
            let (start, count, committed_at) = (from.height(), from.number(), from.height());
            let root = from.hash().unwrap_or_default();
            seat.randomness.push(Commitment { start, count, root, committed_at });
        }
        seat
    }
}

impl Worded for Vec<(FpId, u64)> {
    fn write(&self, to: &mut Vec<u8>) {
        for (id, power) in self {
            to.extend_from_slice(&id.to_be_bytes());
            put(to, &[*power], None);
        }
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let mut all = vec![];
        while let Some((id, rest)) = from.0.split_first_chunk() {
            from.0 = rest;
            all.push((FpId::from_be_bytes(*id), from.number()));
        }
        all
    }
}

impl Worded for u64 {
    fn write(&self, to: &mut Vec<u8>) {
        put(to, &[*self], None);
    }

    fn read(from: &mut Reader<'_>) -> Self {
        from.number()
    }
}

impl Worded for SignedHash {
    fn write(&self, to: &mut Vec<u8>) {
        put(to, &[], Some(self.app_hash.as_bytes()));
        put(to, &[], Some(&self.signature));
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let app_hash = AppHash::from_bytes(from.hash().unwrap_or_default());
        Self { app_hash, signature: from.hash().unwrap_or_default() }
    }
}

/// A part of [`Marks`](super::Marks): what an ordinary block needs to know of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridMarks {
    /// C.
    pub interval: Interval,
    /// Below this height the hooks have nothing to do for it.
    pub wakes: BlockHeight,
    /// The highest grid height that really closed, where randomness waits for one.
    pub closed_through: Option<BlockHeight>,
}

/// The last field of a record that is there only where it says something.
pub mod written_if_some {
    use finality::grid::Interval;
    use primitives::BlockHeight;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type Marks = (Interval, i64, Option<BlockHeight>);

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
