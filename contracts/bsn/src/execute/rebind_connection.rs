use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};

use super::check_admin;
use crate::channel::{check_transfer, rebind};
use crate::error::ContractError;
use crate::state::{CHANNELS, CONFIG, PARAMS, Rebind};
use crate::{host, parse};

/// Announces the move to another connection; with the bound one, that of the rewards to another channel on it
/// (RULINGS.md, "After a rebind"), or, where that is no other, calls off what is announced.
#[inline(never)]
pub fn rebind_connection(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    connection_id: String,
    ics20_channel_id: Option<String>,
) -> Result<Response, ContractError> {
    check_admin(deps.storage, info, "move to another connection")?;
    parse::check_connection_id(&connection_id)?;
    let response = Response::new().add_attribute("action", "rebind_connection");
    let config = CONFIG.load(deps.storage)?;
    let mut channels = CHANNELS.load(deps.storage)?;

    let is_bound = channels.bound(&config) == Some(&connection_id);
    if is_bound && ics20_channel_id.as_ref().is_none_or(|channel_id| *channel_id == config.ics20_channel_id) {
        let called_off = channels.rebind.take();
        CHANNELS.save(deps.storage, &channels)?;
        return Ok(response.add_attribute("called_off", called_off.is_some().to_string()));
    }
    let now = host::now(env);
    if !is_bound {
        rebind::check(&channels, now)?;
    }
    if let Some(ics20_channel_id) = &ics20_channel_id {
        check_transfer(deps.as_ref(), ics20_channel_id, &connection_id)?;
    }
    let at = now.plus(PARAMS.load(deps.storage)?.rebind_delay);
    let rebind = Rebind { connection_id, ics20_channel_id, at };
    Ok(response.add_events(rebind::announce(deps.storage, env, channels, rebind)?))
}
