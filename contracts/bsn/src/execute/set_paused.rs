use api::bsn::event;
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response};
use primitives::{Seconds, UnixTime};

use super::check_admin;
use crate::error::ContractError;
use crate::host;
use crate::state::Progress;

/// How long a pause of intake lasts if nobody ends it.
const INTAKE_PAUSE: Seconds = Seconds::days(7);

/// Lets packets or rewards wait. Nothing that finality, evidence or slashing needs can be paused. A pause of intake
/// that runs already does not get longer.
pub fn set_paused(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    packet_intake: Option<bool>,
    rewards: Option<bool>,
) -> Result<Response, ContractError> {
    check_admin(deps.storage, info, "pause anything")?;
    let mut progress = Progress::load(deps.storage)?;

    let now = host::now(env);
    match packet_intake {
        Some(true) if !progress.is_intake_paused(now) => {
            progress.channel.intake_paused_until = now.plus(INTAKE_PAUSE);
        }
        Some(false) => progress.channel.intake_paused_until = UnixTime::default(),
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
