//! Votes at grid heights, kept apart from the others: they count for the grid and as half of an equivocation.

use cosmwasm_std::{StdResult, Storage};
use finality::Commitment;
use finality::evidence::SignedHash;
use finality::grid::Interval;
use finality::grid::committee::is_quorum;
use finality::vote::Place;
use primitives::{BlockHeight, FpId, FpPublicKey};

use super::snapshot::OPEN_MAX;
use crate::state::{
    BALLOTS, COMMITTEES, Committee, GRID, GRID_VOTES, Marks, SEATS, height_fp_key, height_key, height_of_key,
    wake_grid,
};

/// A voter's place in the committee of a grid height; none where the height is no grid height, is not decided, or is
/// forgotten, and where the voter has no row there.
pub fn place(
    storage: &dyn Storage,
    marks: &Marks,
    key: &FpPublicKey,
    id: FpId,
    height: BlockHeight,
) -> Option<Place> {
    let (power, row, has_come) = seat(storage, marks, key, height)?;
    has_come.then(|| Place { row, power, stored: GRID_VOTES.at(storage, &height_fp_key(height, id)) })
}

/// What an FP has in the committee of a grid height, in sats; nothing where the height is forgotten. The committee of the
/// next grid height is known before it has come.
pub fn power(storage: &dyn Storage, marks: &Marks, key: &FpPublicKey, height: BlockHeight) -> u64 {
    seat(storage, marks, key, height).map_or(0, |(power, ..)| power)
}

/// Power, the commitment of the row, and whether the height has come.
fn seat(
    storage: &dyn Storage,
    marks: &Marks,
    key: &FpPublicKey,
    height: BlockHeight,
) -> Option<(u64, Commitment, bool)> {
    let interval = interval(marks, height)?;
    let grid = GRID.at(storage, &[])?;
    let above = height.above(grid.order.ordered_through);
    if height <= grid.swept || above > interval.blocks().saturating_mul(OPEN_MAX) {
        return None;
    }
    let set = committee(storage, interval.before(height))?;
    let seat = SEATS.at(storage, &height_of_key(set.source, key.as_bytes()))?;
    let row = seat.randomness.into_iter().find(|row| row.covers(height))?;
    Some((seat.power, row, height <= grid.settled))
}

/// C, if that is a grid height.
fn interval(marks: &Marks, height: BlockHeight) -> Option<Interval> {
    marks.grid.map(|grid| grid.interval).filter(|interval| interval.is_grid(height))
}

/// What a member signed for the grid at a height, and whether that is this chain's app hash.
pub fn vote_of(
    storage: &dyn Storage,
    marks: &Marks,
    id: FpId,
    height: BlockHeight,
) -> Option<(SignedHash, bool)> {
    interval(marks, height)?;
    let vote = GRID_VOTES.at(storage, &height_fp_key(height, id))?;
    let app_hash = committee(storage, height)?.app_hash;
    Some((vote, app_hash == Some(vote.app_hash)))
}

fn committee(storage: &dyn Storage, at: BlockHeight) -> Option<Committee> {
    COMMITTEES.at(storage, &height_key(at))
}

/// Records a member's vote at a grid height of the block `now`. Where it is for the app hash of that height, its power is
/// added to what voted there, once; the vote that makes a quorum wakes the hooks.
pub fn record(
    storage: &mut dyn Storage,
    marks: &Marks,
    now: BlockHeight,
    (id, height): (FpId, BlockHeight),
    power: u64,
    signed: &SignedHash,
) -> StdResult<()> {
    GRID_VOTES.save(storage, &height_fp_key(height, id), signed);
    let set = interval(marks, height).and_then(|interval| committee(storage, interval.before(height)));
    let app_hash = committee(storage, height).and_then(|here| here.app_hash);
    let Some(set) = set.filter(|_| app_hash == Some(signed.app_hash)) else { return Ok(()) };
    let key = height_key(height);
    let before = BALLOTS.at(storage, &key).unwrap_or_default();
    let voted = before.saturating_add(power);
    BALLOTS.save(storage, &key, &voted);
    if is_quorum(voted, set.named.total) && !is_quorum(before, set.named.total) {
        wake_grid(storage, now)?;
    }
    Ok(())
}
