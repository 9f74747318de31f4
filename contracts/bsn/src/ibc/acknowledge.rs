use api::read::{Read, Variant};
use cosmwasm_std::{
    Binary, DepsMut, Env, IbcBasicResponse, IbcPacket, IbcPacketAckMsg, StdResult, Storage, from_json,
};
use primitives::FpId;
use proto::Message;
use proto::zoneconcierge::{InboundPacket, inbound_packet::Packet};

use crate::error::ContractError;
use crate::evidence::outbox::{self, OutboxEvent};
use crate::state::{CHANNELS, PROVIDERS};

/// Takes note of what Babylon says to evidence. On any channel but the open one it changes nothing, nor
/// does the acknowledgement of something that is not in flight.
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
    let said =
        if is_success(&msg.acknowledgement.data) { OutboxEvent::Accepted } else { OutboxEvent::Refused };
    Ok(response.add_events(outbox::happened(deps.storage, env, id, said)?))
}

/// Whether it is `{"result":"<base64>"}`; what cannot be read is no success.
fn is_success(acknowledgement: &[u8]) -> bool {
    let said = from_json(acknowledgement).ok().and_then(|json| Variant::of(json, &["result", "error"]).ok());
    said.is_some_and(|said| said.place == 0 && Binary::read(said.content).is_ok())
}

/// Whether we sent the packet on the channel that is open now.
pub(super) fn is_open(storage: &dyn Storage, packet: &IbcPacket) -> StdResult<bool> {
    let open = CHANNELS.may_load(storage)?.and_then(|channels| channels.open);
    Ok(open.is_some_and(|open| open.channel_id == packet.src.channel_id))
}

/// Whose evidence is in a packet of ours.
fn provider_of(storage: &dyn Storage, packet: &IbcPacket) -> StdResult<Option<FpId>> {
    let evidence = InboundPacket::decode(packet.data.as_slice())
        .ok()
        .and_then(|packet| packet.packet)
        .and_then(|Packet::BsnSlashing(slashing)| slashing.evidence);
    let key = evidence.and_then(|evidence| <[u8; 32]>::try_from(evidence.fp_btc_pk).ok());
    let Some(key) = key else { return Ok(None) };
    Ok(PROVIDERS.may_load(storage, &key)?.map(|fp| fp.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_result_is_success() {
        for success in [r#"{"result":"AQ=="}"#, r#" {"result": ""} "#] {
            assert!(is_success(success.as_bytes()), "{success}");
        }
        for failure in [
            r#"{"error":"no"}"#,
            r#"{"result":1}"#,
            r#"{"result":1.5e300}"#,
            r#"{"result":null}"#,
            r#"{"result":"~"}"#,
            r#"{"result":"AQ==","error":"no"}"#,
            r#"{"result":"AQ==","result":"AQ=="}"#,
            r#""result""#,
            "1.5",
            "",
            "{",
        ] {
            assert!(!is_success(failure.as_bytes()), "{failure}");
        }
    }
}
