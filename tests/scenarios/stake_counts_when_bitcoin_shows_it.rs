//! Proves: D-07, D-08, D-11, D-21, D-23, D-24, D-26, D-28, D-29
//!
//! Babylon's word makes no stake: a delegation counts once Bitcoin shows its transaction, and until Bitcoin shows the spend.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use devnet::actors::babylon::Stake;
use devnet::network::{Network, Setup, elect, verdicts};
use primitives::Txid;
use proto::Message;
use serde_json::{Value, json};

use super::support::{ask, health, key, power, run, text};

const BTC: u64 = 100_000_000;

fn verified(stakes: &[u64]) -> Network {
    let mut network = Network::start(Setup::new(7, stakes).verified()).unwrap();
    network.run(4).unwrap();
    network
}

fn sats(network: &Network, index: usize) -> u64 {
    let asked = json!({"finality_provider_info": {"btc_pk_hex": key(network, index)}});
    ask(network, asked)["total_active_sats"].as_u64().unwrap()
}

/// One more delegation to a finality provider, carried here.
fn delegate(network: &mut Network, index: usize, sats: u64) -> Txid {
    let fp = network.fps[index].public_key();
    let txid = network.link.app.babylon.delegate(Stake::new(&[fp], sats)).unwrap();
    network.relay();
    txid
}

fn standing(network: &Network, txid: &Txid) -> String {
    let output = network.link.app.babylon.delegation(txid).unwrap().event.staking_output_idx;
    let item: Value =
        network.ask_verifier(&json!({"item": {"txid": txid.to_string(), "output": output}})).unwrap();
    item["standing"].as_object().unwrap().keys().next().unwrap().clone()
}

fn trust(network: &Network) -> String {
    ask(network, json!({"trust": {}})).to_string()
}

