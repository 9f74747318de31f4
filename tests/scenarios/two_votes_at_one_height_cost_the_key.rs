//! Proves: C-09, C-19, C-28, K5, K19
//!
//! Whichever two hashes a finality provider signs at a height, in whatever order and state it does: its
//! key comes out, Babylon gets the evidence, and its power is gone for ever.

use devnet::network::Network;
use serde_json::{Value, json};

use super::support::{ask, execute_as, key, outbox, power, run, start, start_with, text, vote_for};

const CULPRIT: usize = 3;

/// The culprit is slashed, once, with its own key, for ever.
fn is_slashed(network: &mut Network, height: u64, case: &str) {
    let block = network.chain.height();
    network.chain.next_block();
    network.relay();
    let slashings = network.link.app.babylon.slashings();
    assert_eq!(slashings.len(), 1, "{case}");
    // A key and its negative have one x-only public key, and sign alike.
    assert_eq!(slashings[0].key.public_key(), network.fps[CULPRIT].secret_key().public_key(), "{case}");
    assert_eq!(slashings[0].evidence.block_height, height, "{case}");
    let fp = ask(network, json!({"finality_provider": {"btc_pk_hex": key(network, CULPRIT)}}));
    assert!(fp["slashed_height"].as_u64() > Some(0), "{case}: {fp}");
    assert!(fp["slashed_btc_height"].as_u64() > Some(0), "{case}: {fp}");
    assert_eq!(outbox(network), ["done"], "{case}");
    run(network, 5);
    for later in block + 2..=network.chain.height() {
        assert_eq!(power(network, CULPRIT, later), 0, "{case}: at {later}");
    }
}

#[test]
fn canonical_then_fork_fork_then_canonical_and_two_forks() {
    let fresh = start(&[40, 30, 20, 10]);
    let height = fresh.chain.height();
    for (first, second) in [(0, 1), (1, 0), (1, 2)] {
        let mut network = fresh.clone();
        let case = format!("hashes {first} and {second} back");
        vote_for(&mut network, CULPRIT, height, height - first).unwrap();
        let report = vote_for(&mut network, CULPRIT, height, height - second).unwrap();
        let key_hex = report.attribute("wasm-slashed_finality_provider", "extracted_secret_key").unwrap();
        assert_eq!(key_hex.len(), 64);
        if first == 0 || second == 0 {
            let canonical = report.attribute("wasm-slashed_finality_provider", "canonical_app_hash");
            assert_eq!(canonical, Some(&*network.app_hash(height).to_string()), "{case}");
        }
        let third = text(vote_for(&mut network, CULPRIT, height, height - 3));
        assert!(third.contains("slashed"), "{third}");
        is_slashed(&mut network, height, &case);
    }
}

#[test]
fn long_after_the_block_became_final() {
    let mut network = start(&[40, 30, 20, 10]);
    let height = network.chain.height();
    run(&mut network, 30);
    vote_for(&mut network, CULPRIT, height, height - 1).unwrap();
    is_slashed(&mut network, height, "late");
}

#[test]
fn from_jail_too() {
    let over = json!({"missed_blocks_window": 10, "min_signed_percent": 50});
    let mut network = start_with(&[40, 30, 20, 10], over);
    let height = network.chain.height();
    network.step();
    network.offline.insert(CULPRIT);
    for _ in 0..40 {
        network.step();
    }
    let jailed = ask(&network, json!({"jailed_finality_providers": {}}));
    assert_eq!(jailed["jailed_finality_providers"].as_array().unwrap().len(), 1, "{jailed}");
    vote_for(&mut network, CULPRIT, height, height - 1).unwrap();
    is_slashed(&mut network, height, "jailed");
}

#[test]
fn a_stranger_may_submit_the_evidence_and_once() {
    let mut network = start(&[40, 30, 20, 10]);
    let height = network.chain.height();
    let (a, b) = (network.app_hash(height), network.app_hash(height - 1));
    let evidence = network.fps[CULPRIT].submit_evidence(height, &a, &b);
    let stranger = network.chain.account("stranger");
    execute_as(&mut network, &stranger, &evidence).unwrap();
    let again = execute_as(&mut network, &stranger, &evidence).unwrap();
    assert_eq!(again.attribute("wasm", "effect"), Some("none"));
    assert_eq!(again.attribute("wasm-slashed_finality_provider", "extracted_secret_key"), None);
    is_slashed(&mut network, height, "evidence");
}

#[test]
fn evidence_needs_neither_power_nor_a_commitment() {
    let mut network = start(&[40, 30, 20]);
    let index = network.add_fp(7, 5).unwrap();
    assert_eq!(index, CULPRIT);
    network.relay();
    let height = network.chain.height();
    assert_eq!(power(&network, CULPRIT, height), 0);
    let (a, b) = (network.app_hash(height), network.app_hash(height - 1));
    let evidence = network.fps[CULPRIT].submit_evidence(height, &a, &b);
    network.execute(&evidence).unwrap();
    is_slashed(&mut network, height, "no power");
}

#[test]
fn nobody_is_framed() {
    let mut network = start(&[40, 30, 20, 10]);
    let height = network.chain.height();
    let (a, b) = (network.app_hash(height), network.app_hash(height - 1));
    let honest = network.fps[0].submit_evidence(height, &a, &b);
    let by_another = network.fps[1].submit_evidence(height, &a, &b);
    let with = |path: &[&str], value: Value| {
        let mut message = honest.clone();
        let field = path.iter().fold(&mut message["submit_evidence"], |field, name| &mut field[*name]);
        *field = value;
        message
    };
    let of = |message: &Value, path: &[&str]| {
        path.iter().fold(message["submit_evidence"].clone(), |field, name| field[*name].clone())
    };
    let framings = [
        with(&["second"], of(&honest, &["first"])),
        with(&["second", "signature"], of(&honest, &["first", "signature"])),
        with(&["second", "signature"], of(&by_another, &["second", "signature"])),
        with(&["pub_rand"], of(&by_another, &["pub_rand"])),
        with(&["fp_pubkey_hex"], of(&by_another, &["fp_pubkey_hex"])),
        with(&["height"], json!(height - 1)),
        with(&["first", "app_hash"], json!("AAAA")),
        with(&["first", "signature"], json!("")),
    ];
    for framing in framings {
        text(network.execute(&framing));
    }
    for index in [0, 1] {
        let fp = ask(&network, json!({"finality_provider": {"btc_pk_hex": key(&network, index)}}));
        assert_eq!(fp["slashed_height"], 0);
    }
    assert!(outbox(&network).is_empty());
}

#[test]
fn no_stake_brings_power_back() {
    let mut network = start(&[40, 30, 20, 10]);
    let height = network.chain.height();
    vote_for(&mut network, CULPRIT, height, height).unwrap();
    vote_for(&mut network, CULPRIT, height, height - 1).unwrap();
    is_slashed(&mut network, height, "slashed");
    let admin = network.admin.clone();
    let unjail = network.fps[CULPRIT].unjail();
    let refusal = text(execute_as(&mut network, &admin, &unjail));
    assert!(refusal.contains("slashed"), "{refusal}");
    network.timestamp().unwrap();
    run(&mut network, 5);
    assert_eq!(power(&network, CULPRIT, network.chain.height()), 0);
}
