use api::bsn::{InstantiateMsg, LegacyFinalityMsg, LegacyStakingMsg, Network, StakeSource};
use api::contract_info::ContractInfo;
use api::read::{Fields, Read};
use api::write;
use cosmwasm_std::{
    Binary, Deps, DepsMut, Env, MessageInfo, QuerierWrapper, Reply, Response, StdError, StdResult, Storage,
    SubMsg, WasmMsg, from_json,
};
use finality::Params;
use primitives::{BlockHeight, Seconds};

use crate::channel::check_transfer;
use crate::config::{self, Settings, invalid};
use crate::error::{ContractError, DoorError};
use crate::heights::grid;
use crate::parse;
use crate::state::{
    ACTIVE, ADMINS, Admins, CHANNELS, CONTRACT_NAME, CONTRACT_VERSION, COUNTERS, Channels, Config, Counters,
    Gaps, Marks, Progress,
};
use crate::verifier;

/// The reply to the light client's instantiation.
pub const LIGHT_CLIENT_REPLY: u64 = 2;
/// The salt of the light client's address.
const LIGHT_CLIENT_SALT: &[u8] = b"btc-light-client";

const DEFAULT_TIMEOUT_DAYS: u64 = 28;

/// Sets the contract up: one validated config from the union message and the legacy ones inside it.
pub fn instantiate(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    let finality: LegacyFinalityMsg = nested(msg.btc_finality_msg.as_ref())?;
    let staking: LegacyStakingMsg = nested(msg.btc_staking_msg.as_ref())?;
    let (outer, inner) = (msg.knobs(), finality.knobs());
    let admin = one_admin([msg.admin, finality.admin, staking.admin])?;
    for address in admin.iter().chain(&msg.btc_light_client) {
        deps.api.addr_validate(address)?;
    }
    let params = parse::knobs(parse::knobs(defaults(msg.network), inner), outer);
    let denom = match (bonded_denom(deps.querier), &msg.reward_denoms) {
        (Ok(denom), _) => denom,
        // A chain without x/staking has none, and says what it shares out.
        (Err(_), Some(denoms)) if !denoms.is_empty() => String::new(),
        (Err(error), _) => return Err(error.into()),
    };
    let config = Config {
        network: msg.network,
        btc_confirmation_depth: msg.btc_confirmation_depth,
        checkpoint_finalization_timeout: msg.checkpoint_finalization_timeout,
        btc_light_client: msg.btc_light_client,
        consumer_name: msg.consumer_name,
        consumer_description: msg.consumer_description,
        reward_denoms: msg.reward_denoms.unwrap_or_else(|| vec![denom.clone()]),
        burn_slashed_rewards: msg.burn_slashed_rewards.unwrap_or_default(),
        denom,
        ics20_channel_id: msg.ics20_channel_id.trim().to_string(),
        connection_id: msg.connection_id,
        ibc_packet_timeout_days: msg.ibc_packet_timeout_days.unwrap_or(DEFAULT_TIMEOUT_DAYS),
        destination_module: msg.destination_module,
        babylon_chain_id: msg.babylon_chain_id,
        babylon_tag: msg.babylon_tag.as_deref().map(parse::tag).transpose()?,
        stake_verifier: None,
        stake_source: config::stake_source(msg.stake_source, msg.verified_stake.is_some())?,
    };
    let settings = Settings::checked(config, params, admin.as_deref())?;
    let config = settings.config();
    let has_client = config.btc_light_client.is_some() || msg.btc_light_client_code_id.is_some();
    if config.network == Network::Mainnet && !has_client {
        return Err(invalid("mainnet needs a light client".into()));
    }
    check_channel(deps.as_ref(), config)?;

    let light_client = match (&config.btc_light_client, msg.btc_light_client_code_id) {
        (None, Some(code_id)) => {
            Some(light_client(env, code_id, config, admin.as_deref(), msg.btc_light_client_msg)?)
        }
        _ => None,
    };
    let now = BlockHeight::new(env.block.height);
    record(deps.storage, now, &settings, &Admins { admin, pending: None })?;
    if let Some(interval) = msg.grid {
        grid::configure(deps.storage, settings.params(), interval, now)?;
    }
    grid::follow_source(deps.storage, settings.config())?;
    ContractInfo::save(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    let verified = msg.verified_stake;
    let verifier = verified.map(|verified| verifier::message(deps.storage, env, has_client, verified));
    // In this order: the second asks for the address that the reply to the first brings.
    Ok(Response::new()
        .add_submessages(light_client)
        .add_submessages(verifier.transpose()?)
        .add_attribute("action", "instantiate")
        .add_attribute("sender", &info.sender))
}

fn record(
    storage: &mut dyn Storage,
    now: BlockHeight,
    settings: &Settings,
    admins: &Admins,
) -> StdResult<()> {
    settings.save(storage)?;
    ADMINS.save(storage, admins)?;
    COUNTERS.save(storage, &Counters::default())?;
    CHANNELS.save(storage, &Channels::default())?;
    ACTIVE.save(storage, &finality::active_set::ActiveSet::default())?;
    // No hook saw the blocks before this one: there is nothing for the cursor to look for there.
    let activation = settings.params().finality_activation_height;
    let first = activation.max(now);
    let before = first.previous();
    let marks = Marks {
        activation,
        cursor: before,
        settled: before,
        judged: before,
        votes_from: first,
        ..Marks::default()
    };
    let gaps = Gaps { recorded_above: before, ..Gaps::default() };
    let progress = Progress { marks, gaps, ..Progress::default() };
    progress.save(storage)
}

fn nested<T: Read + Default>(json: Option<&Binary>) -> Result<T, ContractError> {
    match json {
        Some(json) => T::read(from_json(json)?).map_err(|error| StdError::msg(error.to_string()).into()),
        None => Ok(T::default()),
    }
}

/// The coin that this chain stakes. Asked in plain bytes: cosmwasm-std's types of the staking module weigh 10 kB.
fn bonded_denom(querier: QuerierWrapper<'_>) -> StdResult<String> {
    let answer = querier.raw_query(br#"{"staking":{"bonded_denom":{}}}"#);
    let answer = answer.into_result().map_err(|error| StdError::msg(error.to_string()))?;
    let answer = answer.into_result().map_err(StdError::msg)?;
    let denom = Fields::of(from_json(answer)?).and_then(|mut answer| answer.take("denom"));
    denom.map_err(|error| StdError::msg(error.within("bonded_denom").to_string()))
}

fn one_admin(named: [Option<String>; 3]) -> Result<Option<String>, ContractError> {
    let mut named = named.into_iter().flatten();
    let Some(first) = named.next() else { return Ok(None) };
    match named.find(|other| *other != first) {
        Some(other) => Err(invalid(format!("two admins: {first} and {other}"))),
        None => Ok(Some(first)),
    }
}

/// On regtest nobody needs to be warned of a move to another connection, and who has randomness may be the only one.
fn defaults(network: Network) -> Params {
    match network {
        Network::Regtest => {
            Params { rebind_delay: Seconds::ZERO, min_active_percent: 0, ..Params::default() }
        }
        _ => Params::default(),
    }
}

/// Checks the ids of channel and connection. A connection that is named must be that of the channel of rewards
/// (RULINGS.md, "The channel"): if that could be opened later, anybody could open it to another chain first.
/// On regtest it may come later: suites instantiate before they connect.
fn check_channel(deps: Deps<'_>, config: &Config) -> Result<(), ContractError> {
    if config.stake_source == StakeSource::Bitcoin {
        return Ok(());
    }
    parse::check_channel_id(&config.ics20_channel_id)?;
    let Some(connection_id) = &config.connection_id else { return Ok(()) };
    parse::check_connection_id(connection_id)?;
    match check_transfer(deps, &config.ics20_channel_id, connection_id) {
        Err(ContractError::Door(DoorError::Unbound { .. })) if config.network == Network::Regtest => Ok(()),
        checked => checked,
    }
}

/// With a fixed salt the address is known beforehand: it follows from the code's checksum, this contract's address and the
/// salt (`wasmd query wasm build-address`).
fn light_client(
    env: &Env,
    code_id: u64,
    config: &Config,
    admin: Option<&str>,
    msg: Option<Binary>,
) -> StdResult<SubMsg> {
    let default = api::btc_light_client::InstantiateMsg {
        network: config.network,
        btc_confirmation_depth: config.btc_confirmation_depth,
        checkpoint_finalization_timeout: config.checkpoint_finalization_timeout,
        admin: admin.map(Into::into),
        submitters: None,
        retained_headers: None,
        max_headers: None,
        checkpoint: None,
    };
    let instantiate = WasmMsg::Instantiate2 {
        admin: Some(admin.map_or_else(|| env.contract.address.to_string(), Into::into)),
        code_id,
        label: "BTC Light Client".into(),
        msg: msg.map_or_else(|| write::json(&default), Ok)?,
        funds: vec![],
        salt: LIGHT_CLIENT_SALT.into(),
    };
    Ok(SubMsg::reply_on_success(instantiate, LIGHT_CLIENT_REPLY))
}

/// Takes the address of the light client that was instantiated.
pub fn reply(storage: &mut dyn Storage, reply: Reply) -> Result<Response, ContractError> {
    let address = verifier::instantiated(reply, "address of the light client")?;
    config::save_light_client(storage, address.clone())?;
    Ok(Response::new().add_attribute("btc_light_client", address))
}

/// Takes the address of the contract that verifies delegations.
pub fn verifier_reply(storage: &mut dyn Storage, reply: Reply) -> Result<Response, ContractError> {
    let address = verifier::instantiated(reply, "address of the stake verifier")?;
    verifier::bind(storage, address.clone())?;
    Ok(Response::new().add_attribute("stake_verifier", address))
}

#[cfg(test)]
mod tests;
