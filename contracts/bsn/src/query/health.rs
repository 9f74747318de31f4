//! How everything is, for an operator: numbers first, and in words what needs attention.

use api::bsn::{
    BitcoinHealth, ChannelHealth, FinalityHealth, HealthResponse, HooksHealth, OutboxHealth, PreviousChannel,
    RewardsResponse, StakeSource, StakingHealth, VerifiedHealth, WaitingFor,
};
use cosmwasm_std::{Deps, Env, Order, StdResult, Storage, Uint128};
use finality::tally::{HeightState, Step, step};
use primitives::{BlockHeight, Seconds, UnixTime, VotingPower};

use super::{finality_status, grid, seen, timestamps};
use crate::channel::silence;
use crate::error::ContractError;
use crate::heights::tally::height_state;
use crate::host;
use crate::state::{
    BITCOIN, CHANNELS, CONFIG, CONVERSION, COUNTERS, Channels, ClosedChannel, Config, Marks, OUTBOX, Orphans,
    OutgoingState, Progress, TIMESTAMPS, Timestamps,
};
use crate::verifier;

/// Over how many heights holes are counted.
const RECENT: u64 = 100;
/// How many holes among them are an alarm.
const MANY_LOST: u64 = 5;
/// How many blocks a height may wait for its quorum without an alarm.
const PATIENCE: u64 = 20;
/// How old, in seconds, Bitcoin's tip may be without an alarm: of 10^15 blocks about one is found so late.
const BITCOIN_SILENT: Seconds = Seconds::new(6 * 3_600);
/// For how long, in seconds, delegations may wait for their proof without an alarm.
const UNPROVEN: Seconds = Seconds::days(1);
/// What is said where the light client's tip is too old.
const STALE: &str =
    "no height has an active set: the light client's tip is older than half of the shortest unbonding time";
/// Among how many outgoing pieces of evidence the refused are counted.
const OUTGOING: usize = 1_000;

/// How everything is.
pub fn health(
    deps: Deps<'_>,
    env: &Env,
    bitcoin: BitcoinHealth,
    rewards: RewardsResponse,
) -> Result<HealthResponse, ContractError> {
    let store = deps.storage;
    let Config { stake_verifier, stake_source, .. } = CONFIG.load(store)?;
    let progress = Progress::load(store)?;
    let record = TIMESTAMPS.may_load(store)?.unwrap_or_default();
    let last = seen::last(store)?.map_or(0, |seen| seen.height.get());
    let mut health = HealthResponse {
        finality: finality(store, &progress, last)?,
        hooks: HooksHealth {
            last_begin_block: last,
            last_end_block: progress.marks.last_end.get(),
            lost_recently: lost_recently(store, BlockHeight::new(env.block.height))?,
        },
        channel: channel(store, env, stake_source)?,
        bitcoin,
        timestamps: timestamps::health(store)?,
        staking: staking(store, &progress)?,
        paused: paused(&progress, host::now(env)),
        outbox: outbox(store, &progress)?,
        rewards,
        alarms: Vec::new(),
    };
    health.staking.verified = stake_verifier.and_then(|address| verifier::health(deps.querier, &address));
    health.alarms = alarms(&health, &record, env.block.height);
    if !matches!(health.channel.state.as_str(), "open" | "absent") {
        health.alarms.push(format!("the channel to Babylon is not open: {}", health.channel.state));
    }
    if BITCOIN.may_load(store)?.is_some_and(|seen| seen.is_stale) {
        health.alarms.push(STALE.into());
    }
    if let Some(verified) = &health.staking.verified {
        unproven(&mut health.alarms, verified, host::now(env));
    }
    health.alarms.extend(floor(&progress));
    health.alarms.extend(moves(store)?);
    health.alarms.extend(grid::alarms(store, env)?);
    if let Some(conversion) = CONVERSION.may_load(store)? {
        health
            .alarms
            .push(format!("what an older version stored is being converted: {} so far", conversion.done));
    }
    Ok(health)
}

