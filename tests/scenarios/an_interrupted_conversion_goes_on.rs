//! Proves: C-35
//!
//! What version 0.1.0 stored is converted in portions, a block each. Hooks lost or torn in the midst, and a second
//! migration, cost no record; everything answers as before all the while.

use std::path::{Path, PathBuf};

use bsn::state;
use devnet::Hook;
use devnet::network::{Network, Setup};
use serde_json::{Value, json};

use super::support::{ask, key, run};

const STAKES: [u64; 4] = [40, 30, 20, 10];
/// How many commitments each provider makes beside its first.
const COMMITMENTS: u64 = 300;
/// How many of them are converted with a block.
const PORTION: u64 = 64;

fn artifacts(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(version)
}

fn of_0_1_0() -> Network {
    let setup = Setup { artifacts: artifacts("fixtures/0.1.0"), ..Setup::new(7, &STAKES) };
    let mut network = Network::start(setup).unwrap();
    for index in 0..STAKES.len() {
        let first = network.chain.height() + 10_000;
        for number in 0..COMMITMENTS {
            network.commit(index, first + number, 1).unwrap();
        }
        network.step();
    }
    run(&mut network, 3);
    network
}

fn migrate(network: &mut Network) {
    let bytes = std::fs::read(artifacts("../artifacts").join("bsn.wasm")).unwrap();
    let (admin, bsn) = (network.admin.clone(), network.bsn.clone());
    let code = network.chain.store_code(&admin, &bytes).unwrap();
    network.chain.migrate(&admin, &bsn, code, &json!({})).unwrap();
}

/// All commitments, page by page.
fn commitments(network: &Network) -> Vec<Value> {
    let mut all = Vec::new();
    for index in 0..STAKES.len() {
        let mut after = 0;
        loop {
            let query = json!({"pub_rand_commit": {"btc_pk_hex": key(network, index), "start_after": after, "limit": 30}});
            let page: Vec<Value> = network.query(&query).unwrap();
            let Some(last) = page.last() else { break };
            after = last["start_height"].as_u64().unwrap();
            all.extend(page);
        }
    }
    all
}

/// How many records are converted, while it goes on.
fn converted(network: &Network) -> Option<u64> {
    let health = ask(network, json!({"health": {}}));
    let alarm = health["alarms"].as_array().unwrap().iter().filter_map(Value::as_str);
    let of =
        alarm.filter_map(|alarm| alarm.strip_prefix("what an older version stored is being converted: "));
    of.filter_map(|rest| rest.strip_suffix(" so far")?.parse().ok()).next()
}

/// Bytes of all commitments in storage.
fn bytes(network: &Network) -> usize {
    let storage = network.chain.storage(&network.bsn);
    storage
        .iter()
        .filter(|(key, _)| key.first() == Some(&state::COMMITMENTS.letter()))
        .map(|(_, value)| value.len())
        .sum()
}

#[test]
fn lost_and_torn_hooks_and_another_migration_cost_nothing() {
    let mut network = of_0_1_0();
    let (before, old_bytes) = (commitments(&network), bytes(&network));
    let many = u64::try_from(before.len()).unwrap();
    assert_eq!(many, 4 * (COMMITMENTS + 1));
    migrate(&mut network);
    assert_eq!(converted(&network), Some(0));

    let mut progress = 0;
    let mut blocks = 0;
    while let Some(done) = converted(&network) {
        assert!(done >= progress && done <= many, "{done} after {progress}");
        progress = done;
        let next = network.chain.height() + 1;
        match blocks {
            3..6 => network.chain.faults.lose(next, Hook::EndFinality),
            8 => network.chain.faults.tear(next, Hook::EndFinality, 40),
            10 => migrate(&mut network),
            _ => {}
        }
        network.step();
        assert_eq!(commitments(&network), before, "in block {blocks}");
        blocks += 1;
    }
    // The last block finds that nobody is in jail.
    let undisturbed = many.div_ceil(PORTION) + 1;
    assert!((undisturbed + 3..=undisturbed + 5).contains(&blocks), "{blocks} blocks, of {undisturbed}");
    assert!(bytes(&network) > old_bytes + before.len(), "each has learned its place");

    let finalized = network.finalized();
    let last = before.last().unwrap()["start_height"].as_u64().unwrap();
    network.commit(3, last + 1, 5).unwrap();
    run(&mut network, 5);
    assert!(network.finalized() > finalized + 3);
}
