use cosmwasm_std::{Event, StdResult, Storage};
use primitives::VotingPower;

use super::{Block, grid};
use crate::active_set;
use crate::state::{ANCHORS, Anchor, MARKS, Marks, Progress, Ranked, height_key};

/// What the first surviving hook of a block does: anchors the block and gives it its power.
///
/// The anchor is written before anything that can fail, without a power; the power goes in last. So a hook
/// that is torn leaves a hole, and the next call of the block, if there is one, fills it. `None`: it was done before.
///
/// Where the backlog is full the block is anchored, for timestamps and the certificate, but takes no votes; what has
/// changed the set waits.
///
/// Near a grid height the committees that have come are decided before that, and the next one's snapshot goes on after it.
pub fn anchor(storage: &mut dyn Storage, block: &Block) -> StdResult<Option<Vec<Event>>> {
    let key = height_key(block.height);
    let present = ANCHORS.may_load(storage, &key)?;
    if present.as_ref().is_some_and(|anchor| anchor.total.is_some()) {
        return Ok(None);
    }
    let marks = MARKS.load(storage)?;
    if !grid::is_awake(&marks, block.height) {
        return see(storage, block, &marks, present.is_some()).map(Some);
    }
    let mut events = grid::settle(storage, block)?;
    events.extend(see(storage, block, &marks, present.is_some())?);
    grid::work(storage, block)?;
    Ok(Some(events))
}

fn see(storage: &mut dyn Storage, block: &Block, marks: &Marks, torn_here: bool) -> StdResult<Vec<Event>> {
    let key = height_key(block.height);
    let mut anchor = Anchor {
        app_hash: block.app_hash,
        block_hash: block.hash,
        time: block.time,
        cursor: marks.cursor,
        total: Some(marks.total),
        backlog_full: marks.backlog_full,
        ranked: Ranked::of(marks.ranked, marks.total),
    };
    if anchor.backlog_full {
        anchor.total = Some(VotingPower::ZERO);
        ANCHORS.save(storage, &key, &anchor)?;
        return Ok(vec![]);
    }
    if !active_set::is_due(marks, block.height) {
        ANCHORS.save(storage, &key, &anchor)?;
        return Ok(vec![]);
    }

    anchor.total = None;
    ANCHORS.save(storage, &key, &anchor)?;
    let mut progress = Progress::load(storage)?;
    let events = active_set::refresh(storage, &mut progress, block.height, torn_here)?;
    anchor.total = Some(progress.marks.total);
    anchor.ranked = Ranked::of(progress.marks.ranked, progress.marks.total);
    progress.save(storage)?;
    ANCHORS.save(storage, &key, &anchor)?;
    Ok(events)
}
