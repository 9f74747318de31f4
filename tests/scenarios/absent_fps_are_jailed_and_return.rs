//! Proves: C-29, K21
//!
//! Who misses too many votes goes to jail, and comes back after the term by its own will, unless slashed.

use devnet::actors::DaemonConfig;
use devnet::daemons::Daemons;
use devnet::network::Network;
use serde_json::{Value, json};

use super::support::{ask, execute_as, key, power, run, start_with, text, vote_for};

const ABSENT: usize = 3;
const TERM: u64 = 600;

fn jailed() -> Network {
    let over = json!({"missed_blocks_window": 10, "min_signed_percent": 50, "jail_duration": TERM});
    let mut network = start_with(&[40, 30, 20, 10], over);
    network.offline.insert(ABSENT);
    run(&mut network, 30);
    assert_ne!(until(&network), Value::Null, "not jailed");
    network
}

fn until(network: &Network) -> Value {
    ask(network, json!({"signing_info": {"btc_pk_hex": key(network, ABSENT)}}))["jailed_until"].clone()
}

fn operator(network: &Network) -> String {
    network.fps[ABSENT].account("bbnc")
}

#[test]
fn only_the_absent_one_is_jailed_and_finality_goes_on() {
    let mut network = jailed();
    let answer = ask(&network, json!({"jailed_finality_providers": {}}));
    let jailed = answer["jailed_finality_providers"].as_array().unwrap();
    assert_eq!(jailed.len(), 1);
    assert_eq!(jailed[0]["btc_pk_hex"], key(&network, ABSENT).as_str());
    assert_eq!(power(&network, ABSENT, network.chain.height()), 0);
    let tip = network.chain.height();
    let refusal = text(network.vote(ABSENT, tip));
    assert!(refusal.contains("jailed") && !refusal.contains("slashed"), "{refusal}");
    run(&mut network, 3);
    assert!(network.finalized() > tip);
}

#[test]
fn the_term_is_served() {
    let mut network = jailed();
    let unjail = network.fps[ABSENT].unjail();
    let (operator, stranger) = (operator(&network), network.chain.account("stranger"));
    for who in [&operator, &stranger] {
        let refusal = text(execute_as(&mut network, who, &unjail));
        assert!(!refusal.contains("jailed") && !refusal.contains("slashed"), "{refusal}");
    }
    network.chain.skip_seconds(TERM);
    network.step();
    let refusal = text(execute_as(&mut network, &stranger, &unjail));
    assert!(refusal.contains("Unauthorized"), "{refusal}");
    execute_as(&mut network, &operator, &unjail).unwrap();
    network.offline.clear();
    run(&mut network, 4);
    assert_eq!(until(&network), Value::Null);
    assert!(power(&network, ABSENT, network.chain.height()) > 0);
    let again = text(execute_as(&mut network, &operator, &unjail));
    assert!(!again.contains("jailed") && !again.contains("slashed"), "{again}");
}

/// The provider's own program, started in jail, votes again two blocks after it has unjailed itself.
#[test]
fn the_daemon_votes_again_at_once() {
    let mut network = jailed();
    let config =
        DaemonConfig { num_pub_rand: 500, timestamping_delay_blocks: 100, ..DaemonConfig::default() };
    let mut daemons = Daemons::start(&network, config);
    network.chain.skip_seconds(TERM);
    daemons.run(&mut network, 3);
    daemons.all[ABSENT].unjail(&mut network).unwrap();
    let unjailed = network.chain.height() + 1;
    daemons.run(&mut network, 4);
    assert_eq!(until(&network), Value::Null);
    for height in unjailed + 1..unjailed + 3 {
        let votes = ask(&network, json!({"votes": {"height": height}}));
        assert!(
            votes["btc_pks"].as_array().unwrap().contains(&json!(key(&network, ABSENT))),
            "{height}: {votes}"
        );
    }
    assert!(network.finalized() > unjailed && daemons.dead().is_empty(), "{:?}", daemons.dead());
}

#[test]
fn a_signature_by_the_key_opens_as_well() {
    let mut network = jailed();
    let until = until(&network).as_u64().unwrap();
    network.chain.skip_seconds(TERM);
    network.step();
    let stranger = network.chain.account("stranger");
    let for_another_term = network.fps[ABSENT].unjail_signed(until - 1);
    text(execute_as(&mut network, &stranger, &for_another_term));
    let signed = network.fps[ABSENT].unjail_signed(until);
    execute_as(&mut network, &stranger, &signed).unwrap();
    text(execute_as(&mut network, &stranger, &signed));
}

#[test]
fn the_admin_may_open_at_any_time_but_not_for_the_slashed() {
    let fresh = jailed();
    let (unjail, admin) = (fresh.fps[ABSENT].unjail(), fresh.admin.clone());
    let mut network = fresh.clone();
    execute_as(&mut network, &admin, &unjail).unwrap();

    let mut network = fresh;
    let tip = network.chain.height();
    let evidence =
        network.fps[ABSENT].submit_evidence(tip, &network.app_hash(tip), &network.app_hash(tip - 1));
    network.execute(&evidence).unwrap();
    network.chain.skip_seconds(TERM);
    network.step();
    for who in [admin, operator(&network)] {
        let refusal = text(execute_as(&mut network, &who, &unjail));
        assert!(refusal.contains("slashed"), "{refusal}");
    }
    let refusal = text(vote_for(&mut network, ABSENT, tip, tip));
    assert!(refusal.contains("slashed"), "{refusal}");
}
