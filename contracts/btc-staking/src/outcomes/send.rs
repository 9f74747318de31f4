use api::btc_staking::OutcomesMsg;
use api::write;
use cosmwasm_std::{Binary, Order, StdError, StdResult, SubMsg, WasmMsg};
use primitives::{FpPublicKey, Sats};
use staking::{ActiveStake, ItemDigest, StakeOutcome, pack};
use standing::{Change, Known, Ledger, Standing, What};

use super::OUTCOMES_REPLY;
use crate::error::ContractError;
use crate::state::{Config, SENT_AGAIN, Stakes, UNSENT, after, outpoint_of};

/// How many stakes one call sends again.
const SENT_AT_ONCE: usize = 16;

/// Says to `bsn` what changed, if anything did.
///
/// # Errors
/// Only those of storage.
pub fn send(stakes: &Stakes<'_>, config: &Config, changes: &[Change]) -> StdResult<Option<SubMsg>> {
    if changes.is_empty() {
        return Ok(None);
    }
    let outcomes = changes.iter().map(|change| outcome(stakes, change)).collect::<StdResult<Vec<_>>>()?;
    let packed = pack(&outcomes);
    let has_unsent = u8::from(stakes.totals().unsent > 0);
    let payload = [&[has_unsent], &packed[..]].concat();
    let message = WasmMsg::Execute {
        contract_addr: config.bsn.to_string(),
        msg: write::json(&OutcomesMsg::StakeOutcomes { packed: packed.into() })?,
        funds: vec![],
    };
    Ok(Some(SubMsg::reply_always(message, OUTCOMES_REPLY).with_payload(Binary::from(payload))))
}

fn outcome(stakes: &Stakes<'_>, change: &Change) -> StdResult<StakeOutcome> {
    let outpoint = change.stake;
    Ok(match change.what {
        What::Ended { .. } => StakeOutcome::Ended(outpoint),
        What::Revoked => StakeOutcome::Revoked(outpoint),
        What::Active { start, end } => {
            let lost = || StdError::msg(format!("no item of {outpoint}"));
            let facts = stakes.facts(&outpoint)?.ok_or_else(lost)?;
            StakeOutcome::Active(ActiveStake {
                outpoint,
                fp: FpPublicKey::from_bytes(facts.fp()),
                staker_key: facts.staker,
                sats: Sats::new(facts.sats).map_err(|error| StdError::msg(error.to_string()))?,
                start_height: start,
                end_height: end,
                unbonding_time: facts.unbonding_time,
                digest: ItemDigest::from_bytes(facts.digest()),
            })
        }
    })
}

/// What `bsn` did not take, as it stands now: some of it, the next ones with the next call.
///
/// # Errors
/// Only those of storage.
pub fn again(stakes: &mut Stakes<'_>) -> Result<Vec<Change>, ContractError> {
    if stakes.totals().unsent == 0 {
        return Ok(vec![]);
    }
    let from = SENT_AGAIN.may_load(stakes.storage)?.map(|last| after(&last)).unwrap_or_default();
    let keys = UNSENT.range(stakes.storage, &from, &[0xff; 37], Order::Ascending, SENT_AT_ONCE)?;
    // The next call begins anew where this one came to the end.
    let last = keys.last().filter(|_| keys.len() == SENT_AT_ONCE);
    let last = last.map(|(key, _)| key.clone()).unwrap_or_default();
    SENT_AGAIN.save(stakes.storage, &last)?;
    let mut changes = Vec::new();
    for (key, _) in keys {
        let Some(stake) = outpoint_of(&key) else { continue };
        let what = match stakes.known(&stake)? {
            Known::Stake(stake) => what_now(stake.standing),
            Known::Spent(at) => What::Ended { height: at.height },
            Known::Nothing => What::Revoked,
        };
        changes.push(Change { stake, what });
    }
    Ok(changes)
}

const fn what_now(standing: Standing) -> What {
    match standing {
        Standing::Active { block, end } => What::Active { start: block.height, end },
        Standing::Ended { at } => What::Ended { height: at.height },
        Standing::Waiting | Standing::Foretold { .. } | Standing::Challenged { .. } => What::Revoked,
    }
}
