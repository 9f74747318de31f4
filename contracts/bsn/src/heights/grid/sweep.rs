use cosmwasm_std::{Order, StdResult, Storage};
use primitives::{BlockHeight, FpId};

use super::snapshot::OPEN_MAX;
use crate::state::{
    BALLOTS, COMMITTEES, GRID_VOTES, GRID_WORK, Grid, SEATS, height_fp_key, height_key, height_of_key, raw,
    remove_raw,
};

/// How many votes, and how many seats, are forgotten in a block, at 1,000 SDK gas each.
const DELETIONS: usize = 64;
/// How many committees are: more than come in.
const COMMITTEES_FORGOTTEN: usize = 2;
/// How many snapshots are looked at in a block for one that is over.
const LOOKED_AT: usize = 8;

/// Forgets what is over, a portion of each kind; the caller records `grid`.
pub fn sweep(storage: &mut dyn Storage, grid: &mut Grid) -> StdResult<()> {
    votes(storage, grid);
    seats(storage, grid)?;
    committees(storage, grid);
    Ok(())
}

/// Those at grid heights that have been closed for an interval.
fn votes(storage: &mut dyn Storage, grid: &Grid) {
    let (first, last) =
        (height_fp_key(BlockHeight::default(), FpId::default()), height_fp_key(grid.swept, FpId::MAX));
    for (key, _) in raw(storage, GRID_VOTES.letter(), &first, &last, DELETIONS) {
        remove_raw(storage, GRID_VOTES.letter(), &key);
    }
}

/// Those of snapshots that are no committee's any more, or never became one.
fn seats(storage: &mut dyn Storage, grid: &mut Grid) -> StdResult<()> {
    let mut used: Vec<BlockHeight> = GRID_WORK.may_load(storage)?.iter().map(|work| work.grid).collect();
    let open = grid.interval.before(grid.swept).next();
    let (from, to) = (height_key(open.min(grid.settled)), height_key(BlockHeight::new(u64::MAX)));
    let kept = usize::try_from(OPEN_MAX).unwrap_or(usize::MAX).saturating_add(LOOKED_AT);
    for committee in COMMITTEES.range(storage, &from, &to, Order::Ascending).take(kept) {
        used.push(committee?.1.source);
    }
    for _ in 0..LOOKED_AT {
        let first = height_of_key(grid.sweep_from, &[0; 32]);
        let found = raw(storage, SEATS.letter(), &first, &[u8::MAX; 40], 1);
        let Some(head) = found.first().and_then(|(key, _)| key.first_chunk()) else {
            grid.sweep_from = BlockHeight::default();
            break;
        };
        let of = BlockHeight::new(u64::from_be_bytes(*head));
        grid.sweep_from = of;
        if used.contains(&of) {
            grid.sweep_from = of.next();
            continue;
        }
        let last = height_of_key(of, &[u8::MAX; 32]);
        for (key, _) in raw(storage, SEATS.letter(), &first, &last, DELETIONS) {
            remove_raw(storage, SEATS.letter(), &key);
        }
        break;
    }
    Ok(())
}

/// Those that are over, once nobody is told of them any more.
fn committees(storage: &mut dyn Storage, grid: &Grid) {
    let told = grid.interval.blocks().saturating_mul(OPEN_MAX.saturating_add(2));
    let last = grid.interval.before(grid.swept).min(grid.settled.saturating_sub(told));
    for (key, _) in raw(storage, COMMITTEES.letter(), &[0; 8], &height_key(last), COMMITTEES_FORGOTTEN) {
        remove_raw(storage, COMMITTEES.letter(), &key);
        remove_raw(storage, BALLOTS.letter(), &key);
    }
}
