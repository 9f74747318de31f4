//! Evidence on its way to Babylon. An FP is slashed here whether or not a channel is open; the evidence waits until
//! Babylon has it.
//!
//! Each step below is one of the arrows of [`OutgoingState`]. [`ChannelMarks::outgoing`](crate::state::ChannelMarks)
//! counts the evidence that has not arrived, so that EndBlock can skip a scan that would find nothing. **These functions
//! load and save `Progress` themselves: do not call them while holding a loaded copy.**

use api::bsn::event;
use cosmwasm_std::{
    Env, Event, IbcMsg, IbcTimeout, Order, Reply, Response, StdResult, Storage, SubMsg, Timestamp,
};
use primitives::{BlockHeight, FpId, FpPublicKey, Seconds, SigningContext};
use proto::Message;

use crate::error::ContractError;
use crate::host::{self, RESEND_PAUSE};
use crate::state::{
    CHANNELS, CONFIG, COUNTERS, EVIDENCE, FP_KEYS, OUTBOX, OpenChannel, Outgoing, OutgoingState, Progress,
    key_height_key,
};

/// The id of the reply to a packet that the chain did not take. Its payload is the provider's number, four
/// bytes big endian.
pub const OUTBOX_REPLY: u64 = 1;

/// How many numbers of providers one call of [`send_due`] looks at.
const WINDOW: u32 = 50;
/// How many blocks to wait after the first, and after the second refusal; the third is final.
const PAUSES: [u64; 2] = [10, 100];

/// What can happen to outgoing evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxEvent {
    /// It was handed to the channel.
    Sent,
    /// The chain did not take it.
    NotSent,
    /// Babylon took it.
    Accepted,
    /// Babylon did not; it says so for what it knows already, too.
    Refused,
    /// Its channel is gone.
    Lost,
    /// Somebody asks for another try.
    Retried,
}

/// What an event makes of outgoing evidence at height `now`; `None` where it means nothing.
pub fn after(item: &Outgoing, event: OutboxEvent, now: BlockHeight) -> Option<Outgoing> {
    use OutgoingState::{Done, InFlight, Refused, Waiting};
    let waiting = |tries, pause| {
        let not_before = now.saturating_add(pause);
        Outgoing { state: Waiting, tries, not_before, ..item.clone() }
    };
    Some(match (item.state, event) {
        (Waiting, OutboxEvent::Sent) => Outgoing { state: InFlight, ..item.clone() },
        (InFlight, OutboxEvent::NotSent) => waiting(item.tries, RESEND_PAUSE),
        (InFlight, OutboxEvent::Lost) | (Waiting, OutboxEvent::Retried) => waiting(item.tries, 0),
        (InFlight, OutboxEvent::Accepted) => Outgoing { state: Done, ..item.clone() },
        (InFlight, OutboxEvent::Refused) => {
            let tries = item.tries.saturating_add(1);
            match usize::try_from(item.tries).ok().and_then(|tried| PAUSES.get(tried)) {
                Some(pause) => waiting(tries, *pause),
                None => Outgoing { state: Refused, tries, ..item.clone() },
            }
        }
        (Refused, OutboxEvent::Retried) => waiting(0, 0),
        (Waiting | Done, _) | (InFlight, OutboxEvent::Sent | OutboxEvent::Retried) | (Refused, _) => {
            return None;
        }
    })
}

/// Where evidence stands while `open` is the open channel: what is in flight over another one is lost, and waits. So
/// nothing has to be looked for when a channel is gone, however much was in flight over it.
pub fn on(item: Outgoing, open: Option<&OpenChannel>, now: BlockHeight) -> Outgoing {
    let is_there = open.is_some_and(|open| item.channel_id.as_ref() == Some(&open.channel_id));
    match after(&item, OutboxEvent::Lost, now) {
        Some(lost) if !is_there => lost,
        _ => item,
    }
}

/// The open channel, if there is one.
pub fn open_channel(storage: &dyn Storage) -> StdResult<Option<OpenChannel>> {
    Ok(CHANNELS.may_load(storage)?.and_then(|channels| channels.open))
}

