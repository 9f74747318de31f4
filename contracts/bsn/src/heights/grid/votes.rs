//! Votes at grid heights, kept apart from the others: they count for the grid and as half of an equivocation.

use cosmwasm_std::{StdResult, Storage};
use finality::evidence::SignedHash;
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
    (key, id): (&FpPublicKey, FpId),
    height: BlockHeight,
) -> StdResult<Option<Place>> {
    match seat(storage, marks, key, height)? {
        Some((power, row, true)) => {
            let stored = GRID_VOTES.may_load(storage, &height_fp_key(height, id))?;
            Ok(Some(Place { row, power, stored }))
        }
        _ => Ok(None),
    }
}

/// What an FP has in the committee of a grid height, in sats; nothing where the height is forgotten. The committee of the
/// next grid height is known before it has come.
pub fn power(storage: &dyn Storage, marks: &Marks, key: &FpPublicKey, height: BlockHeight) -> StdResult<u64> {
    Ok(seat(storage, marks, key, height)?.map_or(0, |(power, ..)| power))
}

/// Power, the commitment of the row, and whether the height has come.
fn seat(
    storage: &dyn Storage,
    marks: &Marks,
    key: &FpPublicKey,
    height: BlockHeight,
) -> StdResult<Option<(u64, finality::Commitment, bool)>> {
    let Some(interval) = marks.grid.map(|grid| grid.interval).filter(|interval| interval.is_grid(height))
    else {
        return Ok(None);
    };
    let grid = GRID.load(storage)?;
    let above = height.above(grid.order.ordered_through);
    if height <= grid.swept || above > interval.blocks().saturating_mul(OPEN_MAX) {
        return Ok(None);
    }
    let Some(set) = set_of(storage, interval.before(height))? else { return Ok(None) };
    let seat = SEATS.may_load(storage, &height_of_key(set.source, key.as_bytes()))?;
    Ok(seat.and_then(|(power, rows)| {
        let row = rows.into_iter().find(|row| row.covers(height))?;
        Some((power, row, height <= grid.settled))
    }))
}

/// What a member signed for the grid at a height.
pub fn vote_of(
    storage: &dyn Storage,
    marks: &Marks,
    id: FpId,
    height: BlockHeight,
) -> StdResult<Option<SignedHash>> {
    match marks.grid.is_some_and(|grid| grid.interval.is_grid(height)) {
        true => GRID_VOTES.may_load(storage, &height_fp_key(height, id)),
        false => Ok(None),
    }
}

/// Its signature, where that is for this chain's app hash.
pub fn signature(
    storage: &dyn Storage,
    marks: &Marks,
    id: FpId,
    height: BlockHeight,
) -> StdResult<Option<[u8; 32]>> {
    let Some(vote) = vote_of(storage, marks, id, height)? else { return Ok(None) };
    let app_hash = set_of(storage, height)?.and_then(|here| here.app_hash);
    Ok((app_hash == Some(vote.app_hash)).then_some(vote.signature))
}

fn set_of(storage: &dyn Storage, before: BlockHeight) -> StdResult<Option<Committee>> {
    COMMITTEES.may_load(storage, &height_key(before))
}

/// Records a member's vote at a grid height of the block `now`. Where it is for the app hash of that height, its power is
/// added to what voted there, once; the vote that makes a quorum wakes the hooks.
pub fn record(
    storage: &mut dyn Storage,
    now: BlockHeight,
    (id, height): (FpId, BlockHeight),
    place: &Place,
    signed: &SignedHash,
) -> StdResult<()> {
    GRID_VOTES.save(storage, &height_fp_key(height, id), signed)?;
    let app_hash = set_of(storage, height)?.and_then(|here| here.app_hash);
    let interval = GRID.load(storage)?.interval;
    let Some(set) = set_of(storage, interval.before(height))?.filter(|_| app_hash == Some(signed.app_hash))
    else {
        return Ok(());
    };
    let key = height_key(height);
    let before = BALLOTS.may_load(storage, &key)?.unwrap_or_default();
    let voted = before.saturating_add(place.power);
    BALLOTS.save(storage, &key, &voted)?;
    if is_quorum(voted, set.named.total) && !is_quorum(before, set.named.total) {
        wake_grid(storage, now)?;
    }
    Ok(())
}