fn quarantine(network: &Network) -> Vec<String> {
    let page = ask(network, json!({"quarantined": {}}));
    page["items"].as_array().unwrap().iter().map(|item| item["reason"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_chain_finalizes_by_stake_that_bitcoin_shows() {
    let mut network = verified(&[40, 30, 20, 10]);
    let last = ask(&network, json!({"last_finalized_height": {}})).as_u64().unwrap();
    run(&mut network, 3);
    assert_eq!(ask(&network, json!({"last_finalized_height": {}})).as_u64(), Some(last + 3));
    assert_eq!((0..4).map(|index| sats(&network, index) / BTC).collect::<Vec<_>>(), [40, 30, 20, 10]);
    let trust = trust(&network);
    let all = 100 * BTC;
    assert!(trust.contains(&format!("bitcoin: {all} of {all} active sats")), "{trust}");
    assert!(trust.contains("it takes 0.0010 of new stake"), "{trust}");
    let config = ask(&network, json!({"config": {}}));
    assert_eq!(
        (&config["stake_source"], &config["stake_verifier"]),
        (&json!("verified"), &json!(network.stake_verifier))
    );
}

#[test]
fn babylons_word_alone_makes_no_stake_and_ends_none() {
    let mut network = verified(&[40, 10]);
    let txid = delegate(&mut network, 1, 900 * BTC);
    assert_eq!((sats(&network, 1), standing(&network, &txid).as_str()), (10 * BTC, "waiting"));
    assert_eq!(health(&network)["staking"]["verified"]["waiting"], 1);
    network.prove_stake().unwrap();
    assert_eq!((sats(&network, 1), standing(&network, &txid).as_str()), (910 * BTC, "active"));
    run(&mut network, 3);
    assert_eq!(power(&network, 1, network.chain.height()), 910 * BTC);

    network.link.app.babylon.undelegate(&txid).unwrap();
    network.relay();
    assert_eq!(sats(&network, 1), 910 * BTC, "it comes without a proof");
    let reasons = quarantine(&network);
    assert!(reasons.len() == 1 && reasons[0].starts_with("branch: "), "{reasons:?}");
}

#[test]
fn stake_ends_when_its_spend_is_in_bitcoin() {
    let mut network = verified(&[40, 10]);
    let txid = delegate(&mut network, 1, 5 * BTC);
    network.prove_stake().unwrap();
    network.unbond(&txid).unwrap();
    assert_eq!((sats(&network, 1), standing(&network, &txid).as_str()), (10 * BTC, "ended"));
    assert_eq!(quarantine(&network), [""; 0]);

    // Whoever saw the spend proves it where Babylon is silent.
    let txid = delegate(&mut network, 1, 5 * BTC);
    network.prove_stake().unwrap();
    let spending = network.link.app.babylon.delegation(&txid).unwrap().unbonding_tx.clone();
    network.mine_with(vec![spending.clone()]);
    let proof = network.spend_proof(&txid, &spending).unwrap();
    let done = network.verify(&json!({"prove_spends": {"proofs": [proof]}})).unwrap();
    assert_eq!(verdicts(&done)[0]["ok"]["became"], "ended");
    assert_eq!(sats(&network, 1), 10 * BTC);
}

#[test]
fn an_expansion_never_counts_beside_what_it_spends() {
    let mut network = verified(&[40, 10]);
    let old = delegate(&mut network, 1, 5 * BTC);
    network.prove_stake().unwrap();
    assert_eq!(sats(&network, 1), 15 * BTC);
    let new = network.link.app.babylon.expand(&old, 2 * BTC).unwrap();
    network.relay();
    network.prove_stake().unwrap();
    assert_eq!(sats(&network, 1), 17 * BTC);
    assert_eq!([standing(&network, &old), standing(&network, &new)], ["ended", "active"]);
}

#[test]
fn a_reorganization_takes_stake_back_until_it_is_proven_again() {
    let setup = Setup::new(7, &[40, 10]).verified();
    let setup = setup.with(json!({"checkpoint_finalization_timeout": 10}));
    let mut network = Network::start(setup).unwrap();
    let txid = delegate(&mut network, 1, 5 * BTC);
    network.prove_stake().unwrap();
    assert_eq!(sats(&network, 1), 15 * BTC);
    let fork = network.miner.reorg(2, 4);
    // Babylon tells of k + 1 headers at most; anybody brings the others.
    assert!(network.send_headers(fork).iter().all(|delivery| delivery.error.is_none()));
    network.verify(&json!({"follow": {}})).unwrap();
    assert_eq!((sats(&network, 1), standing(&network, &txid).as_str()), (10 * BTC, "waiting"));
    network.prove_stake().unwrap();
    assert_eq!((sats(&network, 1), standing(&network, &txid).as_str()), (15 * BTC, "active"));
}

#[test]
fn nobody_but_the_bound_contract_says_what_became_of_stake() {
    let mut network = verified(&[40, 10]);
    let outcome = json!({"stake_outcomes": {"packed": "AQ=="}});
    for sender in [network.admin.clone(), network.sender.clone(), network.bsn.clone()] {
        let bsn = network.bsn.clone();
        let refused = text(network.chain.execute(&sender, &bsn, &outcome));
        assert!(refused.contains("may not make stake"), "{refused}");
    }
    let items = json!({"take_items": {"items": []}});
    assert!(text(network.verify(&items)).contains("may not send items"));
}

#[test]
fn during_a_pause_stake_ends_and_none_is_added() {
    let mut network = verified(&[40, 10]);
    let (first, second) = (delegate(&mut network, 1, 5 * BTC), delegate(&mut network, 1, 3 * BTC));
    network.prove_stake().unwrap();
    let (admin, bsn) = (network.admin.clone(), network.bsn.clone());
    let third = delegate(&mut network, 1, 2 * BTC);
    let pause = |network: &mut Network, on: bool| {
        network.chain.execute(&admin, &bsn, &json!({"set_paused": {"packet_intake": on}})).unwrap();
    };
    pause(&mut network, true);
    network.prove_stake().unwrap();
    assert_eq!(sats(&network, 1), 18 * BTC, "the third is proven, and not taken");
    assert_eq!(health(&network)["staking"]["verified"]["unsent"], 1);
    let spending = network.link.app.babylon.delegation(&first).unwrap().unbonding_tx.clone();
    network.mine_with(vec![spending.clone()]);
    let proof = network.spend_proof(&first, &spending).unwrap();
    network.verify(&json!({"prove_spends": {"proofs": [proof]}})).unwrap();
    assert_eq!(sats(&network, 1), 13 * BTC);
    pause(&mut network, false);
    network.verify(&json!({"follow": {}})).unwrap();
    assert_eq!(sats(&network, 1), 15 * BTC);
    assert_eq!([second, third].map(|txid| standing(&network, &txid)), ["active"; 2]);
}

/// A live chain begins to verify: what counted before counts on, on Babylon's word, until somebody proves it.
#[test]
fn a_live_chain_begins_to_verify() {
    let setup = Setup::new(7, &[40, 10]);
    let mut network = Network::deploy(&setup).unwrap();
    let code = network.store("btc-staking").unwrap();
    let (admin, bsn) = (network.admin.clone(), network.bsn.clone());
    let verified_stake = elect(&mut network.link.app.babylon, code, &admin).unwrap();
    let mut network = network.begin(&setup).unwrap();
    network.run(4).unwrap();
    let txids: Vec<_> = network.link.app.babylon.txids().copied().collect();

    let bsn_code = network.chain.contract(&bsn).unwrap().code_id;
    network.chain.migrate(&admin, &bsn, bsn_code, &json!({ "verified_stake": verified_stake })).unwrap();
    network.stake_verifier =
        ask(&network, json!({"config": {}}))["stake_verifier"].as_str().unwrap().to_owned();
    // Once more, and it is the verifier's code that changes: by whoever may migrate bsn, and by nobody else.
    network.chain.migrate(&admin, &bsn, bsn_code, &json!({ "verified_stake": verified_stake })).unwrap();
    let verifier = network.stake_verifier.clone();
    assert_eq!(ask(&network, json!({"config": {}}))["stake_verifier"], json!(verifier));
    let refused = network.chain.migrate(&admin, &verifier, code, &json!({}));
    assert!(text(refused).contains("unauthorized"));
    run(&mut network, 3);
    assert_eq!([sats(&network, 0), sats(&network, 1)], [40 * BTC, 10 * BTC]);
    assert!(trust(&network).contains(&format!("Babylon: {} of {} active sats", 50 * BTC, 50 * BTC)));

    let items: Vec<_> = txids
        .iter()
        .map(|txid| {
            let event = &network.link.app.babylon.delegation(txid).unwrap().event;
            BASE64_STANDARD.encode(event.encode_to_vec())
        })
        .collect();
    let done = network.verify(&json!({"take_trusted": {"items": items}})).unwrap();
    assert!(verdicts(&done).iter().all(|verdict| verdict["ok"]["became"] == "waiting"), "{done:?}");
    network.prove_stake().unwrap();
    run(&mut network, 3);
    assert_eq!([sats(&network, 0), sats(&network, 1)], [40 * BTC, 10 * BTC], "each counts once");
    assert!(trust(&network).contains(&format!("bitcoin: {} of {} active sats", 50 * BTC, 50 * BTC)));
    let again = network.verify(&json!({"take_trusted": {"items": items}}));
    assert!(text(again).contains("does not count on Babylon's word"));
}
