//! IBC: every channel is welcome, packets carry an [`Action`].

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{
    Binary, DepsMut, Env, IbcBasicResponse, IbcChannelCloseMsg, IbcChannelConnectMsg, IbcChannelOpenMsg,
    IbcChannelOpenResponse, IbcPacketAckMsg, IbcPacketReceiveMsg, IbcPacketTimeoutMsg, IbcReceiveResponse,
    Response, StdResult, from_json,
};

use crate::{Action, journal};

/// Agrees to any channel and version.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn ibc_channel_open(
    deps: DepsMut<'_>,
    _: Env,
    msg: IbcChannelOpenMsg,
) -> StdResult<IbcChannelOpenResponse> {
    let step = if matches!(msg, IbcChannelOpenMsg::OpenInit { .. }) { "init" } else { "try" };
    journal::note(deps.storage, &format!("open {step}"));
    Ok(None)
}

/// Notes which channel is there.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn ibc_channel_connect(
    deps: DepsMut<'_>,
    _: Env,
    msg: IbcChannelConnectMsg,
) -> StdResult<IbcBasicResponse> {
    journal::note(deps.storage, &format!("connect {}", msg.channel().endpoint.channel_id));
    Ok(IbcBasicResponse::new())
}

/// Agrees to its closing.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn ibc_channel_close(deps: DepsMut<'_>, _: Env, msg: IbcChannelCloseMsg) -> StdResult<IbcBasicResponse> {
    let step = if matches!(msg, IbcChannelCloseMsg::CloseInit { .. }) { "init" } else { "confirm" };
    journal::note(deps.storage, &format!("close {step} {}", msg.channel().endpoint.channel_id));
    Ok(IbcBasicResponse::new())
}

/// Does the packet's action; acknowledges with the data it sets, or else with `ok`.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn ibc_packet_receive(
    deps: DepsMut<'_>,
    _: Env,
    msg: IbcPacketReceiveMsg,
) -> StdResult<IbcReceiveResponse> {
    journal::note(deps.storage, &format!("receive {}", msg.packet.sequence));
    let done = from_json::<Action>(&msg.packet.data)?.run(deps, Response::new())?;
    Ok(IbcReceiveResponse::new(done.data.unwrap_or_else(|| Binary::from(b"ok")))
        .add_submessages(done.messages)
        .add_attributes(done.attributes)
        .add_events(done.events))
}

/// Notes what was acknowledged.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn ibc_packet_ack(deps: DepsMut<'_>, _: Env, msg: IbcPacketAckMsg) -> StdResult<IbcBasicResponse> {
    let answer = String::from_utf8_lossy(&msg.acknowledgement.data);
    journal::note(deps.storage, &format!("ack {} {answer}", msg.original_packet.sequence));
    Ok(IbcBasicResponse::new())
}

/// Notes what timed out.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn ibc_packet_timeout(
    deps: DepsMut<'_>,
    _: Env,
    msg: IbcPacketTimeoutMsg,
) -> StdResult<IbcBasicResponse> {
    journal::note(deps.storage, &format!("timeout {}", msg.packet.sequence));
    Ok(IbcBasicResponse::new())
}
