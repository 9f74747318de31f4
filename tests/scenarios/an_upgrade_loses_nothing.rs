//! Proves: C-35
//!
//! A contract full of records and its light client are migrated to this build, from it and from every artifact in
//! `tests/fixtures`; each query answers as before, and finality, rewards and evidence go on.

use std::path::{Path, PathBuf};

use devnet::TxError;
use devnet::actors::Stake;
use devnet::network::{Network, Setup};

use serde_json::{Value, json};

use super::support::{ask, health, key, run, stake};

const STAKES: [u64; 6] = [40, 30, 20, 10, 8, 6];
/// Who signs twice.
const SLASHED: usize = 4;
/// How many commitments each provider makes beside its first.
const COMMITMENTS: u64 = 400;
/// How many delegations each provider gets beside its first.
const DELEGATIONS: usize = 150;
/// How many headers of Bitcoin come in beside those of the timestamps.
const HEADERS: u32 = 300;

fn artifacts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts")
}

/// Every tagged artifact that is kept, and this build itself.
fn origins() -> Vec<PathBuf> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(kept).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("bsn.wasm").exists());
    folders.push(artifacts());
    folders
}

/// Thousands of records: votes, anchors, commitments, delegations, headers, powers, a slashed and a jailed provider,
/// rewards.
fn full(artifacts: PathBuf) -> Network {
    let over = json!({
        "ics20_channel_id": "channel-1", "reward_interval": 20, "vote_retention": 1_000, "missed_blocks_window": 10,
    });
    let mut network = Network::start(Setup { artifacts, ..Setup::new(7, &STAKES).with(over) }).unwrap();
    network.open_transfer().unwrap();
    network.offline.insert(5);
    for _ in 0..60 {
        network.chain.collect_fees(10_000, "ustake");
        network.step();
    }
    for index in 0..STAKES.len() {
        let first = network.chain.height() + 10_000;
        for number in 0..COMMITMENTS {
            network.commit(index, first + number, 1).unwrap();
        }
        network.step();
    }
    for index in 0..STAKES.len() {
        let public_key = network.fps[index].public_key();
        for _ in 0..DELEGATIONS {
            network.link.app.babylon.delegate(Stake::new(&[public_key], 10_000)).unwrap();
        }
        network.step();
        network.relay();
    }
    network.mine(HEADERS);
    let tip = network.chain.height();
    let evidence =
        network.fps[SLASHED].submit_evidence(tip, &network.app_hash(tip), &network.app_hash(tip - 1));
    network.execute(&evidence).unwrap();
    network.offline.insert(SLASHED);
    run(&mut network, 5);
    let entries = network.chain.state_size(&network.bsn).entries;
    assert!(entries > 4_500, "{entries}");
    assert!(network.chain.state_size(&network.light_client).entries > u64::from(HEADERS));
    network
}

fn queries(network: &Network) -> Vec<Value> {
    let mut queries: Vec<Value> = [
        "config",
        "admin",
        "transfer_info",
        "trust",
        "last_finalized_height",
        "activated_height",
        "last_final_block",
        "last_consumer_header",
        "last_consumer_height",
        "rewards",
        "state_digest",
        "outbox",
        "quarantined",
        "finality_providers",
        "finality_providers_by_total_active_sats",
        "jailed_finality_providers",
        "delegations",
    ]
    .into_iter()
    .map(|name| json!({ name: {} }))
    .collect();
    for index in 0..STAKES.len() {
        let fp = key(network, index);
        for name in [
            "finality_provider",
            "finality_provider_info",
            "signing_info",
            "first_pub_rand_commit",
            "last_pub_rand_commit",
            "delegations_by_f_p",
        ] {
            queries.push(json!({ name: {"btc_pk_hex": fp} }));
        }
        queries.push(json!({"pub_rand_commit": {"btc_pk_hex": fp, "limit": 30}}));
        queries.push(json!({"pub_rand_commit": {"btc_pk_hex": fp, "limit": 30, "reverse": true}}));
        for height in 1..=network.chain.height() {
            let at = json!({"btc_pk_hex": fp, "height": height});
            queries.extend(
                ["finality_provider_power", "finality_signature", "evidence"].map(|name| json!({ name: at })),
            );
        }
    }
    for height in 1..=network.chain.height() {
        let at = json!({"height": height});
        queries.extend(
            ["block", "votes", "active_finality_providers", "finality_status"]
                .map(|name| json!({ name: at })),
        );
    }
    queries
}

fn queries_of_light_client(network: &Network) -> Vec<Value> {
    let mut queries: Vec<Value> = ["admin", "config", "btc_base_header", "btc_tip_header", "rules"]
        .into_iter()
        .map(|name| json!({ name: {} }))
        .collect();
    let tip: Value = network.ask_bitcoin(&json!({"btc_tip_header": {}})).unwrap();
    let tip = tip["height"].as_u64().unwrap();
    queries.extend((tip - 300..=tip + 1).map(|height| json!({"btc_header": {"height": height}})));
    queries.push(json!({"btc_headers": {"limit": 30, "reverse": true}}));
    queries
}

type Answer = (Value, Result<Value, String>);

fn answers(network: &Network) -> (Vec<Answer>, Vec<Answer>) {
    let of = |contract: &str, queries: Vec<Value>| {
        let answer = |query: Value| {
            let answer = network.chain.query::<Value>(contract, &query).map_err(|error| error.to_string());
            (query, answer)
        };
        queries.into_iter().map(answer).collect()
    };
    (of(&network.bsn, queries(network)), of(&network.light_client, queries_of_light_client(network)))
}

