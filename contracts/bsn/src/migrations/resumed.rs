//! What 0.1.0 and 0.2.0 knew of resumed heights: only which resumption covers them. This version records it with the gaps.

use cosmwasm_std::{Order, StdResult, Storage};
use finality::block_finality::{Gap, History};
use finality::resume::Resumption;
use primitives::BlockHeight;

use crate::state::{ANCHORS, GAPS, PROGRESS, Progress, RESUMED, Stored, at};

/// How many resumptions, one below the other, are looked through for the last final block.
const RESUMPTIONS: usize = 8;

/// Every height of a resumption was passed as resumed: each becomes a gap, as many as governance made. Other gaps of
/// before are not recorded.
pub fn record(storage: &mut dyn Storage) -> StdResult<()> {
    let Some(mut progress) = PROGRESS.may_load(storage)? else { return Ok(()) };
    let (cursor, last_quorum) = (progress.cursor, progress.last_quorum.unwrap_or_default());
    let all = RESUMED.all(storage, Order::Ascending).collect::<StdResult<Vec<_>>>()?;
    for (key, Resumption { from, through, .. }) in all {
        let last = through.min(cursor);
        if last > last_quorum && from <= last {
            progress.gap_resumed = Some(last);
            progress.gap_ends_resumed = true;
        } else if from <= last {
            GAPS.save(storage, &at(from), &Gap { first: from, last, resumed: Some(last) })?;
        }
        if through <= cursor {
            RESUMED.remove(storage, &key);
        }
    }
    progress.gaps_from = cursor;
    progress.stale = true;
    let certifying = certifying(storage, &progress)?;
    progress.last_final_by = Some(certifying).filter(|by| Some(*by) != progress.last_quorum);
    PROGRESS.save(storage, &progress)
}

/// The highest quorum that makes a block final; zero if none does.
fn certifying(storage: &dyn Storage, progress: &Progress) -> StdResult<BlockHeight> {
    let history = Stored { storage, progress };
    let mut quorum = progress.last_quorum;
    for _ in 0..RESUMPTIONS {
        let Some(by) = quorum else { break };
        let below = ANCHORS
            .range(storage, &[0; 8], &at(by.previous()), Order::Descending)
            .find(|anchor| !matches!(anchor, Ok((_, anchor)) if anchor.total.is_none()));
        let Some((key, _)) = below.transpose()? else { break };
        let below = BlockHeight::new(u64::from_be_bytes(key));
        match history.gap_from(below)?.filter(|gap| gap.covers(below)) {
            None => return Ok(by),
            Some(gap) => quorum = history.electorate_below(gap.first.previous())?,
        }
    }
    Ok(BlockHeight::default())
}

#[cfg(test)]
mod tests;
