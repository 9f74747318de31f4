use cosmwasm_std::Storage;
use primitives::BlockHeight;

use super::snapshot::OPEN_MAX;
use crate::state::{
    BALLOTS, COMMITTEES, GRID_VOTES, GRID_WORK, Grid, SEATS, height_key, height_of_key, raw, remove_raw,
};

/// How many votes, and how many seats, are forgotten in a block, at 1,000 SDK gas each.
const DELETIONS: usize = 64;
/// How many committees are: more than come in.
const COMMITTEES_FORGOTTEN: usize = 2;
/// How many snapshots are looked at in a block for one that is over.
const LOOKED_AT: usize = 8;
/// How many committees are looked at for those in use: more than are open with a snapshot of their own.
const USED: usize = 64;

/// Forgets what is over, a portion of each kind; the caller records `grid`.
pub fn sweep(storage: &mut dyn Storage, grid: &mut Grid) {
    let none = BlockHeight::default();
    // Votes at grid heights that have been closed for an interval.
    forget(storage, GRID_VOTES.letter(), (none, grid.swept), DELETIONS);
    seats(storage, grid);
    // What nobody is told of any more.
    let told = grid.interval.blocks().saturating_mul(OPEN_MAX + 2);
    let last = grid.interval.before(grid.swept).min(grid.settled.saturating_sub(told));
    forget(storage, COMMITTEES.letter(), (none, last), COMMITTEES_FORGOTTEN);
    forget(storage, BALLOTS.letter(), (none, last), COMMITTEES_FORGOTTEN);
}

/// Forgets the first records of heights from one to another, both included.
#[inline(never)]
fn forget(storage: &mut dyn Storage, letter: u8, (from, to): (BlockHeight, BlockHeight), most: usize) {
    for (key, _) in raw(storage, letter, &height_key(from), &height_of_key(to, &[u8::MAX; 32]), most) {
        remove_raw(storage, letter, &key);
    }
}

/// Those of snapshots that are no committee's any more, or never became one.
fn seats(storage: &mut dyn Storage, grid: &mut Grid) {
    let highest = [u8::MAX; 40];
    let open = grid.interval.before(grid.swept).next().min(grid.settled);
    let mut used = Vec::new();
    if let Some(work) = GRID_WORK.at(storage, &[]) {
        used.push(work.grid);
    }
    for (_, committee) in raw(storage, COMMITTEES.letter(), &height_key(open), &highest, USED) {
        used.push(COMMITTEES.read(&committee).source);
    }
    for _ in 0..LOOKED_AT {
        let first = raw(storage, SEATS.letter(), &height_key(grid.sweep_from), &highest, 1);
        let Some(of) = first.first().and_then(|(key, _)| key.first_chunk()) else {
            grid.sweep_from = BlockHeight::default();
            return;
        };
        grid.sweep_from = BlockHeight::new(u64::from_be_bytes(*of));
        if !used.contains(&grid.sweep_from) {
            return forget(storage, SEATS.letter(), (grid.sweep_from, grid.sweep_from), DELETIONS);
        }
        grid.sweep_from = grid.sweep_from.next();
    }
}
