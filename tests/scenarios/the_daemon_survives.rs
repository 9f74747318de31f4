//! Proves: C-01, K29
//!
//! The finality providers' own program keeps running, and misses no block, through lost hooks, lag and restarts.

use devnet::Hook;
use devnet::actors::DaemonConfig;
use devnet::daemons::Daemons;
use devnet::network::{Network, Setup};
use serde_json::{Value, json};

use super::support::{ask, start, status};

fn daemons(network: &Network) -> Daemons {
    let config =
        DaemonConfig { num_pub_rand: 500, timestamping_delay_blocks: 100, ..DaemonConfig::default() };
    Daemons::start(network, config)
}

/// Runs until finality keeps up with the blocks, at most so many; no daemon may exit.
fn until_well(network: &mut Network, daemons: &mut Daemons, blocks: u64) {
    for _ in 0..blocks {
        daemons.run(network, 1);
        assert!(daemons.dead().is_empty(), "{:?}", daemons.dead());
        if network.finalized() + 3 >= network.chain.height() {
            return;
        }
    }
    panic!("final {} of {}", network.finalized(), network.chain.height());
}

#[test]
fn it_begins_at_the_first_height_of_its_set() {
    let mut network = Network::start(Setup::new(7, &[40, 30, 20, 10])).unwrap();
    let first = ask(&network, json!({"activated_height": {}}));
    network.chain.next_blocks(5);
    let mut daemons = daemons(&network);
    daemons.run(&mut network, 3);
    let votes = ask(&network, json!({"votes": {"height": first}}));
    assert_eq!(
        votes["btc_pks"].as_array().unwrap().len(),
        4,
        "{}",
        status(&network, first.as_u64().unwrap())
    );
    until_well(&mut network, &mut daemons, 3);
}

/// Each hook that finds its block's anchor missing costs the daemons five blocks a height.
fn outage(blocks: u64) {
    let mut network = start(&[40, 30, 20, 10]);
    let mut daemons = daemons(&network);
    daemons.run(&mut network, 5);
    let next = network.chain.height() + 1;
    network.chain.faults.lose_all(next..next + blocks);
    for (offset, hook) in (blocks + 10..).step_by(3).zip(Hook::ALL) {
        network.chain.faults.lose(next + offset, hook);
    }
    daemons.run(&mut network, blocks + 30);
    until_well(&mut network, &mut daemons, 100);
}

#[test]
fn a_short_outage_of_all_hooks_and_the_loss_of_each() {
    outage(12);
}

#[test]
fn an_outage_longer_than_its_tries() {
    outage(30);
}

#[test]
fn a_lag_without_missing_one_block() {
    let mut network = start(&[34, 33, 33]);
    let mut daemons = daemons(&network);
    daemons.run(&mut network, 5);
    let before = network.chain.height();
    daemons.stopped.insert(0);
    daemons.run(&mut network, 20);
    assert!(network.finalized() <= before, "no quorum without it");
    daemons.stopped.clear();
    until_well(&mut network, &mut daemons, 10);
    for height in before..network.finalized() {
        let votes = ask(&network, json!({"votes": {"height": height}}));
        assert_eq!(
            votes["btc_pks"].as_array().unwrap().len(),
            3,
            "at {height}: {}",
            status(&network, height)
        );
    }
}

/// A page of blocks ends before a hole: a daemon pairs the blocks of a page with its randomness by their position.
#[test]
fn a_restart_across_a_lost_block() {
    let mut network = start(&[34, 33, 33]);
    let mut daemons = daemons(&network);
    daemons.run(&mut network, 5);
    daemons.stopped.insert(0);
    let hole = network.chain.height() + 4;
    network.chain.faults.lose_all(hole..hole + 1);
    daemons.run(&mut network, 8);
    assert!(network.finalized() < hole, "no quorum without it");
    daemons.all[0].restart();
    daemons.stopped.clear();
    until_well(&mut network, &mut daemons, 10);
    let page = |from: u64| -> Vec<u64> {
        let answer = ask(&network, json!({"blocks": {"start_after": from, "limit": 30}}));
        let height = |block: &Value| block["height"].as_u64().unwrap();
        answer["blocks"].as_array().unwrap().iter().map(height).collect()
    };
    assert_eq!(page(hole - 3), [hole - 3, hole - 2, hole - 1]);
    assert_eq!(page(hole)[0], hole + 1);
}
