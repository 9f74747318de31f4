//! The thread that reads: what is new in each block, and now and then the rest.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use bsn_rpc::{Event, Status};

use super::column::State;
use super::names::{self, Answer};
use super::read::Contract;
use super::record::{HEIGHTS, Record};
use super::{Options, Shared, link, now_ms};

/// How many blocks are read one by one where several came at once; older ones are left out.
const CATCH_UP: u64 = 50;
/// How many questions beside those of each block are asked in a round: what is missing is read bit by bit.
const EXTRA: usize = 20;
/// The active set is read anew when the contract's counts differ, and after so many blocks.
const SET_AGE: u64 = 100;
/// How long the slow things are believed.
const LINK_AGE: Duration = Duration::from_secs(30);
const REST_AGE: Duration = Duration::from_secs(600);
/// The pauses between two looks.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(10);
/// A node that so many times shows a lower height than before shows another chain of the same name.
const PATIENCE: u32 = 10;

/// What is still to be read.
#[derive(Default)]
struct Due {
    /// Heights whose votes are to be asked for.
    votes: BTreeSet<u64>,
    /// Heights before the first one that was read, from this one down.
    past: Option<u64>,
    /// Places of finality providers whose randomness is to be asked for.
    randomness: BTreeSet<usize>,
    /// And whose names.
    names: BTreeSet<usize>,
    providers: bool,
    outbox: bool,
    /// What the set was read at: height, count, total power.
    set: Option<(u64, u64, u128)>,
    /// The last height that was read whole.
    read: Option<u64>,
    link: Option<Instant>,
    rest: Option<Instant>,
    is_mute: bool,
    backwards: u32,
}

/// Reads until the process ends.
pub fn run(options: &Options, shared: &Shared) {
    let mut due = Due { providers: true, outbox: true, ..Due::default() };
    loop {
        let start = Instant::now();
        let outcome = round(options, shared, &mut due);
        let took = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut record = shared.write();
        let is_new = *outcome.as_ref().unwrap_or(&false);
        match outcome {
            Ok(_) => record.answered(now_ms(), took),
            Err(error) => record.failed(&format!("{error:#}"), now_ms(), took),
        }
        if due.backwards > PATIENCE {
            *record = Record::new(options, now_ms());
            due = Due { providers: true, outbox: true, ..Due::default() };
        }
        let block = Duration::from_millis(record.block_ms()).clamp(SHORTEST, LONGEST);
        drop(record);
        std::thread::sleep(if is_new {
            block.saturating_sub(start.elapsed()).max(SHORTEST)
        } else {
            block / 4
        });
    }
}

/// One look; whether there was a new block.
fn round(options: &Options, shared: &Shared, due: &mut Due) -> Result<bool> {
    let status = options.client.status()?;
    check(&status, shared, due)?;
    let before = due.read;
    let is_new = before != Some(status.height);
    if is_new {
        let contract = Contract { chain: &options.client, address: &options.contract };
        let health = contract.health()?;
        let counts = (health.staking.active, health.staking.total_power.u128());
        shared.write().status(&status);
        set(&contract, shared, due, status.height, counts)?;
        let first =
            before.map_or(status.height, |before| before + 1).max(status.height.saturating_sub(CATCH_UP));
        for height in first..=status.height {
            block(options, shared, due, height, (height == status.height).then_some(&status))?;
        }
        due.past = due.past.or_else(|| before.is_none().then_some(status.height));
        shared.write().health(health);
        votes(&contract, shared, due, status.height)?;
        rest(options, &contract, shared, due)?;
    }
    Ok(is_new)
}

/// That it is the chain that it was, and goes on.
fn check(status: &Status, shared: &Shared, due: &mut Due) -> Result<()> {
    let record = shared.read();
    let known = &record.place.chain_id;
    if !known.is_empty() && *known != status.chain_id {
        bail!("{} serves {}, and before it was {known}", status.node, status.chain_id);
    }
    let before = record.tip.map(|(height, _)| height);
    if let Some(before) = before.filter(|before| status.height < *before) {
        due.backwards += 1;
        bail!("{} is at height {}, and before it was at {before}", status.node, status.height);
    }
    due.backwards = 0;
    if status.is_catching_up {
        bail!("{} is still loading blocks: it is at height {}", status.node, status.height);
    }
    Ok(())
}

fn set(
    contract: &Contract<'_>,
    shared: &Shared,
    due: &mut Due,
    height: u64,
    counts: (u64, u128),
) -> Result<()> {
    let (active, total) = counts;
    if due
        .set
        .is_some_and(|(at, count, power)| (count, power) == counts && height < at.saturating_add(SET_AGE))
    {
        return Ok(());
    }
    let found = contract.active_set(height)?;
    let before = shared.read().providers.len();
    let mut record = shared.write();
    record.active_set(&found);
    let places = before..record.providers.len();
    due.randomness.extend(places.clone());
    due.names.extend(places);
    due.providers |= due.set.is_none_or(|(_, count, _)| count != active);
    due.set = Some((height, active, total));
    Ok(())
}

fn block(options: &Options, shared: &Shared, due: &mut Due, height: u64, tip: Option<&Status>) -> Result<()> {
    let (edges, txs) = options.client.results(height)?;
    let events: Vec<Event> = txs.into_iter().filter(|tx| tx.code == 0).flat_map(|tx| tx.events).collect();
    let time_ms = tip.and_then(|status| u64::try_from(status.time_nanos / 1_000_000).ok());
    let mut record = shared.write();
    for event in events.iter().chain(&edges) {
        note(&mut record, due, event);
    }
    record.block(height, time_ms, &edges, &events);
    Ok(())
}