/// Puts the evidence against provider `id` at `height` into the outbox, once.
pub fn enqueue(storage: &mut dyn Storage, id: FpId, height: BlockHeight, now: BlockHeight) -> StdResult<()> {
    let key = id.to_be_bytes();
    if OUTBOX.may_load(storage, &key)?.is_some() {
        return Ok(());
    }
    OUTBOX.save(
        storage,
        &key,
        &Outgoing { height, state: OutgoingState::Waiting, tries: 0, not_before: now, channel_id: None },
    )?;
    count(storage, false, true)
}

/// The packets that are due, at most `limit`, now in flight; none without an open channel.
///
/// It looks at a window of the providers' numbers, which moves on with every block: all get their turn,
/// however many are done.
pub fn send_due(storage: &mut dyn Storage, env: &Env, limit: usize) -> StdResult<Vec<SubMsg>> {
    let Some(open) = open_channel(storage)? else { return Ok(Vec::new()) };
    let now = BlockHeight::new(env.block.height);
    let [first, last] = window(COUNTERS.load(storage)?.providers, env.block.height);
    let mut due = Vec::new();
    for entry in OUTBOX.range(storage, &first.to_be_bytes(), &last.to_be_bytes(), Order::Ascending) {
        let (key, item) = entry?;
        let item = on(item, Some(&open), now);
        if item.state == OutgoingState::Waiting && item.not_before <= now {
            due.push((key, item));
        }
    }
    let mut messages = Vec::new();
    for (key, item) in due.into_iter().take(limit) {
        messages.extend(send(storage, env, &open, &key, &item)?);
    }
    Ok(messages)
}

/// The packet with evidence that waits, from now on in flight over `open`.
fn send(
    storage: &mut dyn Storage,
    env: &Env,
    open: &OpenChannel,
    key: &[u8; 4],
    item: &Outgoing,
) -> StdResult<Option<SubMsg>> {
    let Some(data) = packet(storage, env, key, item.height)? else { return Ok(None) };
    let Some(sent) = after(item, OutboxEvent::Sent, BlockHeight::new(env.block.height)) else {
        return Ok(None);
    };
    let channel_id = open.channel_id.clone();
    OUTBOX.save(storage, key, &Outgoing { channel_id: Some(channel_id.clone()), ..sent })?;
    let days = CONFIG.load(storage)?.ibc_packet_timeout_days;
    let timeout = host::now_nanos(env).plus(Seconds::days(days));
    let timeout = IbcTimeout::with_timestamp(Timestamp::from_nanos(timeout.get()));
    let send = IbcMsg::SendPacket { channel_id, data: data.into(), timeout };
    Ok(Some(SubMsg::reply_on_error(send, OUTBOX_REPLY).with_payload(*key)))
}

/// The chain did not take the packet of provider `id`: it waits a little.
pub fn sent_failed(storage: &mut dyn Storage, env: &Env, id: FpId) -> StdResult<Option<Event>> {
    happened(storage, env, id, OutboxEvent::NotSent)
}

/// Sends the evidence against provider `id` at once, if a channel is open: what waits, whatever its pause, what was
/// refused, and what is in flight over a channel that is not the open one. What is in flight or done stays.
pub fn retry(storage: &mut dyn Storage, env: &Env, id: FpId) -> StdResult<Option<SubMsg>> {
    let (key, now) = (id.to_be_bytes(), BlockHeight::new(env.block.height));
    let open = open_channel(storage)?;
    let Some(before) = OUTBOX.may_load(storage, &key)? else { return Ok(None) };
    let Some(item) = after(&on(before.clone(), open.as_ref(), now), OutboxEvent::Retried, now) else {
        return Ok(None);
    };
    OUTBOX.save(storage, &key, &item)?;
    count(storage, is_outgoing(before.state), true)?;
    open.map_or(Ok(None), |open| send(storage, env, &open, &key, &item))
}

