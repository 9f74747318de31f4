mod append_params;
mod bring_headers;
mod follow;
mod prove_delegations;
mod prove_spends;
mod take_items;

use api::btc_staking::{ExecuteMsg, Verdict, Verdicts};
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response, to_json_binary};
use standing::Change;

use crate::chain::Chain;
use crate::state::{CONFIG, Config, Stakes};
use crate::{ContractError, outcomes, parse};

/// How many entries a message of proofs may have.
const MAX_PROOFS: usize = 50;
/// How many steps one call follows.
const STEPS: u32 = 32;

pub fn execute(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    parse::check_no_funds(info)?;
    let config = CONFIG.load(deps.storage)?;
    match msg {
        ExecuteMsg::TakeItems { items } => take_items::take_items(deps, env, info, &config, &items),
        ExecuteMsg::ProveDelegations { proofs } => {
            prove_delegations::prove_delegations(deps, &config, &proofs)
        }
        ExecuteMsg::ProveSpends { proofs } => prove_spends::prove_spends(deps, &config, &proofs),
        ExecuteMsg::BringHeaders { ancestry } => bring_headers::bring_headers(deps, &config, &ancestry),
        ExecuteMsg::AppendParams { family, params } => {
            append_params::append_params(deps, info, &config, family, &params)
        }
        ExecuteMsg::Follow {} => follow::follow(deps, &config),
    }
}

/// What a message did.
#[derive(Default)]
struct Done {
    verdicts: Vec<Verdict>,
    changes: Vec<Change>,
    events: Vec<Event>,
}

/// Lets `work` change stakes, records the sums, and says to `bsn` what changed.
fn with_stakes(
    deps: DepsMut<'_>,
    config: &Config,
    action: &'static str,
    work: impl FnOnce(&mut Stakes<'_>) -> Result<Done, ContractError>,
) -> Result<Response, ContractError> {
    let DepsMut { storage, querier, .. } = deps;
    let chain = Chain::load(querier, &config.light_client)?;
    let mut stakes = Stakes::load(storage, chain)?;
    let Done { verdicts, changes, events } = work(&mut stakes)?;
    stakes.finish()?;
    let refused = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Refused { .. })).count();
    Ok(Response::new()
        .add_attribute("action", action)
        .add_attribute("refused", refused.to_string())
        .add_attribute("changes", changes.len().to_string())
        .add_events(events)
        .add_submessages(outcomes::send(storage, config, &changes)?)
        .set_data(to_json_binary(&Verdicts { verdicts })?))
}

/// Refuses more proofs than one call takes, and none.
fn check_count(got: usize) -> Result<(), ContractError> {
    parse::check_bounds("proofs", u64::try_from(got).unwrap_or(u64::MAX), 1, MAX_PROOFS as u64)
}
