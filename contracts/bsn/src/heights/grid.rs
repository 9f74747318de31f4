//! The grid: at every C-th height a committee must vote that was fixed long before (finality's GRID.md).
//!
//! ```text
//!   first hook   settle     decides S(G) for each grid height G that has come, before anything else of the block
//!                snapshot   a portion of the snapshot of the next one            in the nineteen blocks below it
//!                record     record F                                             in the last ten of them
//!   votes        votes      what a row is worth; the sum of what voted
//!   EndBlock     close      the grid height whose turn it is, one a block
//!                record     F again, where something in it has moved
//!                sweep      forgets votes, seats and committees that are over
//! ```
//!
//! **What it costs.** Where no grid is set nothing is read or written. Where one is, the marks say below which height there is
//! nothing to do; a vote that reaches the quorum of a grid height lowers that.

mod close;
mod record;
mod set;
mod settle;
mod snapshot;
mod sweep;
pub mod votes;

pub use snapshot::seats;

pub use set::{bootstrap, check_floor, configure, excuse, follow_source, start_at};

use cosmwasm_std::{Event, StdResult, Storage};
use finality::grid::calendar::{self, Duty};
use primitives::BlockHeight;

use super::Block;
use crate::state::{BITCOIN, GRID, GRID_WORK, Grid, GridMarks, Marks, Progress};

/// Whether the hooks of a height look at the grid.
pub fn is_awake(marks: &Marks, height: BlockHeight) -> bool {
    marks.grid.is_some_and(|grid| grid.wakes <= height)
}

/// Decides the committees of the grid heights that have come; the first thing that a block does.
pub fn settle(storage: &mut dyn Storage, block: &Block) -> StdResult<Vec<Event>> {
    let Some(mut grid) = GRID.at(storage, &[]).filter(|grid| settle::is_behind(grid, block.height)) else {
        return Ok(vec![]);
    };
    let events = settle::settle(storage, &mut grid, block)?;
    GRID.save(storage, &[], &grid);
    Ok(events)
}

/// A portion of the snapshot of the next grid height, and record F; the last thing that the first hook of a block does.
pub fn work(storage: &mut dyn Storage, block: &Block) -> StdResult<()> {
    let Some((grid, duty)) = duty(storage, block) else { return Ok(()) };
    let progress = Progress::load(storage)?;
    let work = snapshot::portion(storage, &grid, &progress.marks, duty.grid)?;
    if duty.writes_record {
        record::write(storage, &progress, &grid, work.as_ref(), duty.grid, block)?;
    }
    Ok(())
}

/// What the block is there for; nothing while the committees below are not decided.
fn duty(storage: &dyn Storage, block: &Block) -> Option<(Grid, Duty)> {
    let grid = GRID.at(storage, &[]).filter(|grid| !settle::is_behind(grid, block.height))?;
    let duty = calendar::duty(grid.interval, block.height, grid.first)?;
    Some((grid, duty))
}

/// Closes a grid height, forgets what is over, and says when the grid wakes next; the caller records `progress`.
#[inline(never)]
pub fn end_block(storage: &mut dyn Storage, progress: &mut Progress, block: &Block) -> StdResult<Vec<Event>> {
    let Some(mut grid) = GRID.at(storage, &[]) else { return Ok(vec![]) };
    // What a committee says whose coins may be gone makes nothing count.
    let is_stale = BITCOIN.may_load(storage)?.is_some_and(|seen| seen.is_stale);
    let closed = if is_stale { None } else { close::close(storage, &mut grid, block.height) };
    sweep::sweep(storage, &mut grid);
    GRID.save(storage, &[], &grid);
    if let Some((_, duty)) = duty(storage, block).filter(|(_, duty)| duty.writes_record) {
        let work = GRID_WORK.at(storage, &[]);
        record::write(storage, progress, &grid, work.as_ref(), duty.grid, block)?;
    }
    let is_behind = settle::is_behind(&grid, block.height);
    let wakes = calendar::wakes(grid.interval, block.height, grid.first);
    let soon = if closed.is_some() || is_behind { block.height.next() } else { wakes };
    let before = progress.marks.grid.and_then(|marks| marks.closed_through);
    let closed_through = before.map(|_| grid.order.closed_through);
    // More randomness counts.
    progress.marks.stale |= closed_through != before;
    progress.marks.grid = Some(GridMarks { interval: grid.interval, wakes: wakes.min(soon), closed_through });
    Ok(closed.into_iter().collect())
}
