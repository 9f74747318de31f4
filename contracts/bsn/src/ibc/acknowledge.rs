use cosmwasm_std::{
    DepsMut, Env, IbcBasicResponse, IbcPacket, IbcPacketAckMsg, StdAck, StdResult, Storage, from_json,
};
use proto::Message;
use proto::zoneconcierge::{InboundPacket, inbound_packet::Packet};

use crate::error::ContractError;
use crate::outbox::{self, OutboxEvent};
use crate::state::{CHANNELS, PROVIDERS};

/// Takes note of what Babylon says to evidence. On any channel but the open one it changes nothing, nor
/// does the acknowledgement of something that is not in flight.
///
/// # Errors
/// Only those of storage.
pub fn acknowledge(
    deps: DepsMut<'_>,
    env: &Env,
    msg: IbcPacketAckMsg,
) -> Result<IbcBasicResponse, ContractError> {
    let response = IbcBasicResponse::new().add_attribute("action", "ibc_packet_ack");
    if !is_open(deps.storage, &msg.original_packet)? {
        return Ok(response);
    }
    let Some(id) = provider_of(deps.storage, &msg.original_packet)? else { return Ok(response) };
    // What cannot be read is no success.
    let said = match from_json::<StdAck>(&msg.acknowledgement.data) {
        Ok(StdAck::Success(_)) => OutboxEvent::Accepted,
        Ok(StdAck::Error(_)) | Err(_) => OutboxEvent::Refused,
    };
    Ok(response.add_events(outbox::happened(deps.storage, env, id, said)?))
}

/// Whether we sent the packet on the channel that is open now.
pub(super) fn is_open(storage: &dyn Storage, packet: &IbcPacket) -> StdResult<bool> {
    let open = CHANNELS.may_load(storage)?.and_then(|channels| channels.open);
    Ok(open.is_some_and(|open| open.channel_id == packet.src.channel_id))
}

/// Whose evidence is in a packet of ours.
fn provider_of(storage: &dyn Storage, packet: &IbcPacket) -> StdResult<Option<u32>> {
    let evidence = InboundPacket::decode(packet.data.as_slice())
        .ok()
        .and_then(|packet| packet.packet)
        .and_then(|Packet::BsnSlashing(slashing)| slashing.evidence);
    let key = evidence.and_then(|evidence| <[u8; 32]>::try_from(evidence.fp_btc_pk).ok());
    let Some(key) = key else { return Ok(None) };
    Ok(PROVIDERS.may_load(storage, &key)?.map(|fp| fp.id.get()))
}
