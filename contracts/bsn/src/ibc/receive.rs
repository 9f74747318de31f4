use cosmwasm_std::{
    Attribute, DepsMut, Env, Event, IbcPacket, IbcPacketReceiveMsg, IbcReceiveResponse, StdAck, StdResult,
    SubMsg,
};
use proto::decode::{self, Packet, PacketError, RawHeader, RawItem, StakingItem};
use thiserror::Error;

use crate::bitcoin::{self, timestamp};
use crate::channel::rebind;
use crate::error::alarm;
use crate::host;
use crate::intake::{self, ItemCounts, queue};
use crate::state::{CHANNELS, CONFIG, Channels, OpenChannel};

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
}

/// What a packet did.
struct Received {
    action: &'static str,
    attributes: Vec<Attribute>,
    events: Vec<Event>,
    messages: Vec<SubMsg>,
}

/// Takes a packet of Babylon. It answers with success for whatever can be cut into its parts, however bad some of
/// them are (they are quarantined), else with an error, before anything is written.
///
/// Headers of Bitcoin go to the light client, which believes none without work; what it refuses costs nothing
/// else of the packet. No height of Bitcoin is taken from a packet: the tip comes from the light client alone.
///
/// # Errors
/// Only those of storage. The chain keeps what is written beside an error acknowledgement of ours; after a failure
/// it undoes all and acknowledges an error itself (PROTOCOL.md, "Acknowledgements"). So a broken record
/// leaves nothing half done.
pub fn receive(mut deps: DepsMut<'_>, env: &Env, msg: IbcPacketReceiveMsg) -> StdResult<IbcReceiveResponse> {
    let mut channels = CHANNELS.may_load(deps.storage)?.unwrap_or_default();
    let parsed = match check(&mut channels, env, &msg.packet) {
        Ok(parsed) => parsed,
        Err(refusal) => {
            let ack = StdAck::error(format!("invalid packet: {refusal}")).to_binary();
            let event = Event::new("ibc").add_attribute("packet", "receive");
            return Ok(IbcReceiveResponse::new(ack).add_event(event));
        }
    };
    if channels.consumer_id.is_none() {
        channels.consumer_id = consumer_id(&parsed);
    }
    let called_off = rebind::call_off(&mut channels);
    let consumer_id = channels.consumer_id.clone();
    CHANNELS.save(deps.storage, &channels)?;
    let received = apply(&mut deps, env, consumer_id.as_deref(), parsed)?;
    Ok(IbcReceiveResponse::new(StdAck::success([]).to_binary())
        .add_submessages(received.messages)
        .add_attribute("action", received.action)
        .add_attributes(received.attributes)
        .add_events(received.events)
        .add_events(called_off))
}

/// A packet of the open channel, cut into its parts; the channel is alive then.
fn check(channels: &mut Channels, env: &Env, packet: &IbcPacket) -> Result<Packet, Refusal> {
    let open = channels.open.as_mut().ok_or(Refusal::NoChannel)?;
    check_source(open, packet)?;
    let parsed = decode::outbound(packet.data.as_slice())?;
    open.last_packet = host::now(env);
    Ok(parsed)
}

fn apply(
    deps: &mut DepsMut<'_>,
    env: &Env,
    consumer_id: Option<&str>,
    parsed: Packet,
) -> StdResult<Received> {
    match parsed {
        Packet::Timestamp(timestamp) => {
            let (headers, unreadable) = match timestamp.btc_headers() {
                Ok(headers) => (headers, None),
                Err(error) => {
                    (Vec::new(), Some(alarm(format!("a timestamp's headers cannot be read: {error}"))))
                }
            };
            let mut received = forward(deps, "receive_btc_timestamp", &headers)?;
            received.events.extend(unreadable);
            received.events.extend(timestamp::apply(deps.storage, env, consumer_id, &timestamp)?);
            // With headers, this follows when the light client has answered.
            if received.messages.is_empty() {
                received.events.extend(bitcoin::follow(deps.storage, deps.querier, host::now(env))?);
            }
            Ok(received)
        }
        Packet::Staking(items) => take_staking(deps, env, items),
        Packet::Headers(headers) => forward(deps, "receive_btc_headers", &headers),
    }
}

/// Hands headers on; without a light client they are only counted.
fn forward(deps: &DepsMut<'_>, action: &'static str, headers: &[RawHeader]) -> StdResult<Received> {
    let attributes = vec![Attribute::new("headers", headers.len().to_string())];
    let light_client = CONFIG.load(deps.storage)?.btc_light_client;
    let bitcoin::Forwarded { events, messages } =
        light_client.map(|address| bitcoin::forward(&address, headers)).unwrap_or_default();
    Ok(Received { action, attributes, events, messages })
}

/// Applies staking items, or queues them.
fn take_staking(deps: &mut DepsMut<'_>, env: &Env, items: Vec<RawItem>) -> StdResult<Received> {
    let config = CONFIG.load(deps.storage)?;
    let is_verified = config.stake_verifier.is_some();
    let mut done = queue::work_off(deps.storage, deps.api, env)?;
    let work = queue::work_of(&items, is_verified);
    let mut queued = 0;
    let is_paused = queue::is_paused(deps.storage, env)?;
    if queue::must_queue(is_paused, queue::is_waiting(deps.storage)?, work) {
        queued = items.len();
        queue::push(deps.storage, items, is_verified)?;
    } else {
        done.add(intake::apply_items(deps.storage, deps.api, env, &config, items)?);
    }
    let mut attributes = done.attributes();
    attributes.push(Attribute::new("queued", queued.to_string()));
    let ItemCounts { events, messages, .. } = done;
    Ok(Received { action: "receive_btc_staking", attributes, events, messages })
}

/// Holds a packet against the open channel: a chain may let a channel open that was refused
/// (CWA-2025-006), and a retired one may still be alive.
fn check_source(open: &OpenChannel, packet: &IbcPacket) -> Result<(), Refusal> {
    if packet.dest.channel_id != open.channel_id {
        return Err(Refusal::ForeignChannel { got: packet.dest.channel_id.clone() });
    }
    let source = &packet.src;
    if source.port_id != proto::PORT || source.channel_id != open.counterparty_channel_id {
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