fn finality(store: &dyn Storage, progress: &Progress, last: u64) -> Result<FinalityHealth, ContractError> {
    let next = progress.marks.cursor.next();
    let seen = seen::at_height(store, next)?;
    let state = height_state(progress, next, seen.as_ref().map(|seen| &seen.anchor));
    let waiting_for = match (step(state, VotingPower::ZERO), state) {
        (Step::Wait, HeightState::Open { total }) => Some(WaitingFor {
            height: next.get(),
            voted_power: Uint128::new(seen::voted(store, next)?.get()),
            total_power: Uint128::new(total.get()),
        }),
        _ => None,
    };
    Ok(FinalityHealth {
        last_processed: last,
        last_finalized_height: progress.marks.last_quorum.map(BlockHeight::get),
        last_final_block: finality_status::last_final_block(store)?.map(|block| block.height),
        waiting_for,
        longest_gap: progress.gaps.longest,
        resumed: progress.gaps.resumed,
    })
}

/// How many of the last 100 heights are holes, not counting those before the first anchor there is.
fn lost_recently(store: &dyn Storage, now: BlockHeight) -> StdResult<u64> {
    let Some(first) = seen::first_from(store, BlockHeight::default())? else { return Ok(0) };
    let from = now.saturating_sub(RECENT).next().max(first.height);
    let mut seen_there = 0u64;
    for seen in seen::range(store, from, now, Order::Ascending) {
        seen?;
        seen_there = seen_there.saturating_add(1);
    }
    Ok(now.next().above(from).saturating_sub(seen_there))
}

fn channel(store: &dyn Storage, env: &Env, source: StakeSource) -> StdResult<ChannelHealth> {
    let Channels { connection_id, consumer_id, open, previous, .. } =
        CHANNELS.may_load(store)?.unwrap_or_default();
    let state = match (&open, previous.is_empty()) {
        _ if source == StakeSource::Bitcoin => "absent",
        (Some(_), _) => "open",
        (None, true) => "none",
        (None, false) => "closed",
    };
    let now = host::now(env);
    Ok(ChannelHealth {
        state: state.into(),
        last_packet_age_s: open.as_ref().map(|open| now.since(open.last_packet).get()),
        channel_id: open.as_ref().map(|open| open.channel_id.clone()),
        consumer_id,
        connection_id,
        previous: previous
            .into_iter()
            .map(|ClosedChannel { channel_id, connection_id, closed_at, .. }| PreviousChannel {
                channel_id,
                connection_id,
                closed_at: closed_at.get(),
            })
            .collect(),
    })
}

fn staking(store: &dyn Storage, progress: &Progress) -> StdResult<StakingHealth> {
    let counters = COUNTERS.load(store)?;
    let (Marks { ranked, total, .. }, below_floor) = (&progress.marks, &progress.set.below_floor);
    let idle = ranked.get().saturating_sub(below_floor.unwrap_or(*total).get());
    Ok(StakingHealth {
        fps: u64::from(counters.providers) + u64::from(counters.local),
        active: progress.set.active.into(),
        total_power: Uint128::new(total.get()),
        ranked_power: Uint128::new(ranked.get()),
        without_randomness: Uint128::new(idle),
        pop_trusted: counters.pop_trusted.into(),
        quarantined: counters.quarantined,
        queued: counters.queued,
        verified: None,
    })
}

fn paused(progress: &Progress, now: UnixTime) -> Vec<String> {
    let mut paused = Vec::new();
    if progress.is_intake_paused(now) {
        paused.push("packet_intake".to_owned());
    }
    if progress.rewards.paused {
        paused.push("rewards".to_owned());
    }
    paused
}

fn outbox(store: &dyn Storage, progress: &Progress) -> StdResult<OutboxHealth> {
    let mut refused = 0_u64;
    for record in OUTBOX.all(store, Order::Ascending).take(OUTGOING) {
        refused = refused.saturating_add(u64::from(record?.1.state == OutgoingState::Refused));
    }
    Ok(OutboxHealth { waiting: progress.channel.outgoing.into(), refused })
}

