use cosmwasm_std::{Order, StdResult, Storage};
use finality::grid::record::{Anchor, Record};
use primitives::BlockHeight;

use super::snapshot;
use crate::heights::Block;
use crate::state::{ANCHORS, COMMITTEES, GAPS, Grid, Progress, RECORD, Work, height_key, raw};

/// Record F as it lies there.
pub fn load(storage: &dyn Storage) -> StdResult<Option<Record>> {
    let found = raw(storage, RECORD.letter(), &[], &[], 1);
    Ok(found.first().and_then(|(_, bytes)| Record::from_bytes(bytes)))
}

/// Writes record F below the grid height `at`, unless it says so already. Before the root there is none to write.
pub fn write(
    storage: &mut dyn Storage,
    progress: &Progress,
    grid: &Grid,
    work: Option<&Work>,
    at: BlockHeight,
    block: &Block,
) -> StdResult<()> {
    let set = COMMITTEES.may_load(storage, &height_key(grid.interval.before(at)))?;
    let new = snapshot::outcome(work, at).ok().map(|(named, _)| named);
    let Some(next) = new.or_else(|| set.as_ref().map(|set| set.named)) else { return Ok(()) };
    let before = load(storage)?;
    let finalized = progress.marks.last_quorum.unwrap_or_default();
    let record = Record {
        grid: at,
        interval: grid.interval.blocks(),
        set: set.map(|set| set.named).unwrap_or_default(),
        next,
        closed_through: grid.order.closed_through,
        finalized,
        unbroken: unbroken(storage, progress)?.min(finalized),
        time: block.time,
        anchor: anchor(storage, progress, before.as_ref())?,
    };
    if before == Some(record) {
        return Ok(());
    }
    RECORD.save_raw(storage, record.to_bytes().to_vec())
}

/// The lowest height from which every one up to the last quorum was passed with quorum.
fn unbroken(storage: &dyn Storage, progress: &Progress) -> StdResult<BlockHeight> {
    let highest = height_key(BlockHeight::new(u64::MAX));
    let last = GAPS.range(storage, &[0; 8], &highest, Order::Descending).next().transpose()?;
    let gap = last.map(|(_, gap)| gap.last).unwrap_or_default();
    Ok(gap.max(progress.gaps.recorded_above).next())
}

/// The last final block; what the record said before where its anchor is pruned.
fn anchor(storage: &dyn Storage, progress: &Progress, before: Option<&Record>) -> StdResult<Option<Anchor>> {
    let Some(height) = progress.marks.last_final else { return Ok(None) };
    let Some(anchor) = ANCHORS.may_load(storage, &height_key(height))? else {
        return Ok(before.and_then(|before| before.anchor));
    };
    let crate::state::Anchor { app_hash, block_hash, time, .. } = anchor;
    Ok(Some(Anchor { height, app_hash, block_hash, time }))
}
