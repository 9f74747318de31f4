//! What a devnet says of itself: as JSON, and as a table.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::account::{MNEMONIC, path};
use super::control::{KINDS, Kind};
use super::engine::Engine;

/// Everything that one needs to use it.
pub fn facts(engine: &Engine) -> Value {
    let accounts = engine.named.iter().map(|one| {
        json!({ "name": one.name, "address": one.address, "hd_path": path(one.index),
            "balance": engine.chain().balance(&one.address, &engine.options.denom).to_string() })
    });
    let fps = engine.net.fps.iter().enumerate().map(|(index, fp)| {
        json!({ "index": index, "btc_pk_hex": fp.public_key_hex(), "online": engine.is_online(index),
            "btc_sk_hex": hex::encode(fp.secret_key().to_bytes()),
            "operator": engine.fp_account(index).map(|one| one.address.clone()) })
    });
    let babylon = Some(&engine.net.link.app).filter(|_| !engine.net.is_alone());
    json!({
        "chain_id": engine.options.chain_id, "prefix": engine.options.prefix, "denom": engine.options.denom,
        "height": engine.height(), "last_finalized_height": engine.last_finalized(),
        "bsn": engine.net.bsn, "btc_light_client": engine.net.light_client,
        "btc_staking": engine.net.stake_verifier,
        "gov": engine.gov.authority, "mnemonic": MNEMONIC,
        "babylon_chain_id": babylon.map(|app| app.babylon.chain_id()), "consumer_id": babylon.map(|app| &app.client),
        "accounts": accounts.collect::<Vec<_>>(), "finality_providers": fps.collect::<Vec<_>>(),
        "channel": engine.net.channel.as_ref().map(|ids| ids.local.clone()),
        "bitcoin_height": engine.net.miner.tip_height(),
        "deploy_with": deploy_with(engine),
    })
}

/// What whoever deploys the contracts here must tell them: what verifies stake, where Bitcoin begins, and who brings its headers. Null where
/// they are there, or Babylon says it.
fn deploy_with(engine: &Engine) -> Value {
    let net = &engine.net;
    match (net.staking_settings(), net.miner.block_at(0)) {
        (Some(staking), Some(genesis)) if net.bsn.is_empty() => json!({
            "staking": staking, "submitters": [net.admin, net.sender],
            "checkpoint": { "height": 0, "header_hex": hex::encode(genesis.header) },
        }),
        _ => Value::Null,
    }
}

/// The faults that there are.
pub fn faults() -> Value {
    KINDS
        .iter()
        .map(|Kind { name, about, params }| json!({ "name": name, "about": about, "params": params }))
        .collect()
}

/// The table that is printed when it runs.
pub fn table(facts: &Value, at: &[SocketAddr; 3], program: &str) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut rows = vec![
        ("chain".to_owned(), format!("http://{}   {}", at[0], text(&facts["chain_id"]))),
        (
            "babylon".to_owned(),
            format!("http://{}   {} (simulated)", at[1], text(&facts["babylon_chain_id"])),
        ),
        ("bitcoin".to_owned(), format!("http://{}   esplora, regtest (simulated)", at[2])),
        (String::new(), String::new()),
        ("bsn".to_owned(), text(&facts["bsn"])),
        ("btc-light-client".to_owned(), text(&facts["btc_light_client"])),
        ("gov".to_owned(), text(&facts["gov"])),
        (String::new(), String::new()),
    ];
    if let Some(verifier) = facts["btc_staking"].as_str().filter(|address| !address.is_empty()) {
        rows.insert(6, ("btc-staking".to_owned(), verifier.to_owned()));
    }
    if facts["babylon_chain_id"].is_null() {
        rows.remove(1);
    }
    if let Some(url) = facts["dashboard"].as_str() {
        rows.insert(0, ("dashboard".to_owned(), url.to_owned()));
    }
    let accounts = facts["accounts"].as_array().map_or(&[][..], Vec::as_slice);
    rows.extend(
        accounts.iter().map(|one| {
            (text(&one["name"]), format!("{}   {}", text(&one["address"]), text(&one["hd_path"])))
        }),
    );
    rows.push((String::new(), String::new()));
    rows.push(("words".to_owned(), text(&facts["mnemonic"])));
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines = rows.iter().map(|(name, value)| format!("{name:width$}  {value}").trim_end().to_owned());
    let node = format!("--node http://{}", at[0]);
    let next = [
        String::new(),
        "Try next:".to_owned(),
        format!("  {program} query {node} '{{\"last_final_block\":{{}}}}'"),
        format!("  {program} devnet fault lost-hook {node}"),
        format!("  {program} devnet faults"),
    ];
    lines.chain(next).collect::<Vec<_>>().join("\n")
}