fn alarms(health: &HealthResponse, timestamps: &Timestamps, now: u64) -> Vec<String> {
    let HealthResponse { finality, hooks, channel, bitcoin, staking, outbox, .. } = health;
    let mut alarms = Vec::new();
    if let Some(waiting) = &finality.waiting_for {
        let age = now.saturating_sub(waiting.height);
        if age > PATIENCE {
            let WaitingFor { height, voted_power, total_power } = waiting;
            alarms.push(format!(
                "finality has waited {age} blocks for height {height}: {voted_power} of {total_power} sats voted"
            ));
        }
    }
    if hooks.last_begin_block == 0 {
        alarms.push("no hook has taken effect yet: is the contract set in x/babylon?".into());
    }
    if hooks.lost_recently >= MANY_LOST {
        alarms.push(format!("the hooks of {} of the last {RECENT} heights were lost", hooks.lost_recently));
    }
    if let Some(age) = bitcoin.tip_age_s.filter(|age| *age > BITCOIN_SILENT.get()) {
        alarms.push(format!("the light client's tip is {age} seconds old"));
    }
    if bitcoin.refused > 0 {
        alarms.push(format!("the light client refused headers of {} packets", bitcoin.refused));
    }
    alarms.extend(channel.last_packet_age_s.and_then(|age| silence(Seconds::new(age))));
    if let Some(height) = timestamps.contradicted {
        alarms.push(format!("Babylon timestamped a header at height {height} that is not this chain's"));
    }
    if let Some(epoch) = timestamps.epochs.forged {
        alarms.push(format!("Babylon's checkpoint of epoch {epoch} is not what is in Bitcoin"));
    }
    if timestamps.epochs.dropped > 0 {
        alarms
            .push(format!("{} checkpoints were dropped before Bitcoin had them", timestamps.epochs.dropped));
    }
    for what in &health.paused {
        alarms.push(format!("{what} is paused: set_paused ends it"));
    }
    if finality.resumed > 0 {
        alarms.push(format!("{} heights were resumed by the admin and are never final", finality.resumed));
    }
    if outbox.refused > 0 {
        alarms.push(format!("Babylon refused {} pieces of evidence: retry them", outbox.refused));
    }
    for owed in health.rewards.owed.iter().filter(|owed| !owed.amount.is_zero()) {
        alarms.push(format!(
            "{}{} are owed and not sent: is the channel of rewards open?",
            owed.amount, owed.denom
        ));
    }
    if staking.quarantined > 0 {
        alarms.push(format!("{} staking items are in quarantine", staking.quarantined));
    }
    if staking.pop_trusted > 0 {
        alarms.push(format!("{} proofs of possession are taken on trust", staking.pop_trusted));
    }
    alarms
}

/// Delegations that nobody proves, and outcomes that this contract did not take.
fn unproven(alarms: &mut Vec<String>, verified: &VerifiedHealth, now: UnixTime) {
    if let Some(since) = verified.waiting_since.filter(|since| now.since(UnixTime::new(*since)) > UNPROVEN) {
        alarms.push(format!("{} delegations wait for their proof, some since {since}", verified.waiting));
    }
    if verified.unsent > 0 {
        alarms.push(format!("{} outcomes of stake were not taken: follow sends them again", verified.unsent));
    }
}

/// Too much stake is without randomness for a set.
fn floor(progress: &Progress) -> Option<String> {
    let (covered, ranked) = (progress.set.below_floor?, progress.marks.ranked);
    Some(format!(
        "no height has an active set: {covered} of {ranked} sats have timestamped randomness, less than min_active_percent"
    ))
}

/// What is announced of the channel, and of those whom it leaves behind.
fn moves(store: &dyn Storage) -> StdResult<Vec<String>> {
    let channels = CHANNELS.may_load(store)?.unwrap_or_default();
    let orphans = channels.orphans.iter().map(|Orphans { below, until, .. }| match until {
        Some(until) => format!("finality providers below number {below} lose their power at {until}"),
        None => format!("finality providers below number {below} lose their power once a channel is bound"),
    });
    let announced = match channels.rebind {
        Some(_) => channels.announced(&CONFIG.load(store)?),
        None => None,
    };
    Ok(announced.into_iter().chain(orphans).collect())
}

#[cfg(test)]
mod tests;
