//! The release artifacts are deployed and registered by governance, and see each block as it is.

use anyhow::Result;
use serde_json::json;

use super::Notes;
use crate::account::DENOM;
use crate::world::World;

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    world.link()?;
    world.deploy(&json!({ "rebind_delay": 0 }))?;
    notes.claim("the artifacts are stored and instantiated", !world.bsn.is_empty(), world.bsn.clone());
    let before = world.query(&json!({ "health": {} }))?["hooks"]["last_end_block"].as_u64();
    let passed = world.register()?;
    world.consumer.wait_until(passed + 3)?;
    let health = world.query(&json!({ "health": {} }))?;
    let (begin, end) =
        (health["hooks"]["last_begin_block"].as_u64(), health["hooks"]["last_end_block"].as_u64());
    let runs = before == Some(0) && begin.is_some_and(|height| height + 2 >= passed) && begin == end;
    notes.claim(
        "hooks run only once governance has registered the contract",
        runs,
        format!("{before:?}, then {begin:?}"),
    );

    let mut wrong = Vec::new();
    for height in passed + 1..=passed + 3 {
        let header = world.consumer.rpc.header(Some(height))?;
        let status = world.query(&json!({ "finality_status": { "height": height } }))?;
        let seen = [status["block_hash_hex"].as_str(), status["app_hash_hex"].as_str()];
        let app_hash = hex::encode(header.app_hash);
        if seen != [Some(header.hash_hex.as_str()), Some(app_hash.as_str())] {
            wrong.push(format!("{height}: {seen:?} but {} and {app_hash}", header.hash_hex));
        }
    }
    notes.claim(
        "anchors are the hash and the app hash of the header",
        wrong.is_empty(),
        list(&wrong, "3 of 3 heights"),
    );
    let (events, _) = world.consumer.rpc.results(passed + 1)?;
    let hooks: Vec<&str> =
        events.iter().filter(|e| e.kind == "hook_gas").filter_map(|e| e.get("hook")).collect();
    let order = hooks == ["begin_block", "begin_block", "end_block"];
    notes.claim("two calls at the begin of a block and one at its end", order, format!("{hooks:?}"));
    let balance = || world.consumer.rpc.balance(&world.bsn, DENOM);
    let before = balance()?;
    world.consumer.wait_blocks(3)?;
    let after = balance()?;
    let evidence = format!("{before}, then {after} {DENOM}");
    notes.claim(
        "the fee collector's share comes as a plain transfer in every block",
        after > before,
        evidence,
    );
    Ok(())
}

fn list(wrong: &[String], all: &str) -> String {
    if wrong.is_empty() { all.to_owned() } else { wrong.join("; ") }
}
