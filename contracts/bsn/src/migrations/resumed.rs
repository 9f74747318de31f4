//! What 0.1.0 and 0.2.0 knew of resumed heights: only which resumption covers them. This version records it with the gaps.

use cosmwasm_std::{Order, StdResult, Storage};
use finality::block_finality::{Gap, History};
use finality::resume::Resumption;
use primitives::BlockHeight;

use crate::state::{GAPS, MARKS, Progress, RESUMED, Stored, anchored_below, height_key};

/// How many resumptions, one below the other, are looked through for the last final block.
const RESUMPTIONS: usize = 8;

/// Every height of a resumption was passed as resumed: each becomes a gap, as many as governance made. Other gaps of
/// before are not recorded.
pub fn record(storage: &mut dyn Storage) -> StdResult<()> {
    if MARKS.may_load(storage)?.is_none() {
        return Ok(());
    }
    let mut progress = Progress::load(storage)?;
    let (cursor, last_quorum) = (progress.marks.cursor, progress.marks.last_quorum.unwrap_or_default());
    let all = RESUMED.all(storage, Order::Ascending).collect::<StdResult<Vec<_>>>()?;
    for (key, Resumption { from, through, .. }) in all {
        let last = through.min(cursor);
        if last > last_quorum && from <= last {
            progress.gaps.open_resumed = Some(last);
            progress.gaps.ends_resumed = true;
        } else if from <= last {
            GAPS.save(storage, &height_key(from), &Gap { first: from, last, resumed: Some(last) })?;
        }
        if through <= cursor {
            RESUMED.remove(storage, &key);
        }
    }
    progress.gaps.recorded_above = cursor;
    progress.marks.stale = true;
    let certifying = certifying(storage, &progress)?;
    progress.marks.last_final = anchored_below(storage, certifying)?;
    progress.gaps.last_final_by = Some(certifying).filter(|by| Some(*by) != progress.marks.last_quorum);
    progress.save(storage)
}

/// The highest quorum that makes a block final; zero if none does.
fn certifying(storage: &dyn Storage, progress: &Progress) -> StdResult<BlockHeight> {
    let history = Stored { storage, progress };
    let mut quorum = progress.marks.last_quorum;
    for _ in 0..RESUMPTIONS {
        let Some(by) = quorum else { break };
        let Some(below) = anchored_below(storage, by)? else { break };
        match history.gap_from(below)?.filter(|gap| gap.covers(below)) {
            None => return Ok(by),
            Some(gap) => quorum = history.electorate_below(gap.first.previous())?,
        }
    }
    Ok(BlockHeight::default())
}

#[cfg(test)]
pub mod tests;
