use api::bsn::{Knobs, UpdateConfig};
use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use finality::Params;
use primitives::BlockHeight;

use super::check_admin;
use crate::config::{Settings, invalid};
use crate::error::ContractError;
use crate::heights::grid;
use crate::parse;
use crate::state::{ADMINS, CONFIG, Config, PARAMS, Progress};

/// Changes settings, within the same bounds as instantiation.
#[inline(never)]
pub fn update_config(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    change: UpdateConfig,
) -> Result<Response, ContractError> {
    check_admin(deps.storage, info, "update the config")?;
    let (config, params) = (CONFIG.load(deps.storage)?, PARAMS.load(deps.storage)?);
    let mut progress = Progress::load(deps.storage)?;
    let admin = ADMINS.load(deps.storage)?.admin;

    let before = params.finality_activation_height;
    let (config, params) = changed(config, params, change);
    let settings = Settings::checked(config, params, admin.as_deref())?;
    let activation = settings.params().finality_activation_height;
    check_activation(before, activation, BlockHeight::new(env.block.height))?;

    if progress.marks.grid.is_some() {
        grid::check_floor(settings.params())?;
    }
    if activation != before {
        start_at(&mut progress, activation);
        grid::start_at(deps.storage, &mut progress.marks, BlockHeight::new(env.block.height))?;
    }
    progress.marks.stale = true;
    settings.save(deps.storage)?;
    progress.save(deps.storage)?;
    Ok(Response::new().add_attribute("action", "update_config").add_attribute("sender", &info.sender))
}

/// Takes a message apart, each field of it: one that is not listed does not compile.
macro_rules! take_apart {
    (
        { $($(#[$about:meta])* $knob:ident: $wire:ty as $kind:ty = $default:expr, $bounds:expr;)* }
        $change:ident into { $($field:ident,)* } and $knobs:ident
    ) => {
        let UpdateConfig { $($field,)* $($knob,)* } = $change;
        let $knobs = Knobs { $($knob,)* };
    };
}

/// The settings with what is given in their place; not checked yet.
fn changed(config: Config, params: Params, change: UpdateConfig) -> (Config, Params) {
    primitives::for_each_knob! {
        take_apart change into {
            btc_confirmation_depth,
            checkpoint_finalization_timeout,
            consumer_name,
            consumer_description,
            ibc_packet_timeout_days,
            destination_module,
            reward_denoms,
            burn_slashed_rewards,
        } and knobs
    }
    let config = Config {
        btc_confirmation_depth: btc_confirmation_depth.unwrap_or(config.btc_confirmation_depth),
        checkpoint_finalization_timeout: checkpoint_finalization_timeout
            .unwrap_or(config.checkpoint_finalization_timeout),
        consumer_name: consumer_name.unwrap_or(config.consumer_name),
        consumer_description: consumer_description.unwrap_or(config.consumer_description),
        ibc_packet_timeout_days: ibc_packet_timeout_days.unwrap_or(config.ibc_packet_timeout_days),
        destination_module: destination_module.unwrap_or(config.destination_module),
        reward_denoms: reward_denoms.unwrap_or(config.reward_denoms),
        burn_slashed_rewards: burn_slashed_rewards.unwrap_or(config.burn_slashed_rewards),
        ..config
    };
    (config, parse::knobs(params, knobs))
}

/// Heights that were judged, or could have been, are not taken back.
fn check_activation(
    before: BlockHeight,
    activation: BlockHeight,
    now: BlockHeight,
) -> Result<(), ContractError> {
    if activation != before && (before <= now || activation <= now) {
        return Err(invalid(format!(
            "finality_activation_height {before} is past, or {activation} would be"
        )));
    }
    Ok(())
}

/// No vote was taken yet: finality starts at another height.
fn start_at(progress: &mut Progress, activation: BlockHeight) {
    let marks = &mut progress.marks;
    marks.activation = activation;
    marks.cursor = activation.previous();
    marks.settled = activation.previous();
    marks.judged = activation.previous();
    marks.votes_from = activation;
    progress.gaps.recorded_above = activation.previous();
}
