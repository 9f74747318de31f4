//! The thread that reads: what is new in each block, and now and then the rest.

mod seldom;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use bsn_rpc::{Event, Status};

use super::read::Contract;
use super::reading::Fault;
use super::record::{HEIGHTS, Record};
use super::{Options, Shared, now_ms};

/// How many blocks are read one by one where several came at once; older ones are left out.
const CATCH_UP: u64 = 50;
/// How many questions beside those of each block are asked in a round: what is missing is read bit by bit.
const EXTRA: usize = 20;
/// The active set is read anew when the contract's counts differ, and after so many blocks.
const SET_AGE: u64 = 100;
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
    /// The last height whose block was read: none is read twice.
    read: Option<u64>,
    /// The last height at which everything else was asked, too.
    done: Option<u64>,
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
            Err(error) => record.failed(Fault::of(&error), now_ms(), took),
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
    let is_new = due.done != Some(status.height);
    if is_new {
        shared.write().status(&status);
        let address = address(options, shared)?;
        let contract = Contract { chain: &options.client, address: &address };
        let health = contract.health()?;
        let counts = (health.staking.active, health.staking.total_power.u128());
        set(&contract, shared, due, status.height, counts)?;
        due.past = due.past.or_else(|| due.read.is_none().then_some(status.height));
        for height in unread(due.read, status.height) {
            block(options, shared, due, height, (height == status.height).then_some(&status))?;
            due.read = Some(height);
        }
        shared.write().health(health);
        votes(&contract, shared, due, status.height)?;
        seldom::rest(options, &contract, shared, due)?;
        due.done = Some(status.height);
    }
    Ok(is_new)
}

/// The heights that were made since one was read, as far as they are caught up with.
fn unread(read: Option<u64>, tip: u64) -> RangeInclusive<u64> {
    let first = read.map_or(tip, |read| read.saturating_add(1));
    first.max(tip.saturating_sub(CATCH_UP))..=tip
}

/// The contract; where nobody named one, the one that the chain module calls.
fn address(options: &Options, shared: &Shared) -> Result<String> {
    let known = shared.read().place.contract.clone();
    if !known.is_empty() {
        return Ok(known);
    }
    let set = options.client.module_contracts()?.unwrap_or_default();
    if set.btc_finality_contract.is_empty() {
        bail!("the chain calls no contract yet: `bsn deploy` brings one");
    }
    shared.write().place.contract.clone_from(&set.btc_finality_contract);
    Ok(set.btc_finality_contract)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_is_read_once_and_none_is_left_out_but_old_ones() {
        assert_eq!(unread(None, 500), 500..=500);
        assert_eq!(unread(Some(497), 500), 498..=500);
        assert!(unread(Some(500), 500).is_empty());
        assert_eq!(unread(Some(20), 500), 450..=500);
    }
}
