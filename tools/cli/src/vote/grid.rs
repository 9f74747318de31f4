//! The grid, as it concerns one finality provider: at which grid heights a committee waits for it, and until when (finality's
//! GRID.md).
//!
//! Its row of a committee says with which nonce it votes there, and the committee's record which hash counts. Both outlast the
//! commitment and the anchor that they were taken from, so a vote may come late. A height counts as open here as long as the contract
//! takes votes there: until it has closed, and some more blocks have passed.

use std::ops::Range;

use api::bsn::raw;
use finality::grid::calendar::LAG;
use primitives::AppHash;

use super::due::Committed;

/// How many grid heights at most are looked at: all that may be open, and as many that have just closed.
const MOST: u64 = 2 * raw::GRID_OPEN_MAX;

/// How far the grid is. All are heights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// C: every how many blocks a committee must vote.
    pub interval: u64,
    /// Of which grid height a snapshot is tried first.
    pub first: u64,
    /// The first grid height that named a committee.
    pub root: Option<u64>,
    /// The highest grid height whose committee is decided.
    pub settled: u64,
    /// The highest grid height that closed or was excused.
    pub ordered: u64,
    /// Up to here no votes are taken any more.
    pub swept: u64,
}

impl Marks {
    /// By the contract's record; nothing where it is in no form that is known.
    pub fn read(record: &[u8]) -> Option<Self> {
        let at = |place| number(record, place);
        let marks = Self {
            interval: at(raw::GRID_INTERVAL)?,
            first: at(raw::GRID_FIRST)?,
            root: Some(at(raw::GRID_ROOT)?).filter(|root| *root > 0),
            settled: at(raw::GRID_SETTLED)?,
            ordered: at(raw::GRID_ORDERED_THROUGH)?,
            swept: at(raw::GRID_SWEPT)?,
        };
        (marks.interval > 0).then_some(marks)
    }

    /// The grid height at which the next committee is decided.
    pub const fn next(&self) -> u64 {
        self.settled.saturating_add(self.interval)
    }

    /// The grid height whose committee closes this one.
    pub const fn before(&self, height: u64) -> u64 {
        height.saturating_sub(self.interval)
    }

    /// The grid heights at which votes are taken, and the next one, whose committee is known: in their order. There are none
    /// before the root, and never more than [`MOST`] and the next one.
    pub fn open(&self) -> Vec<u64> {
        let Some(root) = self.root else { return Vec::new() };
        let blocks = |grids: u64| self.interval.saturating_mul(grids);
        // Where more are open, the contract takes no vote above them.
        let last = self.settled.min(self.ordered.saturating_add(blocks(raw::GRID_OPEN_MAX)));
        let below = root.max(self.swept).max(last.saturating_sub(blocks(MOST)));
        let first = (below / self.interval).saturating_add(1).saturating_mul(self.interval);
        let open = (0..MOST).map(|place| first.saturating_add(blocks(place)));
        open.take_while(|grid| *grid <= last).chain([self.next()]).collect()
    }
}

/// The grid height whose snapshot a committee is, and the hash that is voted where it was decided, if a hook saw that block.
/// Nothing where the record is in no form that is known.
pub fn committee(record: &[u8]) -> Option<(u64, Option<AppHash>)> {
    let source = number(record, raw::COMMITTEE_SOURCE)?;
    let app_hash = match record.get(raw::COMMITTEE_APP_HASH) {
        Some(hash) => Some(AppHash::from_slice(hash).ok()?),
        None if record.len() == raw::COMMITTEE_APP_HASH.start => None,
        None => return None,
    };
    Some((source, app_hash))
}

/// A finality provider's seat in the committee of a grid height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// The height.
    pub height: u64,
    /// What it has in the committee, in sats.
    pub power: u64,
    /// The hash that counts there; none where the height is to come, or a hole.
    pub app_hash: Option<AppHash>,
    /// The commitment whose nonce counts there.
    pub row: Committed,
}

impl Seat {
    /// Whether a snapshot's record of a seat is in the form that is known.
    pub fn is_whole(record: &[u8]) -> bool {
        record
            .get(raw::SEAT_ROWS..)
            .is_some_and(|rows| !rows.is_empty() && rows.len().is_multiple_of(raw::SEAT_ROW))
    }

