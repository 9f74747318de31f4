//! From nothing to a final block with `bsn` alone: it reads the chain, deploys by one proposal, writes the files with which the
//! published relayer opens both channels and relays, and says what it waits for. Nobody else deploys or opens anything here.

use anyhow::{Result, anyhow};
use serde_json::json;

use super::{Notes, PATIENCE};
use crate::operator::Operator;
use crate::process;
use crate::world::{Programs, World, workspace};

const RANDOMNESS: u64 = 2_000;
/// So many heights are final in the end.
const HEIGHTS: u64 = 10;

pub fn run(programs: &Programs, world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let operator = Operator::new(programs, world)?;
    link(&operator, world, notes)?;
    deploy(&operator, world, notes)?;

    let client = world.client.clone();
    world.babylon.register_consumer(&client, actors::babylon::ConsumerMetadata::default())?;
    let (before, _) = operator.connected()?;
    operator.bsn(&["relayer", "rly"])?;
    operator.step("channel")?;
    let (opened, said) = operator.connected()?;
    notes.claim(
        "`bsn connect` waits for the channel, and then for what comes next",
        before == 3 && opened > 3,
        format!("step {before}, then {said}"),
    );
    let health = world.query(&json!({ "health": {} }))?;
    let here = health["channel"]["channel_id"].as_str().ok_or_else(|| anyhow!("there is no channel"))?;
    let end = world.consumer.rpc.channel(&format!("wasm.{}", world.bsn), here)?;
    let far = end.and_then(|end| end.counterparty).ok_or_else(|| anyhow!("it has no other end"))?.channel_id;
    world.channel.clone_from(&far);
    world.babylon.open_channel(&client, &far)?;
    operator.bsn(&["relayer", "rly"])?;
    let config = std::fs::read_to_string(operator.at("relayer/rly/config/config.yaml"))?;
    let filtered = config.contains("rule: \"allowlist\"") && config.contains(&format!("- {far}"));
    let relaying = operator.relay()?;

    world.add_signers(&[40, 30, 20, 10])?;
    let sent = world.send_news()?;
    process::wait_for("the stake", PATIENCE, || Ok((world.acks()?.len() >= sent).then_some(())))?;
    notes.claim(
        "the published relayer carries packets with the files of `bsn relayer rly`",
        filtered,
        format!("{sent} packets over {far}, which is in its filter"),
    );
    let start = world.consumer.rpc.height()? + 1;
    world.commit_all(start, RANDOMNESS)?;
    let seen = world.consumer.wait_blocks(2)?;
    world.timestamp(seen)?;
    let first = process::wait_for("an active set", PATIENCE, || {
        let height = world.consumer.rpc.height()?.saturating_sub(1);
        let set = world.query(&json!({ "active_finality_providers": { "height": height } }))?;
        let active = set["active_finality_providers"].as_object().map_or(0, serde_json::Map::len);
        Ok((active == world.signers.len()).then_some(height))
    })?;
    world.voted_to = first - 1;
    world.vote_until_finalized(first + HEIGHTS, PATIENCE)?;
    let said = operator.bsn(&["connect", "--wait-at-most", "60s"])?;
    notes.claim(
        "`bsn connect` ends with a final block",
        said.contains("is final"),
        said.trim().replace('\n', " "),
    );
    drop(relaying);
    Ok(())
}

/// The file, the relayer's keys, clients, connection and the channel of rewards.
fn link(operator: &Operator, world: &World, notes: &mut Notes<'_>) -> Result<()> {
    let rpc = |chain: &crate::chain::Chain| chain.rpc.nodes().first().map(|node| node.name().to_owned());
    let (node, babylon) = (rpc(&world.consumer).unwrap_or_default(), rpc(&world.genesis).unwrap_or_default());
    let said =
        ["--node", &node, "--babylon-node", &babylon, "--network", "regtest", "--ics20-channel", "channel-0"];
    operator.bsn(&[&["init", "--gas-prices", "0stake"][..], &said].concat())?;
    // Babylon's double does not answer what k and w are; the file says where to set them.
    let file = std::fs::read_to_string(operator.at("bsn.toml"))?;
    let file = file.replace("# k = 10", "k = 1").replace("# w = 300", "w = 2");
    let file = file.replace("# gas_prices = \"0.002ubbn\"", "gas_prices = \"0stake\"");
    std::fs::write(operator.at("bsn.toml"), &file)?;
    notes.claim(
        "`bsn init` writes what the chain says",
        file.contains("reward_denoms = [\"stake\"]"),
        "bsn.toml",
    );
    operator.bsn(&["relayer", "rly"])?;
    operator.fund_relayer([&world.consumer, &world.genesis])?;
    operator.step("link")?;
    Ok(())
}

/// One proposal, and a second call that finds everything done.
fn deploy(operator: &Operator, world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let artifacts = workspace().join("artifacts");
    let artifacts = ["--gov", "--artifacts", &artifacts.to_string_lossy()].map(str::to_owned);
    let artifacts: Vec<&str> = artifacts.iter().map(String::as_str).collect();
    let planned =
        operator.sign("val", &[&["deploy", "--plan", "--output", "json"], &artifacts[..]].concat())?;
    let planned: serde_json::Value = serde_json::from_str(&planned)?;
    let proposed = operator.sign("val", &[&["deploy"], &artifacts[..]].concat())?;
    let proposal = operator.vote(&world.consumer)?;
    let done = operator.sign("val", &[&["deploy", "--wait"], &artifacts[..]].concat())?;
    let record = operator.record()?;
    let text =
        |path: &str| record.pointer(path).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    (world.bsn, world.light_client.0) = (text("/bsn/address"), text("/btc_light_client/address"));
    world.code_id = record["bsn"]["code_id"].as_u64().unwrap_or_default();
    world.light_client.1 = record["btc_light_client"]["code_id"].as_u64().unwrap_or_default();
    let is_there = planned["addresses"]["bsn"] == json!(world.bsn) && planned["pass"] == json!(true);
    notes.claim(
        "one proposal stores, instantiates, pins and registers, at the addresses that were planned",
        is_there && done.contains(&world.bsn),
        format!("proposal {proposal}: {}; {}", proposed.lines().next().unwrap_or_default(), world.bsn),
    );
    let pinned = world.consumer.rpc.pinned_codes()?;
    let caps = world.consumer.rpc.module_params()?.unwrap_or_default();
    notes.claim(
        "both codes are pinned and the hooks have their gas",
        pinned.contains(&world.code_id) && caps.max_gas_end_blocker >= 5_000_000,
        format!("pinned {pinned:?}, {} and {}", caps.max_gas_begin_blocker, caps.max_gas_end_blocker),
    );
    let again = operator.sign("val", &[&["deploy"], &artifacts[..]].concat())?;
    notes.claim(
        "a second call finds everything done",
        again.starts_with("bsn "),
        again.lines().next().unwrap_or_default(),
    );
    Ok(())
}
