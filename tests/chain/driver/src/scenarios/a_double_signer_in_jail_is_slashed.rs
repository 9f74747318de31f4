//! Who signs twice from jail is slashed within three blocks by `bsn fish`, and nobody else could have: the contract refuses both votes,
//! so they are failed transactions and nothing of them is stored. Three watchers race; one brings the evidence, and the others take that
//! for a success and watch on. What the evidence cost, and what the duties of `bsn keep` would, is compared with the table of its README.

use actors::FinalityProvider;
use anyhow::{Result, anyhow, bail};
use bsn_rpc::TxResult;
use primitives::AppHash;
use serde_json::{Value, json};

use super::{Notes, PATIENCE};
use crate::operator::{Call, Operator};
use crate::world::{VOTE_GAS, World};
use crate::{contract, process};

/// It has less of the stake than may be in jail.
const CHEAT: usize = 3;
/// Who watches: keys of the chain's keyring, each with coins of its own.
const WATCHERS: [&str; 3] = ["val", "admin", "stranger"];
const FISH: [&str; 4] = ["fish", "--json", "--every", "500ms"];
/// SDK gas, code pinned, as the tables of `tools/cli/README.md` have it; the last is the evidence.
const PRICES: [(&str, u64); 4] =
    [("unjail", 82_000), ("follow", 59_000), ("quarantine", 58_000), ("evidence", 145_000)];
/// So far from it a price may be, in percent.
const TOLERANCE: u64 = 10;
/// So many blocks after the second vote it is slashed at the latest.
const BLOCKS: u64 = 3;

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let operator = Operator::new(world)?;
    world.consumer.import_key("admin", &world.admin)?;
    world.consumer.import_key("stranger", &world.stranger)?;
    let key = jail(world)?;
    let mut prices = prices(world, &key)?;
    let mut watchers = Vec::new();
    for from in WATCHERS {
        watchers.push(operator.start_signed(&format!("fish-{from}"), from, &FISH)?);
    }
    world.vote_until("the watchers", PATIENCE, |_| heard(&mut watchers, "watching"))?;
    let refused = sign_twice(world)?;
    let said = world.vote_until("the slashing", PATIENCE, |_| heard(&mut watchers, "slashed"))?;

    let is_failed = |vote: &TxResult| vote.code != 0 && vote.log.contains("jailed");
    let shown: Vec<String> =
        refused.iter().map(|vote| format!("block {}: {}", vote.height, vote.log)).collect();
    notes.claim(
        "the contract refuses both votes of who is in jail",
        refused.iter().all(is_failed),
        shown.join("; "),
    );
    let slashed = standing(world, &key)?["slashed_height"].as_u64().unwrap_or_default();
    let second = refused[1].height;
    notes.claim(
        "it is slashed within three blocks of the second vote",
        slashed > 0 && slashed <= second + BLOCKS,
        format!("second vote in block {second}, slashed in block {slashed}"),
    );
    let ours: Vec<&Value> = said.iter().filter(|event| event["by_us"] == true).collect();
    let about = said.iter().all(|event| event["fp"] == key.as_str() && event["height"] == slashed);
    notes.claim(
        "one of three watchers says that it was its evidence, and all that it is done",
        ours.len() == 1 && about,
        said.iter().map(Value::to_string).collect::<Vec<_>>().join("; "),
    );
    let hash = ours.first().and_then(|event| event["tx"].as_str()).unwrap_or_default();
    prices.push(world.consumer.rpc.tx(hash)?.map_or(0, |tx| tx.gas_used));
    let is_near = |(paid, (_, said)): (&u64, &(&str, u64))| paid.abs_diff(*said) * 100 <= said * TOLERANCE;
    let shown = PRICES.iter().zip(&prices).map(|((name, said), paid)| format!("{name} {paid} ({said})"));
    notes.claim(
        "evidence and a keeper's messages cost what the handbook says",
        prices.len() == PRICES.len() && prices.iter().zip(&PRICES).all(is_near),
        shown.collect::<Vec<_>>().join(", "),
    );
    world.vote_blocks(2)?;
    let mut troubles = Vec::new();
    for watcher in &mut watchers {
        troubles.extend(watcher.ended()?.map(|(status, said)| format!("ended with {status}: {said}")));
        let events = watcher.events()?;
        let bad = events
            .into_iter()
            .filter(|event| ["not_yet", "away", "useless"].iter().any(|name| event["event"] == *name));
        troubles.extend(bad.map(|event| event.to_string()));
    }
    notes.claim(
        "each of them watches on, and none failed",
        troubles.is_empty(),
        if troubles.is_empty() { "three run".to_owned() } else { troubles.join("; ") },
    );
    Ok(())
}