/// Records what an event makes of the evidence against provider `id`; `None` where it means nothing.
pub fn happened(
    storage: &mut dyn Storage,
    env: &Env,
    id: FpId,
    event: OutboxEvent,
) -> StdResult<Option<Event>> {
    let key = id.to_be_bytes();
    let Some(before) = OUTBOX.may_load(storage, &key)? else { return Ok(None) };
    let Some(item) = after(&before, event, BlockHeight::new(env.block.height)) else { return Ok(None) };
    OUTBOX.save(storage, &key, &item)?;
    count(storage, is_outgoing(before.state), is_outgoing(item.state))?;
    let provider = FP_KEYS.may_load(storage, &key)?.map(FpPublicKey::from_bytes);
    let fp_pubkey_hex = provider.map(|provider| provider.to_string()).unwrap_or_default();
    Ok(Some(event::OutboxChanged { fp_pubkey_hex, state: name(item.state).to_owned() }.into()))
}

/// The name of a state, in events and queries.
pub const fn name(state: OutgoingState) -> &'static str {
    match state {
        OutgoingState::Waiting => "waiting",
        OutgoingState::InFlight => "in_flight",
        OutgoingState::Done => "done",
        OutgoingState::Refused => "refused",
    }
}

const fn is_outgoing(state: OutgoingState) -> bool {
    matches!(state, OutgoingState::Waiting | OutgoingState::InFlight)
}

/// Keeps the number of those that are not at an end.
fn count(storage: &mut dyn Storage, was: bool, is: bool) -> StdResult<()> {
    if was == is {
        return Ok(());
    }
    let mut progress = Progress::load(storage)?;
    progress.channel.outgoing = match is {
        true => progress.channel.outgoing.saturating_add(1),
        false => progress.channel.outgoing.saturating_sub(1),
    };
    progress.save(storage)
}

/// The first and the last number to look at, at a height.
fn window(providers: u32, height: u64) -> [u32; 2] {
    let windows = providers.div_ceil(WINDOW).max(1);
    let turn = height.checked_rem(u64::from(windows)).and_then(|turn| u32::try_from(turn).ok());
    let first = turn.unwrap_or_default().saturating_mul(WINDOW);
    [first, first.saturating_add(WINDOW.saturating_sub(1))]
}

/// The evidence against a provider as Babylon reads it.
fn packet(storage: &dyn Storage, env: &Env, id: &[u8; 4], height: BlockHeight) -> StdResult<Option<Vec<u8>>> {
    let Some(provider) = FP_KEYS.may_load(storage, id)? else { return Ok(None) };
    let Some(found) = EVIDENCE.may_load(storage, &key_height_key(&provider, height))? else {
        return Ok(None);
    };
    let evidence = found.evidence;
    let context = SigningContext::finality_vote(&env.block.chain_id, env.contract.address.as_str());
    let message = proto::finality::Evidence {
        fp_btc_pk: evidence.provider.as_bytes().to_vec(),
        block_height: evidence.height.get(),
        pub_rand: evidence.randomness.to_vec(),
        canonical_app_hash: evidence.first.app_hash.as_bytes().to_vec(),
        fork_app_hash: evidence.second.app_hash.as_bytes().to_vec(),
        canonical_finality_sig: evidence.first.signature.to_vec(),
        fork_finality_sig: evidence.second.signature.to_vec(),
        signing_context: context.as_str().to_owned(),
    };
    Ok(Some(proto::zoneconcierge::InboundPacket::from(message).encode_to_vec()))
}

/// Evidence could not be handed to the channel: it waits again.
///
/// # Errors
/// [`ContractError::UnknownReply`] for a reply that names no FP; else only those of storage.
pub fn not_sent(storage: &mut dyn Storage, env: &Env, reply: &Reply) -> Result<Response, ContractError> {
    let id = reply.payload.as_slice().try_into().map(FpId::from_be_bytes);
    let id = id.map_err(|_| ContractError::UnknownReply { id: reply.id })?;
    Ok(Response::new().add_events(sent_failed(storage, env, id)?))
}

#[cfg(test)]
mod tests;
