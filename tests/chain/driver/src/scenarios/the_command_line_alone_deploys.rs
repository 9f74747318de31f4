//! From nothing to a final block with `bsn` alone: it reads the chain, deploys by one proposal, writes the files with which the
//! published relayer opens both channels and relays, and says what it waits for; in the end its doctor finds nothing. Nobody else
//! deploys or opens anything here. What is Babylon's and people's to do (packets, keys, votes) the driver does.

use actors::Miner;
use actors::babylon::ConsumerMetadata;
use anyhow::{Result, anyhow};
use bsn_rpc::Error;
use serde_json::{Value, json};

use super::{Notes, PATIENCE};
use crate::account::Account;
use crate::operator::Operator;
use crate::process;
use crate::world::{SEED, World, workspace};

const RANDOMNESS: u64 = 2_000;
/// So many blocks the chains have when `bsn` looks at them first.
const MEASURED: u64 = 15;
/// So many heights are final in the end.
const HEIGHTS: u64 = 5;
/// Nobody of them can stop finality alone.
const STAKES: [u64; 4] = [30, 26, 24, 20];
/// What the doctor cannot be well with: the test chain is built of releases with published holes, and the double of Babylon
/// answers neither k and w nor who is slashed.
const KNOWN: &str = "N4,B4,E2";

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    // The doctor judges the age of Bitcoin's tip: it is as young here as on a real network.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    world.miner = Miner::new(SEED, u32::try_from(now)?);
    world.miner.set_spacing(1);
    let operator = Operator::new(world)?;
    absent(world, notes)?;
    link(&operator, world, notes)?;
    deploy(&operator, world, notes)?;
    connect(&operator, world, notes)?;
    let relaying = operator.relay()?;
    finalize(world)?;
    let said = operator.bsn(&["connect", "--wait-at-most", "60s"])?;
    notes.claim("`bsn connect` ends with a final block", said.contains("is final"), one_line(&said));
    doctor(&operator, world, notes)?;
    drop(relaying);
    Ok(())
}

/// What a node says of what it does not have is understood.
fn absent(world: &World, notes: &mut Notes<'_>) -> Result<()> {
    let (rpc, nobody) = (&world.consumer.rpc, Account::new(world.consumer.role.prefix(), "nobody")?.address);
    let all = [
        ("contract", rpc.contract_info(&nobody)?.is_none()),
        ("code", rpc.code_info(999)?.is_none()),
        ("proposal", rpc.proposal(999)?.is_none()),
        ("channel", rpc.channel("transfer", "channel-9")?.is_none()),
        ("client of a channel", rpc.client_of_channel("transfer", "channel-9")?.is_none()),
        ("account", matches!(rpc.account(&nobody), Err(Error::NoAccount(_)))),
    ];
    let shown: Vec<String> = all.iter().map(|(what, is_absent)| format!("{what}: {is_absent}")).collect();
    let holds = all.iter().all(|(_, is_absent)| *is_absent);
    notes.claim("what a real node does not have is told from an error", holds, shown.join(", "));
    Ok(())
}

/// The file, the relayer's keys, clients, connection and the channel of rewards.
fn link(operator: &Operator, world: &World, notes: &mut Notes<'_>) -> Result<()> {
    // Of fewer blocks `bsn` measures no pace, and the relayer would loop too slowly for these chains.
    world.consumer.wait_until(MEASURED)?;
    world.genesis.wait_until(MEASURED)?;
    let (node, babylon) = (world.consumer.url(), world.genesis.url());
    let prices = ["--gas-prices", "0stake", "--babylon-gas-prices", "0stake"];
    let nodes = ["--node", &node, "--babylon-node", &babylon];
    // Babylon's double does not answer what k and w are, and there is no channel yet.
    let words = ["--network", "regtest", "--k", "1", "--w", "2"];
    operator.bsn(&[&["init"][..], &nodes, &prices, &words].concat())?;
    let path = operator.at("bsn.toml");
    let file = std::fs::read_to_string(&path)?;
    let lines =
        ["id = \"bsn-chain-1\"", "id = \"bbn-chain-1\"", "reward_denoms = [\"stake\"]", "k = 1\nw = 2"];
    let holds = lines.iter().all(|line| file.contains(line));
    notes.claim("`bsn init` writes what both chains say", holds, lines.join(", "));
    operator.bsn(&["relayer", "rly"])?;
    operator.fund_relayer([&world.consumer, &world.genesis])?;
    operator.step("link")?;
    // As the handbook says: the channel that `link` made belongs into the file.
    let (unset, channel) = ("# ics20_channel = \"channel-0\"", "ics20_channel = \"channel-0\"");
    anyhow::ensure!(file.contains(unset), "bsn.toml has no line for the channel of rewards");
    std::fs::write(&path, file.replace(unset, channel))?;
    Ok(())
}

