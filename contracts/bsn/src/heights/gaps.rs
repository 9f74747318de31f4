//! Gaps: the heights between two quorums that the cursor passed without one. What a block's finality depends on is
//! recorded when the cursor leaves them, so that no answer needs votes (`finality::block_finality`).

use cosmwasm_std::{StdResult, Storage};
use finality::block_finality::Gap;
use finality::tally::Skipped;
use primitives::BlockHeight;

use crate::state::{GAPS, Progress, anchored_below, height_key, raw, remove_raw};

/// Every how many blocks old records are removed, and in which of them.
const EVERY: (u64, u64) = (16, 9);
/// How many are removed then: more than anchors are forgotten in as many blocks.
const PORTION: usize = 100;
/// More than a tally can write before it is torn.
const TORN: usize = 1_000;

/// The cursor passed `height` without quorum, because governance resumed it.
pub fn resume(progress: &mut Progress, height: BlockHeight) {
    widen(progress);
    progress.gaps.open_resumed = Some(height);
    progress.gaps.ends_resumed = true;
    progress.gaps.resumed = progress.gaps.resumed.saturating_add(1);
}

/// The cursor passed a height at which no FP could have voted. All but a hole are anchored, and so a block of their
/// own that the next quorum makes final.
pub fn skip(progress: &mut Progress, reason: Skipped) {
    widen(progress);
    if reason != Skipped::HookLost {
        progress.gaps.ends_resumed = false;
    }
}

fn widen(progress: &mut Progress) {
    progress.gaps.open = progress.gaps.open.saturating_add(1);
    progress.gaps.longest = progress.gaps.longest.max(progress.gaps.open);
}

/// The cursor passed `height` with quorum; whether a gap ends there and was recorded.
pub fn close(storage: &mut dyn Storage, progress: &mut Progress, height: BlockHeight) -> StdResult<bool> {
    let (is_gap, is_first) = (progress.gaps.open > 0, progress.marks.last_quorum.is_none());
    if !progress.gaps.ends_resumed {
        let final_block = match is_gap || is_first {
            true => anchored_below(storage, height)?,
            false => Some(height.previous()),
        };
        progress.marks.last_final = final_block.or(progress.marks.last_final);
    }
    if is_gap {
        let first = height.saturating_sub(progress.gaps.open);
        let gap = Gap { first, last: height.previous(), resumed: progress.gaps.open_resumed };
        GAPS.save(storage, &height_key(first), &gap)?;
    }
    let before = progress.gaps.last_final_by.or(progress.marks.last_quorum).unwrap_or_default();
    progress.gaps.last_final_by = progress.gaps.ends_resumed.then_some(before);
    progress.marks.last_quorum = Some(height);
    (progress.gaps.open, progress.gaps.open_resumed, progress.gaps.ends_resumed) = (0, None, false);
    Ok(is_gap)
}

/// Removes what a torn EndBlock recorded: the cursor passes there again, and votes may have come in since.
pub fn forget_torn(storage: &mut dyn Storage, progress: &Progress, now: BlockHeight) {
    if progress.marks.last_end.next() == now {
        return;
    }
    let first = progress.marks.cursor.next().saturating_sub(progress.gaps.open);
    for (key, _) in raw(storage, GAPS.letter(), &height_key(first), &[u8::MAX; 8], TORN) {
        remove_raw(storage, GAPS.letter(), &key);
    }
}

/// Removes records whose heights are forgotten, and the height above each too, a portion now and then.
pub fn prune(storage: &mut dyn Storage, progress: &mut Progress, now: BlockHeight) -> StdResult<()> {
    let (every, turn) = EVERY;
    if now.get() % every != turn {
        return Ok(());
    }
    for (key, gap) in raw(storage, GAPS.letter(), &[0; 8], &height_key(progress.marks.anchors_from), PORTION)
    {
        let gap = GAPS.read(&gap)?;
        if gap.last.next() >= progress.marks.anchors_from {
            break;
        }
        remove_raw(storage, GAPS.letter(), &key);
        progress.gaps.recorded_above = progress.gaps.recorded_above.max(gap.last);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
