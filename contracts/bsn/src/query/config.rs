use api::bsn::{AdminResponse, ConfigResponse};
use cosmwasm_std::{Env, Storage};

use crate::error::ContractError;
use crate::state::{ADMINS, CHANNELS, CONFIG, Config, PARAMS};

macro_rules! with_each_of {
    (
        { $($(#[$about:meta])* $knob:ident: $wire:ty as $kind:ty = $default:expr, $bounds:expr;)* }
        $params:ident in $name:ident { $($field:ident $(: $value:expr)?,)* }
    ) => {
        $name { $($field $(: $value)?,)* $($knob: $params.$knob.into(),)* }
    };
}

/// Who and where this deployment is, and every knob: this contract is all four of the incumbent's.
pub fn config(store: &dyn Storage, env: &Env) -> Result<ConfigResponse, ContractError> {
    let Config {
        network,
        btc_confirmation_depth,
        checkpoint_finalization_timeout,
        btc_light_client,
        consumer_name,
        consumer_description,
        denom,
        ics20_channel_id: _,
        connection_id,
        ibc_packet_timeout_days,
        destination_module,
        babylon_chain_id,
        reward_denoms,
        burn_slashed_rewards,
        babylon_tag: _,
        stake_verifier,
        stake_source,
    } = CONFIG.load(store)?;
    let params = PARAMS.load(store)?;
    let bound = CHANNELS.may_load(store)?.and_then(|channels| channels.connection_id);
    let this = || env.contract.address.to_string();
    Ok(primitives::for_each_knob! { with_each_of params in ConfigResponse {
        network,
        btc_confirmation_depth,
        checkpoint_finalization_timeout,
        btc_light_client,
        btc_staking: this(),
        btc_finality: this(),
        babylon: this(),
        staking: this(),
        finality: this(),
        stake_source: stake_source.name().into(),
        stake_verifier,
        consumer_name,
        consumer_description,
        denom,
        ibc_packet_timeout_days,
        destination_module,
        connection_id: bound.or(connection_id),
        babylon_chain_id,
        reward_denoms,
        burn_slashed_rewards,
    } })
}

/// Who administers, and who is about to.
pub fn admin(store: &dyn Storage) -> Result<AdminResponse, ContractError> {
    let admins = ADMINS.load(store)?;
    Ok(AdminResponse {
        admin: admins.admin,
        pending_renounce: admins.pending == Some(None),
        pending_admin: admins.pending.flatten(),
    })
}

/// The channel of rewards.
pub fn transfer_info(store: &dyn Storage) -> Result<Option<String>, ContractError> {
    Ok(Some(CONFIG.load(store)?.ics20_channel_id).filter(|channel| !channel.is_empty()))
}
