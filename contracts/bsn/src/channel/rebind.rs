//! Moving to another connection.
//!
//! Babylon has one channel per IBC client, for ever. So a channel that timed out is replaced through a new client,
//! which is a new connection and a new consumer id (RULINGS.md, "After a rebind"). The admin announces that;
//! after a delay the bound channel is **retired** in our own state, whatever IBC calls it, since with expired
//! clients nothing about it can be proven any more. The FPs that came over it are **orphans**: nobody tells
//! us of their delegations' ends now. They earn nothing more, and have no power from some time after the old
//! channel's last packet on.
//!
//! FPs are numbered in the order of their registration, and only those of the bound consumer id register. So the
//! orphans are all with a number below the first of the new era.

use cosmwasm_std::{Env, Event, StdResult, Storage};
use primitives::{FpId, FpPublicKey, Seconds, UnixTime};
use staking::{FpEvent, move_fp};

use super::remember_closed;
use crate::error::{RebindError, alarm};
use crate::host;
use crate::state::{
    CHANNELS, CONFIG, COUNTERS, ChannelMarks, Channels, FP_KEYS, Orphans, PARAMS, Progress, Rebind,
    StoredLedger,
};

/// For how long a channel that brought a packet is taken to be alive.
const ALIVE: Seconds = Seconds::days(1);
/// How many orphans a hook marks.
const MARKED: u32 = 50;

/// Whether a move is allowed at `now`.
///
/// # Errors
/// [`RebindError::Alive`] while the bound channel works, [`RebindError::TooMany`] after eight moves within the
/// time that orphans keep their power.
pub fn check(channels: &Channels, now: UnixTime) -> Result<(), RebindError> {
    if let Some(open) = &channels.open {
        let age = now.since(open.last_packet);
        if age < ALIVE {
            return Err(RebindError::Alive { channel_id: open.channel_id.clone(), age });
        }
    }
    match channels.orphans.len() {
        count if count >= Channels::KEPT => Err(RebindError::TooMany { count }),
        _ => Ok(()),
    }
}

/// A channel that brings a packet is alive: a move to another connection that was announced is off. One of the
/// rewards alone goes on: it needs no dead channel (RULINGS.md, "After a rebind").
pub fn call_off(channels: &mut Channels) -> Option<Event> {
    let bound = &channels.connection_id;
    let Rebind { connection_id, .. } =
        channels.rebind.take_if(|rebind| bound.as_ref() != Some(&rebind.connection_id))?;
    Some(alarm(format!("the channel is alive: the move to connection {connection_id} is off")))
}

/// Announces a move, or does it if it is due.
///
/// # Errors
/// Only those of storage.
pub fn announce(
    storage: &mut dyn Storage,
    env: &Env,
    mut channels: Channels,
    rebind: Rebind,
) -> StdResult<Vec<Event>> {
    let config = CONFIG.load(storage)?;
    let replaced = channels.announced(&config).map(|what| format!("called off: {what}"));
    channels.rebind = Some(rebind);
    CHANNELS.save(storage, &channels)?;
    let mut events: Vec<Event> = replaced.into_iter().chain(channels.announced(&config)).map(alarm).collect();
    events.extend(wake(storage, env)?);
    Ok(events)
}

