use api::btc_staking::{Outcome, OutcomesMsg};
use bitcoin_spv::OutPoint;
use cosmwasm_std::{Binary, Order, StdError, StdResult, SubMsg, WasmMsg, to_json_binary};
use standing::{Change, Known, Ledger, Standing, What};

use super::OUTCOMES_REPLY;
use crate::error::ContractError;
use crate::state::{Config, SENT_AGAIN, Stakes, UNSENT, after, outpoint_key, outpoint_of};

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
    let outcomes = changes.iter().map(|change| outcome(stakes, change)).collect::<StdResult<_>>()?;
    let message = WasmMsg::Execute {
        contract_addr: config.bsn.to_string(),
        msg: to_json_binary(&OutcomesMsg::StakeOutcomes { outcomes })?,
        funds: vec![],
    };
    let has_unsent = u8::from(stakes.totals().unsent > 0);
    let keys = changes.iter().flat_map(|change| outpoint_key(&change.stake));
    let payload: Vec<u8> = core::iter::once(has_unsent).chain(keys).collect();
    Ok(Some(SubMsg::reply_always(message, OUTCOMES_REPLY).with_payload(Binary::from(payload))))
}

fn outcome(stakes: &Stakes<'_>, change: &Change) -> StdResult<Outcome> {
    let OutPoint { txid, index: output } = change.stake;
    let txid = txid.to_string();
    Ok(match change.what {
        What::Ended { height } => Outcome::Ended { txid, output, btc_height: height.get() },
        What::Revoked => Outcome::Revoked { txid, output },
        What::Active { start, end } => {
            let lost = || StdError::msg(format!("no item of {}", change.stake));
            let facts = stakes.facts(&change.stake)?.ok_or_else(lost)?;
            Outcome::Active {
                txid,
                output,
                staker_pk_hex: hex::encode(facts.staker),
                fp_pubkey_hex: hex::encode(facts.fp()),
                sats: facts.sats,
                start_height: start.get(),
                end_height: end.get(),
                unbonding_time: facts.unbonding_time,
                digest_hex: hex::encode(facts.digest),
            }
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
