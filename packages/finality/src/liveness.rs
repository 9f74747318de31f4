//! Who does not vote.
//!
//! A height is judged once votes at it can no longer count, or once it has waited for quorum long enough. It is a
//! **miss** for every FP that has power there and no vote for the canonical hash: a vote for another hash is
//! none (RULINGS.md, "Absence").
//!
//! Misses are kept by height and not by FP, so that a height which two hundred missed costs two records instead of two
//! hundred:
//!
//! ```text
//!   buckets     who missed which heights      | 31: 4 9 | 32: 4 | 33: 4 9 17 | ...
//!   absences    the sum over the window             4: 3    9: 2    17: 1
//! ```
//!
//! A bucket is one height, or [`WIDE`] of them where the window is longer than [`EXACT_MAX`]. When it leaves the window it
//! is taken off the sums. Who always votes costs nothing, and leaving the set and coming back forgets nothing.
//!
//! # Torn hooks
//!
//! A hook can be stopped after any write and run again. So both records know the last height they contain, and what
//! they contain already changes nothing. A bucket is written before the sums, and deleted after them.

use primitives::{BlockHeight, FpId};
use serde::{Deserialize, Serialize};

mod misses;

pub use misses::Misses;

/// The longest window, in heights.
pub const WINDOW_MAX: u64 = 10_000;
/// The longest window that is counted height by height.
pub const EXACT_MAX: u64 = 1_024;
/// How many heights a bucket of a longer window has.
pub const WIDE: u64 = 10;
/// How many FPs are counted at once, at most: those with the most misses.
pub const COUNTED_MAX: usize = 2_000;

/// The first height of the bucket that `height` belongs to.
pub fn bucket_of(height: BlockHeight, window: u64) -> BlockHeight {
    let width = if window > EXACT_MAX { WIDE } else { 1 };
    height.saturating_sub(height.get() % width)
}

/// Who missed the heights of a bucket, and how many of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissBucket {
    /// The last height noted.
    through: BlockHeight,
    /// By ascending number.
    missed: Vec<(FpId, u32)>,
}

/// How much an FP missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Count {
    id: FpId,
    missed: u32,
    /// Buckets that begin below are not held against it.
    since: BlockHeight,
}

/// What everybody missed within the window.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absences {
    /// The first height noted.
    pub began: BlockHeight,
    /// The last height noted.
    through: BlockHeight,
    /// Buckets that begin below are taken off.
    from: BlockHeight,
    /// By ascending number.
    counts: Vec<Count>,
}

impl MissBucket {
    /// Notes that these, by ascending number, missed `height`. Heights come in order; one that was noted changes nothing.
    pub fn note(&mut self, height: BlockHeight, absent: &[FpId]) {
        if height <= self.through {
            return;
        }
        self.through = height;
        let mut before = core::mem::take(&mut self.missed).into_iter().peekable();
        for id in absent {
            while let Some(other) = before.next_if(|(other, _)| other < id) {
                self.missed.push(other);
            }
            let times = before.next_if(|(other, _)| other == id).map_or(0, |(_, times)| times);
            self.missed.push((*id, times.saturating_add(1)));
        }
        self.missed.extend(before);
    }
}

impl Absences {
    /// Whether `height` was noted already: by a hook that was torn afterwards.
    pub fn contains(&self, height: BlockHeight) -> bool {
        height <= self.through
    }

    /// How many FPs are counted.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// How many heights an FP missed within the window.
    pub fn missed(&self, id: FpId) -> u64 {
        self.place(id).ok().and_then(|at| self.counts.get(at)).map_or(0, |count| count.missed.into())
    }

    /// Of those absent in the bucket that begins at `begins`, the ones that it is held against.
    pub fn accused(&self, begins: BlockHeight, absent: &[FpId]) -> Vec<FpId> {
        let since = |id| self.place(id).ok().and_then(|at| self.counts.get(at)).map(|count| count.since);
        absent.iter().copied().filter(|id| since(*id).is_none_or(|since| since <= begins)).collect()
    }

    /// Notes that these, by ascending number, missed `height`. Heights come in order; one that was noted changes nothing.
    pub fn note(&mut self, height: BlockHeight, accused: &[FpId]) {
        if self.contains(height) {
            return;
        }
        self.through = height;
        if self.began == BlockHeight::default() {
            self.began = height;
        }
        let mut before = core::mem::take(&mut self.counts).into_iter().peekable();
        for id in accused {
            while let Some(other) = before.next_if(|other| other.id < *id) {
                self.counts.push(other);
            }
            let fresh = Count { id: *id, missed: 0, since: BlockHeight::default() };
            let count = before.next_if(|other| other.id == *id).unwrap_or(fresh);
            self.counts.push(Count { missed: count.missed.saturating_add(1), ..count });
        }
        self.counts.extend(before);
        self.bound();
    }

    /// The last first height of a bucket that is outside of the `window` heights ending with `height`, if any is not taken
    /// off yet.
    pub fn outdated(&self, height: BlockHeight, window: u64) -> Option<BlockHeight> {
        let last = BlockHeight::new(height.get().checked_sub(window)?);
        (self.from <= last).then_some(last)
    }

    /// Takes off the bucket that begins at `begins`. They come in order; one that was taken off changes nothing.
    pub fn take_off(&mut self, begins: BlockHeight, bucket: &MissBucket) {
        if begins < self.from {
            return;
        }
        for (id, times) in &bucket.missed {
            let Ok(at) = self.place(*id) else { continue };
            if let Some(count) = self.counts.get_mut(at).filter(|count| count.since <= begins) {
                count.missed = count.missed.saturating_sub(*times);
            }
        }
        self.forget_through(begins);
    }

    /// Says that every bucket that begins at or below `last` is taken off.
    pub fn forget_through(&mut self, last: BlockHeight) {
        self.from = self.from.max(last.next());
        let from = self.from;
        self.counts.retain(|count| count.missed > 0 || count.since > from);
    }

    /// Forgets what an FP missed up to `height`, also what is not judged yet there: it starts anew.
    pub fn clear(&mut self, id: FpId, height: BlockHeight) {
        let anew = Count { id, missed: 0, since: height.next() };
        match self.place(id) {
            Ok(at) => self.counts.iter_mut().skip(at).take(1).for_each(|count| *count = anew),
            Err(at) => self.counts.insert(at, anew),
        }
        self.bound();
    }

    fn place(&self, id: FpId) -> Result<usize, usize> {
        self.counts.binary_search_by_key(&id, |count| count.id)
    }

    /// Sums of more FPs than that would make a record that no hook can write: those with the fewest misses are dropped, and
    /// last those who started anew within the window.
    fn bound(&mut self) {
        while self.counts.len() > COUNTED_MAX {
            let least = self
                .counts
                .iter()
                .enumerate()
                .min_by_key(|(_, count)| (count.since > self.from, count.missed));
            let least = least.map_or(0, |(at, _)| at);
            self.counts.remove(least);
        }
    }
}

#[cfg(test)]
mod tests;
