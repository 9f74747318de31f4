use api::bsn::event::FinalityProviderStatusChange;
use cosmwasm_std::{Event, StdResult, Storage};
use finality::Params;
use primitives::{BlockHeight, FpPublicKey, VotingPower};
use staking::{FpEvent, FpOutcome, FpStatus, move_fp};

use super::Block;
use super::settle::Absence;
use crate::state::{ACTIVE, FP_KEYS, MISSES, PROVIDERS, Progress, StoredLedger};

/// Notes who was silent at a height, and jails who was too often, within the throttle. Who is spared by that is tried
/// again at the next height that it misses.
pub fn judge(
    storage: &mut dyn Storage,
    params: &Params,
    progress: &mut Progress,
    block: &Block,
    absence: &Absence,
    height: BlockHeight,
) -> StdResult<Vec<Event>> {
    let mut events = vec![];
    for id in &absence.silent {
        if missed_too_often(storage, params, *id, height)? {
            let power = absence.set.power_of(*id);
            events.extend(jail(storage, params, progress, block, *id, power)?);
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
    power: VotingPower,
) -> StdResult<Option<Event>> {
    let Some(key) = FP_KEYS.may_load(storage, &id.to_be_bytes())? else { return Ok(None) };
    let key = FpPublicKey::from_bytes(key);
    let Some(fp) = PROVIDERS.may_load(storage, key.as_bytes())? else { return Ok(None) };
    if fp.status != FpStatus::Registered {
        // A torn hook may have written that and lost the mark.
        progress.stale |= !ACTIVE.load(storage)?.power_of(id).is_zero();
        return Ok(None);
    }
    let (window, percent) = (params.missed_blocks_window, params.max_jailed_percent);
    if !progress.throttle.admits(block.height, power, progress.total, window, percent) {
        return Ok(None);
    }
    progress.stale = true;
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
