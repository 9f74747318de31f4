//! What does not change with each block: providers, randomness, evidence, the channel, trust, and heights from before.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::super::column::State;
use super::super::names::{self, Answer};
use super::super::read::Contract;
use super::super::record::HEIGHTS;
use super::super::{Options, Shared, link, now_ms};
use super::{Due, EXTRA};

/// How long the slow things are believed.
const LINK_AGE: Duration = Duration::from_secs(30);
const REST_AGE: Duration = Duration::from_secs(600);

/// What is due of it.
pub(super) fn rest(options: &Options, contract: &Contract<'_>, shared: &Shared, due: &mut Due) -> Result<()> {
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
    let port = format!("wasm.{}", shared.read().place.contract);
    let here = link::read(&options.client, &port, &channel, before.here.as_ref(), now_ms());
    let other = here.other.clone();
    let babylon = options.babylon.as_ref().filter(|_| !other.1.is_empty());
    let babylon =
        babylon.map(|chain| link::read(chain, &other.0, &other.1, before.babylon.as_ref(), now_ms()));
    shared.write().link = link::Link { here: Some(here), babylon };
}
