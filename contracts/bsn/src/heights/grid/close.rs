use api::bsn::event::CloseGrid;
use cosmwasm_std::{Event, Storage};
use finality::grid::closing::{Ballot, Verdict};
use primitives::BlockHeight;

use crate::state::{BALLOTS, COMMITTEES, Grid, height_key};

/// Closes the grid height whose turn it is, if its committee has voted; the caller records `grid`.
pub fn close(storage: &dyn Storage, grid: &mut Grid, now: BlockHeight) -> Option<Event> {
    let ballot = ballot(storage, grid)?;
    let Verdict::Closes(order) = grid.order.judge(grid.interval, &ballot) else { return None };
    (grid.order, grid.closed_at) = (order, now);
    let closed = CloseGrid {
        height: ballot.grid.to_string(),
        voted: ballot.voted.to_string(),
        total: ballot.total.to_string(),
    };
    Some(closed.into())
}

/// The grid height whose turn it is, once it has come.
fn ballot(storage: &dyn Storage, grid: &Grid) -> Option<Ballot> {
    let at = grid.order.turn(grid.interval);
    let total = COMMITTEES.at(storage, &height_key(grid.interval.before(at)))?.named.total;
    let is_anchored = COMMITTEES.at(storage, &height_key(at))?.app_hash.is_some();
    let voted = BALLOTS.at(storage, &height_key(at)).unwrap_or_default();
    Some(Ballot { grid: at, total, voted, is_anchored })
}
