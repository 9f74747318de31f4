use api::bsn::event::FinalityProviderStatusChange;
use cosmwasm_std::{Event, Order, StdResult, Storage};
use finality::Params;
use finality::active_set::ActiveSet;
use primitives::{BlockHeight, FpPublicKey};
use staking::{FpEvent, FpOutcome, move_fp};

use super::Block;
use crate::state::{ACTIVE, ANCHORS, FP_KEYS, MISSES, Progress, StoredLedger, VOTES, at, at_of, power_at};

/// How many heights with absentees are judged in a block.
const JUDGED: u32 = 4;
/// How many heights are settled in a block.
const SETTLED: u32 = 200;

/// Closes heights at which votes have had their time, and judges who was absent there.
///
/// A height is closed `vote_window` blocks after the cursor passed it; without quorum it is judged
/// `missed_blocks_window` blocks after itself, so that an outage ends by the absent going to jail, while votes
/// there stay welcome until it is final (interfaces.md 11.1).
pub fn settle(
    storage: &mut dyn Storage,
    params: &Params,
    progress: &mut Progress,
    block: &Block,
) -> StdResult<Vec<Event>> {
    let passed = passed_long_ago(storage, params, progress, block)?;
    let overdue = block.height.saturating_sub(params.missed_blocks_window);
    let mut events = vec![];
    let mut members: Option<ActiveSet> = None;
    let mut judged = 0;
    for _ in 0..SETTLED {
        let height = progress.judged.next();
        if height > passed && height > overdue || height >= block.height || judged >= JUDGED {
            break;
        }
        if !everybody_voted(progress, height) && somebody_could_vote(storage, progress, height)? {
            judged += 1;
            let members = match &members {
                Some(members) => members,
                None => members.insert(ACTIVE.load(storage)?),
            };
            events.extend(judge(storage, params, progress, block, members, height)?);
        }
        progress.judged = height;
    }
    progress.settled = progress.settled.max(passed.min(progress.judged));
    Ok(events)
}

/// Where the cursor was `vote_window` blocks ago.
fn passed_long_ago(
    storage: &dyn Storage,
    params: &Params,
    progress: &Progress,
    block: &Block,
) -> StdResult<BlockHeight> {
    let then = at(block.height.saturating_sub(params.vote_window));
    let anchor = ANCHORS.may_load(storage, &then)?;
    Ok(anchor.map_or(progress.settled, |anchor| anchor.cursor))
}

fn everybody_voted(progress: &Progress, height: BlockHeight) -> bool {
    let back = progress.cursor.above(height);
    height <= progress.cursor && back < 64 && progress.full >> back & 1 == 1
}

/// Holes, and heights without a set, are nobody's fault.
fn somebody_could_vote(storage: &dyn Storage, progress: &Progress, height: BlockHeight) -> StdResult<bool> {
    let total = ANCHORS.may_load(storage, &at(height))?.and_then(|anchor| anchor.total);
    Ok(height >= progress.activation && total.is_some_and(|total| !total.is_zero()))
}

fn judge(
    storage: &mut dyn Storage,
    params: &Params,
    progress: &mut Progress,
    block: &Block,
    members: &ActiveSet,
    height: BlockHeight,
) -> StdResult<Vec<Event>> {
    let (first, last) = (at_of(height, 0), at_of(height, u32::MAX));
    let voters = VOTES
        .range(storage, &first, &last, Order::Ascending)
        .map(|vote| vote.map(|([.., a, b, c, d], _)| u32::from_be_bytes([a, b, c, d])))
        .collect::<StdResult<Vec<u32>>>()?;
    let mut events = vec![];
    for member in members.members().iter().filter(|member| voters.binary_search(&member.id).is_err()) {
        if power_at(storage, member.id, height)?.is_zero() {
            continue;
        }
        if missed_too_often(storage, params, member.id, height)? {
            events.extend(jail(storage, params, progress, block, member.id)?);
        }
    }
    Ok(events)
}

fn missed_too_often(
    storage: &mut dyn Storage,
    params: &Params,
    id: u32,
    height: BlockHeight,
) -> StdResult<bool> {
    let key = id.to_be_bytes();
    let mut misses = MISSES.may_load(storage, &key)?.unwrap_or_default();
    misses.record(height, params.missed_blocks_window);
    MISSES.save(storage, &key, &misses)?;
    Ok(misses.count(height, params.missed_blocks_window) >= params.misses_to_jail())
}

fn jail(
    storage: &mut dyn Storage,
    params: &Params,
    progress: &mut Progress,
    block: &Block,
    id: u32,
) -> StdResult<Option<Event>> {
    // Also where it is in jail already: a torn hook may have written that and lost this mark.
    progress.stale = true;
    let Some(key) = FP_KEYS.may_load(storage, &id.to_be_bytes())? else { return Ok(None) };
    let key = FpPublicKey::from_bytes(key);
    let until = block.time.saturating_add(params.jail_duration);
    match move_fp(&mut StoredLedger(storage), &key, FpEvent::Jail { until })? {
        FpOutcome::Moved { .. } => Ok(Some(
            FinalityProviderStatusChange {
                btc_pk: key.to_string(),
                new_state: "FINALITY_PROVIDER_STATUS_JAILED".into(),
            }
            .into(),
        )),
        FpOutcome::Unknown | FpOutcome::Refused(_) => Ok(None),
    }
}