/// One is silent until it is in jail, and its power gone from the heights that come. Gives its key.
fn jail(world: &mut World) -> Result<String> {
    // On a network jail takes hours of silence; governance makes it blocks.
    let message = json!({ "update_config": { "missed_blocks_window": 10, "jail_duration": 1 } });
    let message = contract::execute_message(&world.consumer.governance()?, &world.bsn, &message);
    world.govern_and_vote("a short window", message)?;
    let cheat = world.signers.get_mut(CHEAT).ok_or_else(|| anyhow!("there are four"))?;
    cheat.is_online = false;
    let key = cheat.fp.public_key_hex();
    world.vote_until("the jail", PATIENCE, |world| {
        let info = world.query(&json!({ "signing_info": { "btc_pk_hex": key } }))?;
        Ok(info["jailed_until"].is_number().then_some(()))
    })?;
    let height = world.vote_blocks(3)?;
    let ask = json!({ "finality_provider_power": { "btc_pk_hex": key, "height": height } });
    match world.query(&ask)?["power"].as_u64() {
        Some(0) => Ok(key),
        power => bail!("who is in jail has the power {power:?} at {height}"),
    }
}

/// What leaving jail, a look at Bitcoin, and one item of the quarantine would use now.
fn prices(world: &World, key: &str) -> Result<Vec<u64>> {
    let until = world.query(&json!({ "signing_info": { "btc_pk_hex": key } }))?["jailed_until"].as_u64();
    let signer = world.signers.get(CHEAT).ok_or_else(|| anyhow!("there are four"))?;
    let unjail = signer.fp.unjail_signed(until.ok_or_else(|| anyhow!("it is in no jail"))?);
    let messages = [unjail, json!({ "follow_bitcoin": {} }), json!({ "retry_quarantined": { "ids": [1] } })];
    let price = |message: &Value| {
        let message = contract::execute_message(&world.stranger.address, &world.bsn, message);
        world.stranger.simulate(&world.consumer.rpc, &[message])
    };
    messages.iter().map(price).collect()
}

/// Both votes, each in a transaction; what became of them.
fn sign_twice(world: &mut World) -> Result<[TxResult; 2]> {
    let header = world.consumer.rpc.header(None)?;
    let signer = world.signers.get(CHEAT).ok_or_else(|| anyhow!("there are four"))?;
    let (canonical, fork) = (AppHash::from_bytes(header.app_hash), AppHash::from_bytes([0xcc; 32]));
    let votes = FinalityProvider::double_vote(&signer.fp, header.height, &canonical, &fork)?;
    let send = |vote: &Value| {
        let message = contract::execute_message(&signer.account.address, &world.bsn, vote);
        signer.account.broadcast(&world.consumer.rpc, &world.consumer.id, vec![message], VOTE_GAS)
    };
    let [first, second] = [send(&votes[0])?.0, send(&votes[1])?.0];
    let in_a_block =
        |hash: &str| process::wait_for("a vote in a block", PATIENCE, || Ok(world.consumer.rpc.tx(hash)?));
    Ok([in_a_block(&first)?, in_a_block(&second)?])
}

/// The first event of this name of each of them, once all have said it.
fn heard(watchers: &mut [Call], name: &str) -> Result<Option<Vec<Value>>> {
    let mut found = Vec::new();
    for watcher in watchers.iter_mut() {
        if let Some((status, said)) = watcher.ended()? {
            bail!("a watcher ended with {status}: {said}");
        }
        found.extend(watcher.events()?.into_iter().find(|event| event["event"] == name));
    }
    Ok((found.len() == watchers.len()).then_some(found))
}

fn standing(world: &World, key: &str) -> Result<Value> {
    world.query(&json!({ "finality_provider": { "btc_pk_hex": key } }))
}
