//! Without Babylon and without a relayer a chain finalizes by stake that Bitcoin shows: a committee of its own signed it, two of three. Who
//! signs twice loses power and key.

use actors::babylon::Delegation;
use actors::{FinalityProvider, miner::Transaction};
use anyhow::{Result, anyhow};
use bsn_rpc::attribute;
use primitives::{AppHash, FpPublicKey};
use serde_json::json;

use super::sixty_heights_are_finalized::not_final;
use super::stake_arrives_over_ibc::power;
use super::{Notes, PATIENCE};
use crate::alone::Alone;
use crate::world::{BTC, VOTE_GAS, World};

/// What is delegated to each, in whole bitcoin. Nobody of them can stop finality alone but the first.
const STAKES: [u64; 4] = [40, 30, 20, 10];
/// Who has one more delegation, which ends early, of so many bitcoin.
const LEFT: (usize, u64) = (2, 5);
/// Who locks coins of its own, and how many bitcoin.
const LOCKED: (usize, u64) = (1, 3);
/// Who signs twice.
const CHEAT: usize = 3;
const NOTHING: [u64; 4] = [0; 4];
const RANDOMNESS: u64 = 2_000;
const HEIGHTS: u64 = 10;

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let mut alone = Alone::deploy(world)?;
    nothing_of_babylon(&alone, notes)?;
    register(&mut alone, notes)?;
    let leaving = stake(&mut alone, notes)?;
    finalize(&mut alone, notes)?;
    leave(&mut alone, &leaving, notes)?;
    timestamp(&mut alone, notes)?;
    sign_twice(alone.world, notes)?;
    close(alone.world, notes)
}

fn nothing_of_babylon(alone: &Alone<'_>, notes: &mut Notes<'_>) -> Result<()> {
    let world = &*alone.world;
    let config = world.query(&json!({ "config": {} }))?;
    let channel = world.query(&json!({ "health": {} }))?["channel"]["state"].clone();
    let trust = crate::contract::query(&world.consumer, &alone.verifier, &json!({ "trust": {} }))?;
    let quorum = trust["own"]["covenant_quorum"].clone();
    let is_alone = config["stake_source"] == "bitcoin"
        && config["connection_id"].is_null()
        && channel == "absent"
        && trust["babylon"].is_null();
    notes.claim(
        "a chain without Babylon has a committee of its own and no channel",
        is_alone && quorum == 2 && world.genesis.rpc.height().is_err(),
        format!("stake source {}, channel {channel}, quorum {quorum}", config["stake_source"]),
    );
    Ok(())
}

fn register(alone: &mut Alone<'_>, notes: &mut Notes<'_>) -> Result<()> {
    let copies = STAKES.iter().map(|_| alone.register_fp()).collect::<Result<Vec<_>>>()?;
    let are_refused = copies.iter().all(|copy| copy.code != 0);
    let log = copies.first().map(|copy| copy.log.clone()).unwrap_or_default();
    notes.claim("who copies a registration registers nothing", are_refused, log);
    let mut known = 0;
    for signer in &alone.world.signers {
        let ask = json!({ "finality_provider": { "btc_pk_hex": signer.fp.public_key_hex() } });
        known += usize::from(alone.world.query(&ask)?["btc_pk_hex"] == signer.fp.public_key_hex());
    }
    let before = counted(alone.world)?;
    notes.claim(
        "finality providers register themselves, and have no power by it",
        known == STAKES.len() && before == NOTHING,
        format!("{known} are registered, power {before:?}"),
    );
    Ok(())
}

/// Everybody's stake; gives the delegation that ends early.
fn stake(alone: &mut Alone<'_>, notes: &mut Notes<'_>) -> Result<Delegation> {
    let mut unsigned = alone.delegate(0, BTC)?;
    unsigned.event.covenant_sigs.truncate(1);
    let bad = [unsigned, alone.delegate_foreign(0, BTC)?];
    let delegated = STAKES.iter().enumerate().map(|(index, sats)| alone.delegate(index, sats * BTC));
    let mut good = delegated.collect::<Result<Vec<_>>>()?;
    let leaving = alone.delegate(LEFT.0, LEFT.1 * BTC)?;
    good.push(leaving.clone());
    let lock = alone.lock(LOCKED.0, LOCKED.1 * BTC)?;
    let mined: Vec<Transaction> = bad.iter().chain(&good).map(|one| one.staking_tx.clone()).collect();
    alone.bury([mined, vec![lock.transaction.clone()]].concat())?;

    let (rules, none) = (alone.verify(&alone.submissions(&bad)?)?, counted(alone.world)?);
    notes.claim(
        "what one of three signed is refused, and what another committee signed",
        rules == ["S27", "S10"] && none == NOTHING,
        format!("by {rules:?}, power {none:?}"),
    );
    let became = alone.verify(&alone.submissions(&good)?)?;
    let (after, mut expected) = (counted(alone.world)?, STAKES);
    expected[LEFT.0] += LEFT.1;
    notes.claim(
        "what two of three signed counts once anybody proves that it is in Bitcoin",
        became.iter().all(|one| one == "active") && after == expected.map(|stake| stake * BTC),
        format!("{became:?}, power {after:?}"),
    );
    let became = alone.verify(&alone.lock_proof(&lock)?)?;
    let after = counted(alone.world)?;
    expected[LOCKED.0] += LOCKED.1;
    notes.claim(
        "what a finality provider locks by its own key counts, too",
        became == ["active"] && after == expected.map(|stake| stake * BTC),
        format!("{became:?}, power {after:?}"),
    );
    Ok(leaving)
}

