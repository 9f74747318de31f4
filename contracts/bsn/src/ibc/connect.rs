use api::bsn::event;
use cosmwasm_std::{DepsMut, Env, Event, IbcBasicResponse, IbcChannelConnectMsg};

use super::open::check;
use crate::channel::rebind;
use crate::error::ContractError;
use crate::host;
use crate::state::{CHANNELS, OpenChannel};

/// Records the channel as the open one and its connection as the bound one, after checking all again:
/// between opening and connecting, another may have been faster.
///
/// # Errors
/// As [`open`](super::open::open).
pub fn connect(
    deps: DepsMut<'_>,
    env: &Env,
    msg: IbcChannelConnectMsg,
) -> Result<IbcBasicResponse, ContractError> {
    let channel = msg.channel();
    let mut channels = check(deps.as_ref(), channel, msg.counterparty_version())?;
    let channel_id = channel.endpoint.channel_id.clone();
    channels.connection_id = Some(channel.connection_id.clone());
    channels.open = Some(OpenChannel {
        channel_id: channel_id.clone(),
        counterparty_channel_id: channel.counterparty_endpoint.channel_id.clone(),
        connection_id: channel.connection_id.clone(),
        last_packet: host::now(env),
    });
    rebind::new_channel(deps.storage, &mut channels)?;
    CHANNELS.save(deps.storage, &channels)?;
    Ok(IbcBasicResponse::new()
        .add_attribute("action", "ibc_connect")
        .add_attribute("channel_id", channel_id.clone())
        .add_event(Event::new("ibc").add_attribute("channel", "connect"))
        .add_event(cosmwasm_std::Event::from(event::Channel { channel_id, state: "open".to_owned() })))
}