/// What an event says is to be read anew.
fn note(record: &mut Record, due: &mut Due, event: &Event) {
    if event.get("_contract_address") != Some(record.place.contract.as_str()) {
        return;
    }
    let number = |name: &str| event.get(name).and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
    match event.kind.strip_prefix("wasm-").unwrap_or_default() {
        "submit_finality_signatures" => {
            let from = number("height");
            due.votes.extend(from..from.saturating_add(number("votes").min(HEIGHTS)));
        }
        "commit_public_randomness" => {
            let place = record.place_of(event.get("fp_pubkey_hex").unwrap_or_default());
            due.randomness.extend(place);
        }
        "finality_provider_registered" | "unjail" => due.providers = true,
        "finality_provider_status_change" => (due.providers, due.set) = (true, None),
        "slashed_finality_provider" => (due.providers, due.outbox, due.set) = (true, true, None),
        "outbox" => due.outbox = true,
        "finalize_block" => {
            due.votes.insert(number("finalized_height"));
        }
        _ => {}
    }
}

/// Votes of the heights that are due: one a block while there are few.
fn votes(contract: &Contract<'_>, shared: &Shared, due: &mut Due, tip: u64) -> Result<()> {
    due.votes = due.votes.split_off(&tip.saturating_sub(HEIGHTS));
    let some = if due.votes.len() > EXTRA { EXTRA } else { due.votes.len().clamp(0, 2) };
    for _ in 0..some {
        let Some(height) = due.votes.pop_last() else { break };
        if height <= tip {
            let keys = contract.votes(height)?;
            shared.write().votes(height, &keys);
        }
    }
    Ok(())
}

/// What does not change with each block.
fn rest(options: &Options, contract: &Contract<'_>, shared: &Shared, due: &mut Due) -> Result<()> {
    if due.providers {
        let (found, more) = contract.providers()?;
        let fresh = shared.write().registered(found, more);
        due.randomness.extend(fresh.clone());
        due.names.extend(fresh);
        due.providers = false;
    }
    for _ in 0..EXTRA {
        let Some(place) = due.randomness.pop_first() else { break };
        let key = shared.read().providers.get(place).map(|one| one.key.clone()).unwrap_or_default();
        let commitments = contract.commitments(&key)?;
        shared.write().committed(place, commitments);
    }
    if due.outbox {
        let outbox = contract.outbox()?;
        shared.write().outbox = outbox;
        due.outbox = false;
    }
    past(contract, shared, due)?;
    name(options, shared, due);
    if due.link.is_none_or(|at| at.elapsed() > LINK_AGE) {
        ends(options, shared);
        due.link = Some(Instant::now());
    }
    if due.rest.is_none_or(|at| at.elapsed() > REST_AGE) {
        let (trust, config, code) =
            (contract.trust()?, contract.config()?, contract.code(&[]).unwrap_or_default());
        let mut record = shared.write();
        (record.trust, record.code) = (trust, code);
        (record.place.light_client, record.place.babylon) =
            (config.btc_light_client, config.babylon_chain_id);
        due.rest = Some(Instant::now());
    }
    Ok(())
}

/// Heights from before this program ran, a page at a time, the last first.
fn past(contract: &Contract<'_>, shared: &Shared, due: &mut Due) -> Result<()> {
    let Some(above) = due.past.filter(|above| *above > 1) else { return Ok(()) };
    let (least, passed) = {
        let record = shared.read();
        let passed = record.health.as_ref().and_then(|health| health.finality.last_finalized_height);
        (record.height().saturating_sub(HEIGHTS), passed.unwrap_or_default())
    };
    let page = contract.blocks_below(above)?;
    let Some((lowest, _)) = page.last().copied().filter(|_| above > least) else {
        due.past = Some(0);
        return Ok(());
    };
    for (height, finalized) in &page {
        let keys = contract.votes(*height)?;
        let state = match finalized {
            true => State::Quorum { at: height.saturating_add(1) },
            // The cursor has passed it: nobody could vote, or governance let finality go on.
            false if *height < passed => State::Skipped,
            false => State::Open,
        };
        let mut record = shared.write();
        record.past(*height, state);
        record.votes(*height, &keys);
    }
    let seen: BTreeSet<u64> = page.iter().map(|(height, _)| *height).collect();
    let mut record = shared.write();
    (lowest..above)
        .filter(|height| !seen.contains(height))
        .for_each(|height| record.past(height, State::Hole));
    due.past = Some(lowest);
    Ok(())
}

fn name(options: &Options, shared: &Shared, due: &mut Due) {
    let Some(babylon) = options.babylon.as_ref().filter(|_| !due.is_mute) else { return };
    for _ in 0..EXTRA {
        let Some(place) = due.names.pop_first() else { break };
        let key = shared.read().providers.get(place).map(|one| one.key.clone()).unwrap_or_default();
        match names::of(babylon, &key) {
            Answer::Name(name) => shared.write().named(place, name),
            Answer::Mute => due.is_mute = true,
        }
    }
}

/// Both ends of the channel. What cannot be read is in the end itself: the rest goes on.
fn ends(options: &Options, shared: &Shared) {
    let (channel, before) = {
        let record = shared.read();
        let channel = record.health.as_ref().and_then(|health| health.channel.channel_id.clone());
        (channel, record.link.clone())
    };
    let Some(channel) = channel else {
        shared.write().link = link::Link::default();
        return;
    };
    let port = format!("wasm.{}", options.contract);
    let here = link::read(&options.client, &port, &channel, before.here.as_ref(), now_ms());
    let other = here.other.clone();
    let babylon = options.babylon.as_ref().filter(|_| !other.1.is_empty());
    let babylon =
        babylon.map(|chain| link::read(chain, &other.0, &other.1, before.babylon.as_ref(), now_ms()));
    shared.write().link = link::Link { here: Some(here), babylon };
}
