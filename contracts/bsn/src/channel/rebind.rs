//! Moving to another connection.
//!
//! Babylon has one channel per IBC client, for ever. So a channel that timed out is replaced through a new client,
//! which brings a new connection and a new consumer id (RULINGS.md, "After a rebind"). The admin announces that. After
//! a delay the bound channel is **retired** in our own state, whatever IBC calls it: with expired clients nothing about
//! it can be proven any more. The FPs that came over it become **orphans**: Babylon no longer reports the ends of their
//! delegations. They earn nothing more, and lose their power some time after the old channel's last packet.
//!
//! FPs are numbered in the order of their registration, and only FPs of the bound consumer id register. So the orphans
//! are all FPs numbered below the first of the new era.

use cosmwasm_std::{Env, Event, StdResult, Storage};
use primitives::{FpId, FpPublicKey, Seconds, UnixTime};
use staking::{FpEvent, move_fp};

use super::remember_closed;
use crate::error::{RebindError, alarm};
use crate::state::{
    CHANNELS, CONFIG, COUNTERS, ChannelMarks, Channels, FP_KEYS, Orphans, PARAMS, Progress, Rebind,
    StoredLedger,
};
use crate::{config, host};

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

/// Cancels an announced move to another connection: a packet that was received proves the channel alive. A move of the
/// rewards alone stays, since it needs no dead channel (RULINGS.md, "After a rebind").
pub fn call_off(channels: &mut Channels) -> Option<Event> {
    let bound = &channels.connection_id;
    let Rebind { connection_id, .. } =
        channels.rebind.take_if(|rebind| bound.as_ref() != Some(&rebind.connection_id))?;
    Some(alarm(format!("the channel is alive: the move to connection {connection_id} is cancelled")))
}

/// Announces a move, or does it if it is due.
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

/// Does what is due by time alone. A record is written after everything that follows from it, so that the next hook
/// repeats what a torn one left undone.
pub fn wake(storage: &mut dyn Storage, env: &Env) -> StdResult<Vec<Event>> {
    let mut channels = CHANNELS.load(storage)?;
    let Due { rebind, powerless_below } = due(&channels, host::now(env));
    let mut events = match rebind {
        Some(rebind) => carry_out(storage, env, &mut channels, rebind)?,
        None => vec![],
    };
    let mut progress = Progress::load(storage)?;
    if let Some(last) = channels.orphans.last() {
        progress.channel.era_from = progress.channel.era_from.max(last.below);
    }
    if let Some(below) = powerless_below {
        channels.orphans.retain(|orphans| orphans.below > below);
        progress.channel.orphaned_below = progress.channel.orphaned_below.max(below);
        progress.marks.stale = true;
        events
            .push(alarm(format!("finality providers numbered below {below} are orphans and have no power")));
    }
    progress.save(storage)?;
    CHANNELS.save(storage, &channels)?;
    progress.channel.wake_at = next(&channels);
    progress.save(storage)?;
    Ok(events)
}

/// Sets the time at which the orphans lose their power. It is known once a new channel is bound.
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

/// Marks FPs as orphans after their grace, a portion at a time. [`wake`] has taken their power already; the mark takes
/// them out of the ranking.
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

/// Retires the bound channel. The FPs that came over it, numbered below `below`, become orphans.
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

/// What is due by time alone.
struct Due {
    /// The move whose delay is over.
    rebind: Option<Rebind>,
    /// FPs with lower numbers lose their power: their grace is over.
    powerless_below: Option<FpId>,
}

fn due(channels: &Channels, now: UnixTime) -> Due {
    let over = channels.orphans.iter().filter(|orphans| orphans.until.is_some_and(|until| until <= now));
    Due {
        rebind: channels.rebind.clone().filter(|rebind| rebind.at <= now),
        powerless_below: over.map(|orphans| orphans.below).max(),
    }
}

/// Does a move: to another connection, or of the rewards alone.
fn carry_out(
    storage: &mut dyn Storage,
    env: &Env,
    channels: &mut Channels,
    rebind: Rebind,
) -> StdResult<Vec<Event>> {
    channels.rebind = None;
    let config = CONFIG.load(storage)?;
    let mut events = vec![];
    let is_bound = channels.bound(&config) == Some(&rebind.connection_id);
    if !is_bound {
        let below = FpId::new(COUNTERS.load(storage)?.providers);
        events.extend(retire(channels, env, &rebind, below));
    }
    let connection_id = Some(rebind.connection_id).filter(|_| !is_bound);
    if let Some(channel_id) = &rebind.ics20_channel_id {
        events.push(alarm(format!("from now on rewards use channel {channel_id}")));
    }
    config::save_route(storage, config, connection_id, rebind.ics20_channel_id)?;
    Ok(events)
}

/// When time alone does something next.
fn next(channels: &Channels) -> Option<UnixTime> {
    let rebind = channels.rebind.as_ref().map(|rebind| rebind.at);
    channels.orphans.iter().filter_map(|orphans| orphans.until).chain(rebind).min()
}

#[cfg(test)]
mod tests;