    /// The seat at a height by its snapshot's record. Nothing where that is in no form that is known, or has no nonce for the
    /// height.
    pub fn read(record: &[u8], height: u64, app_hash: Option<AppHash>) -> Option<Self> {
        let power = number(record, raw::SEAT_POWER)?;
        let rows = record.get(raw::SEAT_ROWS..)?.chunks(raw::SEAT_ROW).map(row);
        let row = rows.flatten().find(|row| row.covers(height))?;
        Some(Self { height, power, app_hash, row })
    }
}

fn row(bytes: &[u8]) -> Option<Committed> {
    Some(Committed {
        start: number(bytes, raw::ROW_START)?,
        count: number(bytes, raw::ROW_COUNT)?,
        block: number(bytes, raw::ROW_BLOCK)?,
        root: bytes.get(raw::ROW_ROOT)?.try_into().ok()?,
    })
}

fn number(record: &[u8], place: Range<usize>) -> Option<u64> {
    Some(u64::from_be_bytes(record.get(place)?.try_into().ok()?))
}

/// Until when somebody who leaves goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// Until this grid height has closed, at least; `undecided`: at that height it shows whether the one above it needs it, too.
    Until {
        /// The highest one that waits for it.
        height: u64,
        /// The next grid height, if the committee that is decided there can have it.
        undecided: Option<u64>,
    },
    /// No grid height waits for it; whether the one above this grid height will shows there.
    Undecided(u64),
    /// No grid height waits for it, now and later.
    Over,
}

/// From which height on a finality provider was seen without power of its own, by what was known before and its power at one more
/// height. Where it has a seat nobody sees which of the two it is.
pub fn idle_since(before: Option<u64>, height: u64, power: u64, has_seat: bool) -> Option<u64> {
    match (has_seat, power) {
        (true, _) => before,
        (false, 0) => before.or(Some(height)),
        (false, _) => None,
    }
}

/// How the grid is for a finality provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// How far it is.
    pub marks: Marks,
    /// Its seats at the grid heights where votes are taken, and at the next one: in their order.
    pub seats: Vec<Seat>,
}

impl Grid {
    /// Its seat at a height.
    pub fn seat(&self, height: u64) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.height == height)
    }

    /// The heights up to the tip at which it may vote by its seat, in their order.
    pub fn heights(&self, tip: u64) -> impl Iterator<Item = u64> + '_ {
        let last = tip.min(self.marks.settled);
        self.votable().map(|seat| seat.height).filter(move |height| *height <= last)
    }

    /// The lowest height at which it may still vote: what was signed from there on must not be forgotten.
    pub fn lowest(&self) -> Option<u64> {
        self.votable().map(|seat| seat.height).next()
    }

    /// Whether a height with a seat has not closed.
    pub fn waits(&self, height: u64) -> bool {
        height > self.marks.ordered && self.seat(height).is_some()
    }

    /// All but holes: there nobody knows a hash, so nothing is ever signed.
    fn votable(&self) -> impl Iterator<Item = &Seat> {
        self.seats.iter().filter(|seat| seat.height > self.marks.settled || seat.app_hash.is_some())
    }

    /// Until when it goes on, if it leaves; `idle_since` is a height from which on it was seen without power of its own.
    ///
    /// A committee that is decided at G is the active set of a block 20 below G or lower, or, where that fails, the one that was
    /// decided before once more. So who had no power there, and no seat at G, has none above.
    pub fn stay(&self, idle_since: u64) -> Stay {
        let next = self.marks.next().max(self.marks.first);
        let waits =
            self.votable().map(|seat| seat.height).filter(|height| *height > self.marks.ordered).last();
        let can_follow = idle_since > next.saturating_sub(LAG) || waits == Some(next);
        match (waits, can_follow) {
            (Some(height), can_follow) => Stay::Until { height, undecided: can_follow.then_some(next) },
            (None, true) => Stay::Undecided(next),
            (None, false) => Stay::Over,
        }
    }

    /// The commitments, with those of its rows that the contract has forgotten: in the order of their heights.
    pub fn with_rows(&self, mut commitments: Vec<Committed>) -> Vec<Committed> {
        for Seat { row, .. } in &self.seats {
            if !commitments
                .iter()
                .any(|known| (known.start, known.count, known.root) == (row.start, row.count, row.root))
            {
                commitments.push(*row);
            }
        }
        commitments.sort_by_key(|one| one.start);
        commitments
    }
}

#[cfg(test)]
mod tests;
