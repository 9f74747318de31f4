use api::bsn::UpdateConfig;
use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};

use super::check_admin;
use crate::state::{ADMINS, CONFIG, PARAMS, Progress};
use crate::{ContractError, parse};

/// Changes settings, within the same bounds as instantiation.
pub fn update_config(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    change: UpdateConfig,
) -> Result<Response, ContractError> {
    check_admin(deps.storage, info, "update the config")?;
    let mut config = CONFIG.load(deps.storage)?;
    let params = PARAMS.load(deps.storage)?;
    let mut progress = Progress::load(deps.storage)?;

    let knobs = change.knobs();
    config.btc_confirmation_depth = change.btc_confirmation_depth.unwrap_or(config.btc_confirmation_depth);
    config.checkpoint_finalization_timeout =
        change.checkpoint_finalization_timeout.unwrap_or(config.checkpoint_finalization_timeout);
    config.consumer_name = change.consumer_name.unwrap_or(config.consumer_name);
    config.consumer_description = change.consumer_description.unwrap_or(config.consumer_description);
    config.ibc_packet_timeout_days = change.ibc_packet_timeout_days.unwrap_or(config.ibc_packet_timeout_days);
    config.destination_module = change.destination_module.unwrap_or(config.destination_module);
    config.reward_denoms = change.reward_denoms.unwrap_or(config.reward_denoms);
    config.burn_slashed_rewards = change.burn_slashed_rewards.unwrap_or(config.burn_slashed_rewards);
    let before = params.finality_activation_height;
    let params = parse::knobs(params, knobs).checked()?;
    let config = config.checked(&params, ADMINS.load(deps.storage)?.admin.as_deref())?;
    let activation = params.finality_activation_height;
    if activation != before && (before.get() <= env.block.height || activation.get() <= env.block.height) {
        let reason = format!("finality_activation_height {before} is past, or {activation} would be");
        return Err(ContractError::Config { reason });
    }

    if activation != before {
        progress.marks.activation = activation;
        progress.marks.cursor = activation.previous();
        progress.marks.settled = activation.previous();
        progress.marks.judged = activation.previous();
        progress.marks.votes_from = activation;
        progress.gaps.recorded_above = activation.previous();
    }
    progress.marks.stale = true;
    CONFIG.save(deps.storage, &config)?;
    PARAMS.save(deps.storage, &params)?;
    progress.save(deps.storage)?;
    Ok(Response::new().add_attribute("action", "update_config").add_attribute("sender", &info.sender))
}
