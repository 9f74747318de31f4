use api::bsn::event;
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response};

use super::check_admin;
use crate::ContractError;
use crate::state::Progress;

/// How long a pause of intake lasts, in seconds, if nobody ends it.
const INTAKE_PAUSE_S: u64 = 7 * 86_400;

/// Lets packets or rewards wait. Nothing that finality, evidence or slashing needs can be paused. A pause of intake
/// that runs already is not made longer.
pub fn set_paused(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    packet_intake: Option<bool>,
    rewards: Option<bool>,
) -> Result<Response, ContractError> {
    check_admin(deps.storage, info, "pause anything")?;
    let mut progress = Progress::load(deps.storage)?;

    let now = env.block.time.seconds();
    match packet_intake {
        Some(true) if !progress.is_intake_paused(now) => {
            progress.channel.intake_paused_until = now.saturating_add(INTAKE_PAUSE_S);
        }
        Some(false) => progress.channel.intake_paused_until = 0,
        Some(true) | None => {}
    }
    progress.rewards.paused = rewards.unwrap_or(progress.rewards.paused);

    progress.save(deps.storage)?;
    Ok(Response::new().add_attribute("action", "set_paused").add_attribute("sender", &info.sender).add_event(
        Event::from(event::SetPaused {
            packet_intake_until: progress.channel.intake_paused_until.to_string(),
            rewards: progress.rewards.paused.to_string(),
        }),
    ))
}