/// What counts for each, in sats.
fn counted(world: &World) -> Result<Vec<u64>> {
    let table = power(world)?;
    let of = |key: String| table.iter().find(|(other, _)| *other == key).map_or(0, |(_, sats)| *sats);
    Ok(world.signers.iter().map(|signer| of(signer.fp.public_key_hex())).collect())
}

fn finalize(alone: &mut Alone<'_>, notes: &mut Notes<'_>) -> Result<()> {
    let first = alone.begin(RANDOMNESS)?;
    let world = &mut *alone.world;
    let early = world.active(world.consumer.rpc.height()?)?;
    world.consumer.wait_until(first + 1)?;
    let all = world.active(first)?;
    notes.claim(
        "the first randomness counts by the admin's word, from finality's first height on",
        early == 0 && all == STAKES.len(),
        format!("{early} are active before height {first}, {all} at it"),
    );
    world.voted_to = first - 1;
    let last = first + HEIGHTS - 1;
    world.vote_until_finalized(last + 1, PATIENCE)?;
    let open = not_final(world, first..=last)?;
    let evidence = if open.is_empty() { format!("{first} to {last}") } else { open.join("; ") };
    notes.claim("ten heights have quorum and their blocks are final", open.is_empty(), evidence);
    Ok(())
}

fn leave(alone: &mut Alone<'_>, leaving: &Delegation, notes: &mut Notes<'_>) -> Result<()> {
    alone.bury(vec![leaving.unbonding_tx.clone()])?;
    let (before, mut expected) = (counted(alone.world)?, STAKES);
    expected[LOCKED.0] += LOCKED.1;
    let became = alone.verify(&alone.end_proof(leaving)?)?;
    let after = counted(alone.world)?;
    notes.claim(
        "an early end ends the power once its spend is proven",
        became == ["ended"] && after == expected.map(|stake| stake * BTC) && after != before,
        format!("{became:?}, power {after:?}"),
    );
    Ok(())
}

fn timestamp(alone: &mut Alone<'_>, notes: &mut Notes<'_>) -> Result<()> {
    let height = alone.world.finalized()?;
    alone.timestamp(height)?;
    alone.world.vote_blocks(2)?;
    let health = alone.world.query(&json!({ "health": {} }))?;
    let stamped = health["timestamps"]["height"].clone();
    notes.claim(
        "anybody writes a final block into Bitcoin, and proves it",
        stamped == height,
        format!("height {stamped}"),
    );
    let quarantined = &health["staking"]["quarantined"];
    notes.claim(
        "nothing alarms, and nothing is in quarantine",
        health["alarms"] == json!([]) && *quarantined == 0,
        format!("alarms {}, in quarantine {quarantined}", health["alarms"]),
    );
    Ok(())
}

fn sign_twice(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let height = world.vote_blocks(2)?;
    let header = world.consumer.rpc.header(Some(height))?;
    let cheat = world.signers.get_mut(CHEAT).ok_or_else(|| anyhow!("there are four"))?;
    cheat.is_online = false;
    let (key, account) = (cheat.fp.public_key_hex(), cheat.account.clone());
    let (canonical, fork) = (AppHash::from_bytes(header.app_hash), AppHash::from_bytes([0xbb; 32]));
    let [_, second] = FinalityProvider::double_vote(&cheat.fp, height, &canonical, &fork)?;
    let result = world.execute(&account, &second, 2 * VOTE_GAS)?;
    let read = attribute(&result.events, "wasm-slashed_finality_provider", "extracted_secret_key");
    let read = read.and_then(|hex| eots::SecretKey::from_slice(&hex::decode(hex).ok()?).ok());
    // The key or its negation: both have the one x-only public key.
    let public = read.map(|secret| FpPublicKey::from(secret.public_key()).to_string());
    notes.claim(
        "everybody reads the key of who signs twice, in the very transaction",
        result.code == 0 && public.as_ref() == Some(&key),
        format!("code {}, {public:?}", result.code),
    );
    let powers = |world: &World, height: u64| {
        let ask = json!({ "finality_provider_power": { "btc_pk_hex": key, "height": height } });
        Ok::<_, anyhow::Error>(world.query(&ask)?["power"].as_u64())
    };
    let after = world.consumer.wait_blocks(2)?;
    let (had, has, counts) = (powers(world, height)?, powers(world, after)?, counted(world)?);
    let outbox = world.query(&json!({ "health": {} }))?["outbox"]["waiting"].clone();
    notes.claim(
        "it is slashed here: its power is gone, and nothing waits for Babylon",
        had == Some(STAKES[CHEAT] * BTC) && has == Some(0) && counts[CHEAT] == 0 && outbox == 0,
        format!("{had:?}, then {has:?}, {outbox} in the outbox"),
    );
    let now = world.consumer.rpc.height()?;
    world.vote_until_finalized(now, PATIENCE)?;
    notes.claim("finality goes on with the others", true, format!("height {now} is finalized by three"));
    Ok(())
}

/// Some hundred blocks after finality began.
fn close(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let closed = world.vote_until("a grid height that closes", PATIENCE, |world| {
        let grid = world.query(&json!({ "grid": {} }))?;
        Ok((grid["closed_through"].as_u64() > Some(0)).then_some(grid))
    })?;
    let last = closed["heights"].as_array().into_iter().flatten().find(|one| one["state"] == "closed");
    let sats = |name: &str| last.and_then(|one| one[name].as_u64()).unwrap_or_default();
    let (voted, total) = (sats("voted"), sats("total"));
    notes.claim(
        "a grid height closes by more than two thirds of a committee that was fixed before",
        u128::from(voted) * 3 > u128::from(total) * 2 && closed["excused_through"] == 0,
        format!("height {}: {voted} of {total} sats, root {}", closed["closed_through"], closed["root"]),
    );
    Ok(())
}