/// One proposal, and a second call that finds everything done.
fn deploy(operator: &Operator, world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let artifacts = workspace().join("artifacts").to_string_lossy().into_owned();
    let deploy = ["deploy", "--gov", "--artifacts", &artifacts];
    let planned = operator.sign("val", &[&deploy[..], &["--plan", "--output", "json"]].concat())?;
    let planned: Value = serde_json::from_str(&planned)?;
    let waits = [&deploy[..], &["--wait"]].concat();
    let (proposal, mut call) = operator.propose("deploy", &world.consumer, &waits)?;
    let done = process::wait_for("the deployment", PATIENCE, || call.done())?;
    let record = operator.record()?;
    let text = |path: &str| record.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let code = |name: &str| record[name]["code_id"].as_u64().unwrap_or_default();
    (world.bsn, world.code_id) = (text("/bsn/address"), code("bsn"));
    world.light_client = (text("/btc_light_client/address"), code("btc_light_client"));
    let addresses = [&planned["addresses"]["bsn"], &planned["addresses"]["btc_light_client"]];
    let is_there = addresses == [&json!(world.bsn), &json!(world.light_client.0)] && planned["pass"] == true;
    notes.claim(
        "one proposal stores, instantiates, pins and registers, at the addresses that were planned",
        is_there && proposal == 1 && done.contains(&world.bsn),
        format!("proposal {proposal}: {}", one_line(&done)),
    );
    let pinned = world.consumer.rpc.pinned_codes()?;
    let caps = world.consumer.rpc.module_params()?.unwrap_or_default();
    let has_both = [world.code_id, world.light_client.1].iter().all(|code| pinned.contains(code));
    notes.claim(
        "both codes are pinned and the hooks have their gas",
        has_both && caps.max_gas_begin_blocker.min(caps.max_gas_end_blocker) >= 5_000_000,
        format!("pinned {pinned:?}, {} and {}", caps.max_gas_begin_blocker, caps.max_gas_end_blocker),
    );
    let again = operator.sign("val", &deploy)?;
    notes.claim("a second call finds everything done", again.starts_with("bsn "), one_line(&again));
    Ok(())
}

/// The channel of the protocol, and its id in the relayer's filter.
fn connect(operator: &Operator, world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let client = world.client.clone();
    world.babylon.register_consumer(&client, ConsumerMetadata::default())?;
    let (before, waits) = operator.connected()?;
    operator.bsn(&["relayer", "rly"])?;
    operator.step("channel")?;
    let (after, then) = operator.connected()?;
    notes.claim(
        "`bsn connect` waits for the channel, and then for what comes next",
        before == 3 && after > before,
        format!("step {before}: {}; step {after}: {}", waits["waits_for"], then["waits_for"]),
    );
    let health = world.query(&json!({ "health": {} }))?;
    let here = health["channel"]["channel_id"].as_str().ok_or_else(|| anyhow!("there is no channel"))?;
    let end = world.consumer.rpc.channel(&format!("wasm.{}", world.bsn), here)?;
    let far = end.and_then(|end| end.counterparty).ok_or_else(|| anyhow!("it has no other end"))?.channel_id;
    world.channel.clone_from(&far);
    world.babylon.open_channel(&client, &far)?;
    operator.bsn(&["relayer", "rly"])?;
    let config = std::fs::read_to_string(operator.at("relayer/rly/config/config.yaml"))?;
    let is_filtered = config.contains("rule: \"allowlist\"") && config.contains(&format!("- {far}\n"));
    notes.claim("`bsn relayer rly` lets the relayer carry both channels alone", is_filtered, far);
    Ok(())
}

/// Stake, randomness, a timestamp and votes.
fn finalize(world: &mut World) -> Result<()> {
    world.add_signers(&STAKES)?;
    let sent = world.send_news()?;
    process::wait_for("the stake", PATIENCE, || Ok((world.acks()?.len() >= sent).then_some(())))?;
    let start = world.consumer.rpc.height()? + 1;
    world.commit_all(start, RANDOMNESS)?;
    let seen = world.consumer.wait_blocks(2)?;
    world.timestamp(seen)?;
    let first = process::wait_for("an active set", PATIENCE, || {
        let height = world.consumer.rpc.height()?.saturating_sub(1);
        Ok((world.active(height)? == world.signers.len()).then_some(height))
    })?;
    world.voted_to = first - 1;
    world.vote_until_finalized(first + HEIGHTS, PATIENCE).map(drop)
}

/// Everybody votes meanwhile, for the doctor finds whoever does not.
fn doctor(operator: &Operator, world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let (record, babylon) = (operator.record_path(), world.genesis.url());
    let record = record.to_string_lossy();
    let about = ["--deployment", &record, "--babylon-node", &babylon, "--bitcoin-block-time", "30s"];
    let mut look = |name: &str, which: [&str; 2]| {
        let mut call =
            operator.start(name, &[&["doctor", "--output", "json"][..], &which, &about].concat())?;
        let (status, said) = world.vote_until("the doctor", PATIENCE, |_| call.ended())?;
        let report: Value = serde_json::from_str(&said).map_err(|_| anyhow!("bsn doctor said: {said}"))?;
        Ok::<_, anyhow::Error>((status, report))
    };
    let (status, report) = look("doctor", ["--skip", KNOWN])?;
    let well = found(&report, |severity| severity == "ok").len();
    let ill = found(&report, |severity| severity != "ok" && severity != "skipped");
    let evidence = if ill.is_empty() { format!("{well} findings are ok") } else { ill.join("; ") };
    notes.claim("`bsn doctor` is green, on both chains", status.success() && well >= 40, evidence);
    let (_, report) = look("doctor-known", ["--only", KNOWN])?;
    let known = found(&report, |severity| severity == "critical" || severity == "unread");
    let holds =
        known.iter().any(|it| it.starts_with("N4 wasmvm ")) && known.iter().any(|it| it.starts_with("B4 "));
    notes.claim(
        "it names the holes of this chain's modules, and what Babylon did not answer",
        holds,
        known.join("; "),
    );
    Ok(())
}

/// Id and text of the findings of these severities.
fn found(report: &Value, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let wanted = findings.iter().filter(|finding| is_wanted(&text(finding, "severity")));
    wanted.map(|finding| format!("{} {}", text(finding, "id"), text(finding, "text"))).collect()
}

fn one_line(said: &str) -> String {
    said.trim().replace('\n', " ")
}