fn migrate(network: &mut Network, contract: &str, wasm: &str) -> Result<(), TxError> {
    let bytes = std::fs::read(artifacts().join(wasm)).unwrap();
    let admin = network.admin.clone();
    let new_code_id = network.chain.store_code(&admin, &bytes).unwrap();
    network.chain.migrate(&admin, contract, new_code_id, &json!({})).map(drop)
}

/// An answer without what older versions did not say, or said otherwise: that the first height of a run was signed.
fn as_before((query, answer): &Answer) -> Answer {
    let mut answer = answer.clone();
    if let Ok(Value::Object(fields)) = &mut answer {
        for name in
            ["certificate", "min_active_percent", "reward_group", "last_signed_height", "stake_source"]
        {
            fields.remove(name);
        }
    }
    (query.clone(), answer)
}

/// The evidence of an older version does not say over which channel it is in flight: it waits, to go once more.
fn evidence_waits((query, answer): &Answer) -> Answer {
    let mut answer = answer.clone();
    if let (Some(_), Ok(answer)) = (query.get("outbox"), &mut answer) {
        let state = &mut answer["items"][0]["state"];
        assert_eq!(*state, "in_flight");
        *state = json!("waiting");
    }
    (query.clone(), answer)
}

fn last_signed((_, answer): &Answer) -> Option<u64> {
    answer.as_ref().ok()?["last_signed_height"].as_u64()
}

fn good(answers: &[Answer]) -> usize {
    answers.iter().filter(|(_, answer)| answer.is_ok()).count()
}

#[test]
fn every_query_answers_as_before_and_everything_goes_on() {
    for origin in origins() {
        let is_old = origin != artifacts();
        let mut network = full(origin.clone());
        // Begins the block in which it is migrated: its hooks come before.
        network.execute(&json!({"follow_bitcoin": {}})).unwrap();
        let (bsn, light_client) = (network.bsn.clone(), network.light_client.clone());
        let sizes = |network: &Network| [&bsn, &light_client].map(|c| network.chain.storage(c).len());
        let (before, entries) = (answers(&network), sizes(&network));
        assert!(good(&before.0) > 1_000 && good(&before.1) > 300);
        migrate(&mut network, &bsn, "bsn.wasm").unwrap();
        migrate(&mut network, &light_client, "btc-light-client.wasm").unwrap();
        let after = answers(&network);
        for (before, after) in before.0.iter().chain(&before.1).zip(after.0.iter().chain(&after.1)) {
            match is_old {
                true => {
                    assert_eq!(as_before(&evidence_waits(before)), as_before(after), "{}", origin.display())
                }
                false => assert_eq!(before, after, "{}", origin.display()),
            }
            assert!(last_signed(after) <= last_signed(before), "it starts lower: {before:?}, {after:?}");
        }
        // How far the conversion of what older versions stored is, and what an ordinary block leaves of the progress.
        let more = 2 * usize::from(is_old);
        assert_eq!(sizes(&network), [entries[0] + more, entries[1]]);
        network.mine(2);
        let finalized = network.finalized();
        run(&mut network, 5);
        assert!(network.finalized() > finalized + 3);
        the_jailed_are_ranked(&mut network);
        evidence_arrives_and_slashes_once(&mut network);
    }
}

/// Whether or not it was sent twice.
fn evidence_arrives_and_slashes_once(network: &mut Network) {
    for _ in 0..5 {
        network.relay();
    }
    let item = ask(network, json!({"outbox": {}}))["items"][0].clone();
    assert_eq!((&item["fp_pubkey_hex"], &item["state"]), (&json!(key(network, SLASHED)), &json!("done")));
    assert_eq!(network.link.app.babylon.slashings().len(), 1);
}

/// Once what was stored before is converted, whoever is in jail counts in the ranked stake.
fn the_jailed_are_ranked(network: &mut Network) {
    let is_converting = |network: &Network| health(network)["alarms"].to_string().contains("being converted");
    for _ in 0..100 {
        if !is_converting(network) {
            break;
        }
        network.step();
    }
    assert!(!is_converting(network));
    network.step();
    assert_eq!(ask(network, json!({"config": {}}))["min_active_percent"], json!(0), "as it ran before");
    assert_eq!(ask(network, json!({"config": {}}))["stake_source"], "babylon");
    let all =
        (0..STAKES.len()).filter(|index| *index != SLASHED).map(|index| stake(network, index)).sum::<u64>();
    assert_eq!(health(network)["staking"]["ranked_power"], json!(all.to_string()));
}

#[test]
fn another_contracts_state_and_a_newer_versions_are_refused() {
    let network = Network::start(Setup::new(7, &[10])).unwrap();
    for (name, version, refusal) in [
        ("btc-staking", "0.1.0", "Cannot migrate from different contract"),
        ("babylon-contract", "99.0.0", "cannot migrate from version"),
    ] {
        let mut network = network.clone();
        let bsn = network.bsn.clone();
        let stored = json!({"contract": name, "version": version}).to_string();
        network.chain.write_raw(&bsn, b"contract_info", stored.as_bytes()).unwrap();
        let refused = migrate(&mut network, &bsn, "bsn.wasm").unwrap_err().to_string();
        assert!(refused.contains(refusal), "{refused}");
        assert_eq!(network.chain.query_raw(&bsn, b"contract_info"), Some(stored.into_bytes()));
    }
    let mut network = network;
    let bsn = network.bsn.clone();
    assert!(
        migrate(&mut network, &bsn, "btc-light-client.wasm").is_err(),
        "nor does another contract take ours over"
    );
}
