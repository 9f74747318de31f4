use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};

use super::check_admin;
use crate::ContractError;
use crate::ibc::{RebindError, rebind, transfer_connection};
use crate::state::{CHANNELS, PARAMS, Rebind};

/// Announces the move to another connection, or calls one off by naming the bound one.
pub fn rebind_connection(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    connection_id: String,
    ics20_channel_id: Option<String>,
) -> Result<Response, ContractError> {
    check_admin(deps.storage, info, "move to another connection")?;
    let response = Response::new().add_attribute("action", "rebind_connection");
    let mut channels = CHANNELS.load(deps.storage)?;
    if channels.connection_id.as_ref() == Some(&connection_id) {
        let called_off = channels.rebind.take();
        CHANNELS.save(deps.storage, &channels)?;
        return Ok(response.add_attribute("called_off", called_off.is_some().to_string()));
    }
    let now = env.block.time.seconds();
    rebind::check(&channels, now)?;
    if let Some(ics20_channel_id) = &ics20_channel_id
        && transfer_connection(deps.as_ref(), ics20_channel_id)? != connection_id
    {
        let ics20_channel_id = ics20_channel_id.clone();
        return Err(RebindError::OtherConnection { ics20_channel_id, connection_id }.into());
    }
    let at = now.saturating_add(PARAMS.load(deps.storage)?.rebind_delay);
    let rebind = Rebind { connection_id, ics20_channel_id, at };
    Ok(response.add_events(rebind::announce(deps.storage, env, channels, rebind)?))
}
