//! A network that grows: finality providers come over the real channel, commit, and vote once they are active.

use std::time::Duration;

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use super::SETTLED;
use crate::world::{PATH, World};
use crate::{contract, process, say};

/// As in the embedded chain's rows: no two alike, the most first.
const STAKE: u64 = 1_999;
/// So many are in the active set at most.
const ACTIVE: usize = 100;
/// For so many heights there is randomness, of all that are committed to.
const VOTED: u64 = 4_000;
const AT_ONCE: usize = 100;
const PATIENCE: Duration = Duration::from_secs(240);

/// Links, deploys, registers and opens the channel; nobody is registered yet. `over` is merged into the instantiate message.
///
/// # Errors
/// If a side refuses.
pub fn start(world: &mut World, over: &Value) -> Result<()> {
    world.link()?;
    world.deploy(over)?;
    world.register()?;
    world.open_channel(PATH, "channel-1")?;
    // The relayer puts several packets into one transaction, which must fit into a block.
    world.babylon.params.max_packet_bytes = 120_000;
    world.relayer.start(&[PATH])
}

/// Registers up to `to` finality providers, lets the new ones commit to `heights` each, and waits until all that can be
/// are in the active set and vote.
///
/// # Errors
/// If they do not get there.
pub fn grow(world: &mut World, to: usize, heights: impl Fn(usize) -> u64) -> Result<()> {
    let had = world.signers.len();
    let stakes: Vec<u64> = (had..to).map(|index| STAKE.saturating_sub(index as u64).max(1)).collect();
    world.add_signers(&stakes)?;
    for (index, signer) in world.signers.iter_mut().enumerate().skip(had) {
        signer.is_online = index < ACTIVE;
        signer.from = u64::MAX;
    }
    bring(world, to)?;
    commit(world, had, heights)?;
    let seen = world.consumer.wait_blocks(2)?;
    world.timestamp(seen)?;
    process::wait_for("the timestamp", PATIENCE, || {
        let health = world.query(&json!({ "health": {} }))?;
        Ok((health["timestamps"]["height"].as_u64() >= Some(seen)).then_some(()))
    })?;
    let full = to.min(ACTIVE);
    let now = process::wait_for("an active set", PATIENCE, || {
        let height = world.consumer.rpc.height()?.saturating_sub(1);
        Ok((world.active(height)? == full).then_some(height))
    })?;
    let mut first = now;
    while first > world.voted_to + 1 && had < ACTIVE && world.active(first - 1)? == full {
        first -= 1;
    }
    if had == 0 {
        // Where nobody could vote nobody has to.
        world.voted_to = first - 1;
    }
    for signer in world.signers.iter_mut().skip(had) {
        signer.from = first;
    }
    say::line(&format!("{to} registered, {full} active from {first} on"));
    world.vote_blocks(SETTLED).map(|_| ())
}

/// Sends what Babylon has to say and waits until it is taken.
fn bring(world: &mut World, registered: usize) -> Result<()> {
    let had = world.acks()?.len();
    let sent = world.send_news()?;
    process::wait_for("the stake", PATIENCE, || Ok((world.acks()?.len() >= had + sent).then_some(())))?;
    process::wait_for("the finality providers", PATIENCE, || {
        let staking = world.query(&json!({ "health": {} }))?["staking"].take();
        let is_there = staking["fps"] == json!(registered) && staking["queued"] == json!(0);
        Ok(is_there.then_some(()))
    })
}

/// The new ones commit, many in a transaction: who sends a commitment does not matter.
fn commit(world: &mut World, from: usize, heights: impl Fn(usize) -> u64) -> Result<()> {
    let start = world.consumer.rpc.height()? + 1;
    let sender = world.signers.first().ok_or_else(|| anyhow!("nobody signs"))?.account.clone();
    let mut messages = Vec::new();
    let bsn = world.bsn.clone();
    for (index, signer) in world.signers.iter_mut().enumerate().skip(from) {
        let voted = if signer.is_online { start..start + VOTED } else { 0..0 };
        let message = signer.fp.commit_sparsely(start, heights(index), &voted);
        messages.push(contract::execute_message(&sender.address, &bsn, &message));
    }
    for portion in messages.chunks(AT_ONCE) {
        contract::deliver(&world.consumer, &sender, portion.to_vec(), 90_000_000)?;
    }
    Ok(())
}
