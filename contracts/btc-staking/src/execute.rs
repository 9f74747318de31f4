mod append_params;
mod bring_headers;
mod claim;
mod claim_commission;
mod follow;
mod forget;
mod prove_delegations;
mod prove_self_stake;
mod prove_spends;
mod prove_timestamp;
mod register_fp;
mod set_commission;
mod set_payout;
mod set_spend_bounty;
mod submit_delegations;
mod take_items;
mod take_rewards;
mod take_trusted;

use api::btc_staking::{ExecuteMsg, Verdict, Verdicts};
use api::write;
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response};
use standing::Change;

use crate::chain::Chain;
use crate::error::ContractError;
use crate::state::{CONFIG, Config, Stakes};
use crate::{host, outcomes, parse};

/// How many proofs or stakes a message may have.
const MAX_ENTRIES: usize = 50;
/// How many steps one call follows.
const STEPS: u32 = 32;

/// Handlers are never inlined here: in one function they would have more locals than virtual machines take.
pub fn execute(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    if !matches!(msg, ExecuteMsg::TakeRewards { .. }) {
        parse::check_no_funds(info)?;
    }
    let config = CONFIG.load(deps.storage)?;
    let now = host::now(env);
    match msg {
        ExecuteMsg::TakeItems { items } => take_items::take_items(deps, now, info, &config, &items),
        ExecuteMsg::ProveDelegations { proofs } => {
            prove_delegations::prove_delegations(deps, now, &config, &proofs)
        }
        ExecuteMsg::ProveSpends { proofs } => prove_spends::prove_spends(deps, now, info, &config, &proofs),
        ExecuteMsg::BringHeaders { ancestry } => bring_headers::bring_headers(deps, &config, &ancestry),
        ExecuteMsg::AppendParams { family, params } => {
            append_params::append_params(deps, info, &config, family, &params)
        }
        ExecuteMsg::TakeTrusted { items } => take_trusted::take_trusted(deps, now, &config, &items),
        ExecuteMsg::SubmitDelegations { items } => {
            submit_delegations::submit_delegations(deps, now, &config, &items)
        }
        ExecuteMsg::RegisterFp { fp_pubkey_hex, pop } => {
            register_fp::register_fp(deps, env, info, &config, &fp_pubkey_hex, &pop)
        }
        ExecuteMsg::ProveSelfStake { proofs } => {
            prove_self_stake::prove_self_stake(deps, env, &config, &proofs)
        }
        ExecuteMsg::ProveTimestamp { transaction, block_hash, index, branch } => {
            let claim = prove_timestamp::Claim::parse(&transaction, &block_hash, index, &branch)?;
            prove_timestamp::prove_timestamp(deps, env, &config, &claim)
        }
        ExecuteMsg::Follow {} => follow::follow(deps, now, &config),
        ExecuteMsg::Forget { stakes } => forget::forget(deps, now, &config, &stakes),
        ExecuteMsg::TakeRewards { shares } => take_rewards::take_rewards(deps, info, &config, &shares),
        ExecuteMsg::SetPayout { staker_pk_hex, address, counter, signature } => {
            set_payout::set_payout(deps, env, &staker_pk_hex, &address, counter, &signature)
        }
        ExecuteMsg::Claim { stakes } => claim::claim(deps, &stakes),
        ExecuteMsg::ClaimCommission { fp_pubkey_hex } => {
            claim_commission::claim_commission(deps, &fp_pubkey_hex)
        }
        ExecuteMsg::SetCommission { fp_pubkey_hex, bps } => {
            set_commission::set_commission(deps, now, info, &fp_pubkey_hex, bps)
        }
        ExecuteMsg::SetSpendBounty { bounty } => {
            set_spend_bounty::set_spend_bounty(deps, info, &config, bounty.as_ref())
        }
    }
}

/// What a message did.
#[derive(Default)]
struct Done {
    verdicts: Vec<Verdict>,
    changes: Vec<Change>,
    events: Vec<Event>,
}

/// Lets `work` change stakes, records what they count together, and says to `bsn` what changed.
fn with_stakes(
    deps: DepsMut<'_>,
    now: u64,
    config: &Config,
    action: &'static str,
    work: impl FnOnce(&mut Stakes<'_>) -> Result<Done, ContractError>,
) -> Result<Response, ContractError> {
    let DepsMut { storage, querier, .. } = deps;
    let chain = Chain::new(querier, &config.light_client);
    let mut stakes = Stakes::load(storage, chain, now)?;
    let Done { verdicts, changes, events } = work(&mut stakes)?;
    let sent = outcomes::send(&stakes, config, &changes)?;
    stakes.finish()?;
    let refused = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Refused { .. })).count();
    Ok(Response::new()
        .add_attribute("action", action)
        .add_attribute("refused", refused.to_string())
        .add_attribute("changes", changes.len().to_string())
        .add_events(events)
        .add_submessages(sent)
        .set_data(write::json(&Verdicts { verdicts })?))
}

/// Refuses more entries than one call takes, and none.
fn check_count(got: usize) -> Result<(), ContractError> {
    parse::check_bounds("entries", u64::try_from(got).unwrap_or(u64::MAX), 1, MAX_ENTRIES as u64)
}