/// Does what is due by time alone. Each record is written when everything that follows from it is: a torn hook is
/// done over.
///
/// # Errors
/// Only those of storage.
pub fn wake(storage: &mut dyn Storage, env: &Env) -> StdResult<Vec<Event>> {
    let now = host::now(env);
    let mut events = Vec::new();
    let mut channels = CHANNELS.load(storage)?;
    if let Some(rebind) = channels.rebind.take_if(|rebind| rebind.at <= now) {
        let mut config = CONFIG.load(storage)?;
        if channels.bound(&config) != Some(&rebind.connection_id) {
            let below = FpId::new(COUNTERS.load(storage)?.providers);
            events.extend(retire(&mut channels, env, &rebind, below));
            config.connection_id = Some(rebind.connection_id);
        }
        if let Some(channel_id) = rebind.ics20_channel_id {
            events.push(alarm(format!("rewards go over channel {channel_id} from now on")));
            config.ics20_channel_id = channel_id;
        }
        CONFIG.save(storage, &config)?;
    }
    let mut progress = Progress::load(storage)?;
    if let Some(last) = channels.orphans.last() {
        progress.channel.era_from = progress.channel.era_from.max(last.below);
    }
    if let Some(below) = take_due(&mut channels, now) {
        progress.channel.orphaned_below = progress.channel.orphaned_below.max(below);
        progress.marks.stale = true;
        events.push(alarm(format!("finality providers below number {below} are orphans: no power")));
    }
    progress.save(storage)?;
    CHANNELS.save(storage, &channels)?;
    progress.channel.wake_at = next(&channels);
    progress.save(storage)?;
    Ok(events)
}

/// A new channel is bound: from now on it is known until when the orphans have power.
///
/// # Errors
/// Only those of storage.
pub fn new_channel(storage: &mut dyn Storage, channels: &mut Channels) -> StdResult<()> {
    if channels.orphans.is_empty() {
        return Ok(());
    }
    let grace = PARAMS.load(storage)?.orphan_grace;
    for orphans in &mut channels.orphans {
        let until = orphans.last_packet.plus(grace);
        orphans.until = orphans.until.or(Some(until));
    }
    let mut progress = Progress::load(storage)?;
    progress.channel.wake_at = next(channels);
    progress.save(storage)
}

/// Marks orphans whose time is over, a portion at a time. They have had no power since [`wake`]; the mark takes them
/// out of the ranking.
///
/// # Errors
/// Only those of storage.
pub fn mark_orphans(storage: &mut dyn Storage, progress: &mut Progress) -> StdResult<()> {
    let ChannelMarks { orphans_marked, orphaned_below, .. } = progress.channel;
    let last = orphans_marked.get().saturating_add(MARKED).min(orphaned_below.get());
    for id in orphans_marked.get()..last {
        if let Some(key) = FP_KEYS.may_load(storage, &id.to_be_bytes())? {
            move_fp(&mut StoredLedger(storage), &FpPublicKey::from_bytes(key), FpEvent::Orphan)?;
        }
    }
    progress.channel.orphans_marked = FpId::new(last);
    Ok(())
}

/// The bound channel is no more, and everybody who came over it is an orphan.
fn retire(channels: &mut Channels, env: &Env, rebind: &Rebind, below: FpId) -> Vec<Event> {
    let open = remember_closed(channels, env, "retired");
    let last_packet = channels.previous.last().map_or_else(UnixTime::default, |last| last.last_packet);
    channels.connection_id = Some(rebind.connection_id.clone());
    channels.consumer_id = None;
    if below > channels.orphans.last().map_or_else(FpId::default, |last| last.below) {
        channels.orphans.push(Orphans { below, last_packet, until: None });
    }
    let moved = alarm(format!("the channel moved to connection {}", rebind.connection_id));
    open.into_iter().chain([moved]).collect()
}

/// Takes out those whose time is over; below which number all are.
fn take_due(channels: &mut Channels, now: UnixTime) -> Option<FpId> {
    let is_due = |orphans: &Orphans| orphans.until.is_some_and(|until| until <= now);
    let below =
        channels.orphans.iter().filter(|orphans| is_due(orphans)).map(|orphans| orphans.below).max()?;
    channels.orphans.retain(|orphans| orphans.below > below);
    Some(below)
}

/// When time alone does something next.
fn next(channels: &Channels) -> Option<UnixTime> {
    let rebind = channels.rebind.as_ref().map(|rebind| rebind.at);
    channels.orphans.iter().filter_map(|orphans| orphans.until).chain(rebind).min()
}

#[cfg(test)]
mod tests;
