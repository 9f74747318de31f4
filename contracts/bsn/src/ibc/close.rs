use cosmwasm_std::{DepsMut, Env, IbcBasicResponse, IbcChannelCloseMsg};

use crate::channel::free;
use crate::error::{ContractError, DoorError};

/// Takes note that Babylon closed the channel. From this end it is never closed: IBC asks for no
/// authority, so anybody could end the updates of stake with one transaction.
///
/// # Errors
/// [`DoorError::CloseRefused`] for an attempt from this end.
pub fn close(
    deps: DepsMut<'_>,
    env: &Env,
    msg: IbcChannelCloseMsg,
) -> Result<IbcBasicResponse, ContractError> {
    let channel = match msg {
        IbcChannelCloseMsg::CloseInit { .. } => return Err(DoorError::CloseRefused.into()),
        IbcChannelCloseMsg::CloseConfirm { channel } => channel,
    };
    let channel_id = channel.endpoint.channel_id;
    let event = free(deps.storage, env, &channel_id)?;
    Ok(IbcBasicResponse::new()
        .add_attribute("action", "ibc_close")
        .add_attribute("channel_id", channel_id)
        .add_events(event))
}
