use cosmwasm_std::{Order, StdResult, Storage};
use finality::grid::record::{Anchor, Record, keep_anchor};
use primitives::BlockHeight;

use super::snapshot;
use crate::heights::Block;
use crate::state::{ANCHORS, COMMITTEES, GAPS, Grid, Progress, RECORD, Work, height_key, raw};

/// Record F as it lies there; nothing before the first.
pub fn load(storage: &dyn Storage) -> Vec<u8> {
    raw(storage, RECORD.letter(), &[], &[], 1).pop().map(|(_, record)| record).unwrap_or_default()
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
    let set = COMMITTEES.at(storage, &height_key(grid.interval.before(at))).map(|set| set.named);
    let new = snapshot::outcome(work, at).ok().map(|(named, _)| named);
    let Some(next) = new.or(set) else { return Ok(()) };
    let finalized = progress.marks.last_quorum.unwrap_or_default();
    let last = progress.marks.last_final.unwrap_or_default();
    let anchor = ANCHORS.may_load(storage, &height_key(last))?;
    let record = Record {
        grid: at,
        interval: grid.interval.blocks(),
        set: set.unwrap_or_default(),
        next,
        closed_through: grid.order.closed_through,
        finalized,
        unbroken: unbroken(storage, progress)?.min(finalized),
        time: block.time,
        anchor: anchor.map(|anchor| Anchor {
            height: last,
            app_hash: anchor.app_hash,
            block_hash: anchor.block_hash,
            time: anchor.time,
        }),
    };
    let (mut bytes, before) = (record.to_bytes(), load(storage));
    if record.anchor.is_none() {
        keep_anchor(&mut bytes, &before);
    }
    if before != bytes {
        RECORD.save_raw(storage, bytes)?;
    }
    Ok(())
}

/// The lowest height from which every one up to the last quorum was passed with quorum.
fn unbroken(storage: &dyn Storage, progress: &Progress) -> StdResult<BlockHeight> {
    let highest = height_key(BlockHeight::new(u64::MAX));
    let last = GAPS.range(storage, &[0; 8], &highest, Order::Descending).next().transpose()?;
    let gap = last.map(|(_, gap)| gap.last).unwrap_or_default();
    Ok(gap.max(progress.gaps.recorded_above).next())
}
