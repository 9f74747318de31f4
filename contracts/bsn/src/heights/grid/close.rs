use api::bsn::event::CloseGrid;
use cosmwasm_std::{Event, StdResult, Storage};
use finality::grid::closing::{Ballot, Verdict};

use crate::state::{BALLOTS, COMMITTEES, Grid, height_key};

/// Closes the grid height whose turn it is, if its committee has voted; the caller records `grid`.
pub fn close(storage: &dyn Storage, grid: &mut Grid) -> StdResult<Option<Event>> {
    let Some(ballot) = ballot(storage, grid)? else { return Ok(None) };
    let Verdict::Closes(order) = grid.order.judge(grid.interval, &ballot) else { return Ok(None) };
    grid.order = order;
    let closed = CloseGrid {
        height: ballot.grid.to_string(),
        voted: ballot.voted.to_string(),
        total: ballot.total.to_string(),
    };
    Ok(Some(closed.into()))
}

/// The grid height whose turn it is, once it has come.
fn ballot(storage: &dyn Storage, grid: &Grid) -> StdResult<Option<Ballot>> {
    let at = grid.order.turn(grid.interval);
    let set = COMMITTEES.may_load(storage, &height_key(grid.interval.before(at)))?;
    let here = COMMITTEES.may_load(storage, &height_key(at))?;
    let (Some(set), Some(here)) = (set, here) else { return Ok(None) };
    let voted = BALLOTS.may_load(storage, &height_key(at))?.unwrap_or_default();
    Ok(Some(Ballot { grid: at, total: set.named.total, voted, is_anchored: here.app_hash.is_some() }))
}
