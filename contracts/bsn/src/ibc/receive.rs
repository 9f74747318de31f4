use cosmwasm_std::{
    Attribute, DepsMut, Env, Event, IbcPacket, IbcPacketReceiveMsg, IbcReceiveResponse, StdAck, StdError,
};
use proto::decode::{self, Packet, PacketError, RawItem, StakingItem};
use thiserror::Error;

use super::{COUNTERPARTY_PORT, staking, timestamp};
use crate::state::{CHANNELS, CONFIG, OpenChannel};

/// Why a packet gets an error acknowledgement.
#[derive(Debug, Error)]
enum Refusal {
    #[error("no channel is open")]
    NoChannel,
    #[error("channel `{got}` is not the open one")]
    ForeignChannel { got: String },
    #[error("source `{port}/{channel}` is not the open channel's counterparty")]
    ForeignSource { port: String, channel: String },
    #[error("{0}")]
    Packet(#[from] PacketError),
    #[error("{0}")]
    Storage(#[from] StdError),
}

/// What a packet did.
struct Received {
    action: &'static str,
    attributes: Vec<Attribute>,
    events: Vec<Event>,
}

/// Takes a packet of Babylon. It always answers: with success for whatever can be cut into its parts,
/// however bad some of them are (they are quarantined), else with an error and without any effect.
///
/// Headers of Bitcoin are counted and acknowledged. They are not believed: a height that nobody verified
/// must not make stake expire, so the tip comes from the light client alone.
pub fn receive(mut deps: DepsMut<'_>, env: &Env, msg: IbcPacketReceiveMsg) -> IbcReceiveResponse {
    match take(&mut deps, env, &msg.packet) {
        Ok(Received { action, attributes, events }) => {
            IbcReceiveResponse::new(StdAck::success([]).to_binary())
                .add_attribute("action", action)
                .add_attributes(attributes)
                .add_events(events)
        }
        Err(refusal) => {
            IbcReceiveResponse::new(StdAck::error(format!("invalid packet: {refusal}")).to_binary())
                .add_event(Event::new("ibc").add_attribute("packet", "receive"))
        }
    }
}

fn take(deps: &mut DepsMut<'_>, env: &Env, packet: &IbcPacket) -> Result<Received, Refusal> {
    let mut channels = CHANNELS.may_load(deps.storage)?.unwrap_or_default();
    let open = channels.open.as_mut().ok_or(Refusal::NoChannel)?;
    check_source(open, packet)?;
    let parsed = decode::outbound(packet.data.as_slice())?;
    open.last_packet = env.block.time.seconds();
    if open.consumer_id.is_none() {
        open.consumer_id = consumer_id(&parsed);
    }
    let consumer_id = open.consumer_id.clone();
    CHANNELS.save(deps.storage, &channels)?;
    match parsed {
        Packet::Timestamp(timestamp) => {
            let headers = timestamp.btc_headers().map_or(0, |headers| headers.len());
            let events = timestamp::apply(deps.storage, env, consumer_id.as_deref(), &timestamp)?;
            let attributes = vec![Attribute::new("headers", headers.to_string())];
            Ok(Received { action: "receive_btc_timestamp", attributes, events })
        }
        Packet::Staking(items) => {
            let config = CONFIG.load(deps.storage)?;
            let applied = staking::apply_items(deps.storage, deps.api, env, &config, items)?;
            let attributes = vec![
                Attribute::new("applied", applied.applied.to_string()),
                Attribute::new("known", applied.known.to_string()),
                Attribute::new("refused", applied.refused.to_string()),
            ];
            Ok(Received { action: "receive_btc_staking", attributes, events: applied.events })
        }
        Packet::Headers(headers) => {
            let attributes = vec![Attribute::new("headers", headers.len().to_string())];
            Ok(Received { action: "receive_btc_headers", attributes, events: Vec::new() })
        }
    }
}

/// Holds a packet against the open channel: a chain may let a channel open that was refused
/// (CWA-2025-006), and a retired one may still be alive.
fn check_source(open: &OpenChannel, packet: &IbcPacket) -> Result<(), Refusal> {
    if packet.dest.channel_id != open.channel_id {
        return Err(Refusal::ForeignChannel { got: packet.dest.channel_id.clone() });
    }
    let source = &packet.src;
    if source.port_id != COUNTERPARTY_PORT || source.channel_id != open.counterparty_channel_id {
        let (port, channel) = (source.port_id.clone(), source.channel_id.clone());
        return Err(Refusal::ForeignSource { port, channel });
    }
    Ok(())
}

/// The id under which Babylon knows us, as the packet says.
fn consumer_id(packet: &Packet) -> Option<String> {
    match packet {
        Packet::Timestamp(timestamp) => Some(timestamp.header().ok()??.consumer_id),
        Packet::Staking(items) => items.iter().find_map(registered_for),
        Packet::Headers(_) => None,
    }
}

fn registered_for(raw: &RawItem) -> Option<String> {
    if raw.kind != decode::ItemKind::NewFinalityProvider {
        return None;
    }
    match raw.decode() {
        Ok(StakingItem::NewFinalityProvider(fp)) => Some(fp.consumer_id),
        _ => None,
    }
}
