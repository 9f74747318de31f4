use cosmwasm_std::{DepsMut, Env, IbcBasicResponse, IbcPacketTimeoutMsg};

use crate::channel::free;
use crate::error::ContractError;

/// Takes note that a packet was not delivered in time: IBC closes an ordered channel then, so the slot is
/// freed and the evidence waits for the next channel. On any channel but the open one nothing changes.
pub fn timeout(
    deps: DepsMut<'_>,
    env: &Env,
    msg: IbcPacketTimeoutMsg,
) -> Result<IbcBasicResponse, ContractError> {
    let from = msg.packet.src;
    let event = free(deps.storage, env, &from.channel_id)?;
    Ok(IbcBasicResponse::new()
        .add_attribute("action", "ibc_packet_timeout")
        .add_attribute("channel_id", from.channel_id)
        .add_attribute("port_id", from.port_id)
        .add_events(event))
}
