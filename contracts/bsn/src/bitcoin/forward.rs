use api::bsn::event;
use api::btc_light_client::raw_btc_headers;
use cosmwasm_std::{Event, SubMsg, WasmMsg};
use proto::decode::{BtcHeader, RawHeader};

use super::HEADERS_REPLY;

/// How many headers go into one message: the least `max_headers` that a light client can be configured with. A
/// fork that parts deeper than this below our tip therefore never weighs more in one message, and is refused;
/// Babylon sends k + 1 headers of one at most.
const HEADERS: usize = 100;
/// What one message may use, more than three times what it was measured to: a contract that is no light client
/// must not use up the relayer's gas, or the channel would be blocked.
const GAS_LIMIT: u64 = 5_000_000;

/// Headers on their way to the light client.
#[derive(Debug, Default)]
pub struct Forwarded {
    /// To send.
    pub messages: Vec<SubMsg>,
    /// To emit.
    pub events: Vec<Event>,
}

/// Hands headers to the light client, as many as there are before the first that cannot be read: those after it
/// would not connect. The last message is answered in any case, the others only where they fail.
pub fn forward(light_client: &str, headers: &[RawHeader]) -> Forwarded {
    let mut events = Vec::new();
    let mut read = Vec::with_capacity(headers.len());
    for raw in headers {
        match raw.decode() {
            Ok(header) => read.push(header),
            Err(error) => {
                events
                    .push(event::ItemRefused { kind: "btc_header".into(), reason: error.to_string() }.into());
                break;
            }
        }
    }
    let mut messages: Vec<SubMsg> =
        read.chunks(HEADERS).filter_map(|chunk| message(light_client, chunk)).collect();
    if let Some(last) = messages.last_mut() {
        last.reply_on = cosmwasm_std::ReplyOn::Always;
    }
    Forwarded { messages, events }
}

/// Work and height of the first header matter only where the light client has none yet.
fn message(light_client: &str, headers: &[BtcHeader]) -> Option<SubMsg> {
    let first = headers.first()?;
    let bytes = headers.iter().flat_map(|header| header.header).collect::<Vec<u8>>();
    let execute = WasmMsg::Execute {
        contract_addr: light_client.into(),
        msg: raw_btc_headers(bytes, &first.work.unwrap_or_default(), first.height),
        funds: vec![],
    };
    let message = SubMsg::reply_on_error(execute, HEADERS_REPLY).with_gas_limit(GAS_LIMIT);
    Some(message.with_payload(first.height.get().to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::ReplyOn;
    use proto::zoneconcierge::{BtcHeaders, OutboundPacket, outbound_packet::Packet as Sent};
    use proto::{Message, btclightclient::BtcHeaderInfo, decode};

    use super::*;

    fn raw(count: u32, bad: Option<usize>) -> Vec<RawHeader> {
        let info =
            |height| BtcHeaderInfo { header: vec![1; 80], hash: vec![2; 32], height, work: b"7".to_vec() };
        let mut headers: Vec<BtcHeaderInfo> = (0..count).map(info).collect();
        if let Some(bad) = bad {
            headers[bad].header.pop();
        }
        let packet = OutboundPacket { packet: Some(Sent::BtcHeaders(BtcHeaders { headers })) };
        match decode::outbound(&packet.encode_to_vec()).unwrap() {
            decode::Packet::Headers(headers) => headers,
            other => panic!("{other:?}"),
        }
    }

    fn heights(forwarded: &Forwarded) -> Vec<(u32, bool)> {
        let of = |message: &SubMsg| {
            let height = u32::from_be_bytes(message.payload.as_slice().try_into().unwrap());
            (height, message.reply_on == ReplyOn::Always)
        };
        forwarded.messages.iter().map(of).collect()
    }

    #[test]
    fn many_headers_go_in_portions_and_the_last_is_answered() {
        assert_eq!(heights(&forward("lc", &raw(250, None))), [(0, false), (100, false), (200, true)]);
        assert_eq!(heights(&forward("lc", &[])), []);
    }

    #[test]
    fn what_follows_a_broken_header_stays_behind() {
        let forwarded = forward("lc", &raw(250, Some(120)));
        assert_eq!(heights(&forwarded), [(0, false), (100, true)]);
        assert_eq!(forwarded.events.len(), 1);
        let nothing = forward("lc", &raw(3, Some(0)));
        assert!(nothing.messages.is_empty() && nothing.events.len() == 1);
    }
}
