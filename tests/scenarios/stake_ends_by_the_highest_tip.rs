//! Proves: K17
//!
//! Stake ends when Bitcoin says so, however much at once, in hooks that stay far below their limit.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use devnet::actors::babylon::Stake;
use devnet::network::Network;
use devnet::{Hook, HookOutcome};
use serde_json::json;

use super::support::{ask, health, key, power, run, start};

const SATS: u64 = 1_000_000;

/// A network in which the first finality provider has `count` more delegations, the one after the other ending
/// `apart` blocks later, from a hundred blocks on.
fn with_delegations(count: u32, apart: u32) -> Network {
    let mut network = start(&[10, 40]);
    let fp = network.fps[0].public_key();
    for number in 0..count {
        let staking_time = 200 + number * apart;
        let stake = Stake { staking_time, unbonding_time: 100, ..Stake::new(&[fp], SATS) };
        network.link.app.babylon.delegate(stake).unwrap();
    }
    while network.link.app.babylon.queued_events(&network.link.app.client) > 0 {
        network.relay();
    }
    network
}

fn sats(network: &Network, index: usize) -> u64 {
    let asked = json!({"finality_provider_info": {"btc_pk_hex": key(network, index)}});
    ask(network, asked)["total_active_sats"].as_u64().unwrap()
}

/// Ends blocks until nothing waits to be ended; how many that took, and what the most expensive hook used.
fn settle(network: &mut Network) -> (u64, u64) {
    let (mut blocks, mut most) = (0, 0);
    loop {
        let block = network.step();
        let hook = block.hook(Hook::EndFinality).unwrap();
        assert_eq!(hook.outcome, HookOutcome::Done);
        (blocks, most) = (blocks + 1, most.max(hook.usage.charged_gas()));
        if health(network)["bitcoin"]["expiring"] == false {
            return (blocks, most);
        }
        assert!(blocks < 100, "it does not end");
    }
}

#[test]
fn two_hundred_delegations_end_at_one_height_in_one_step() {
    let mut network = with_delegations(200, 0);
    assert_eq!(sats(&network, 0), 1_000_000_000 + 200 * SATS);
    network.mine(99);
    assert_eq!(sats(&network, 0), 1_000_000_000 + 200 * SATS, "a block too early");
    network.mine(1);
    assert_eq!(sats(&network, 0), 1_000_000_000);
    run(&mut network, 3);
    assert_eq!(power(&network, 0, network.chain.height()), 1_000_000_000);
    let babylon = network.link.app.babylon.active_sats(&network.fps[0].public_key());
    assert_eq!(sats(&network, 0), babylon);
}

#[test]
fn a_jump_over_many_heights_is_worked_off_in_portions() {
    let mut network = with_delegations(200, 1);
    network.mine(400);
    assert!(sats(&network, 0) > 1_000_000_000);
    assert_eq!(health(&network)["bitcoin"]["expiring"], true);
    let (blocks, most) = settle(&mut network);
    assert_eq!(sats(&network, 0), 1_000_000_000);
    assert!(blocks <= 4 && most < 2_500_000, "{blocks} blocks, {most} gas at most");
}

#[test]
fn a_torn_hook_ends_no_stake_twice_and_none_by_half() {
    for writes in 0..12 {
        let mut network = with_delegations(100, 1);
        // The packet ends a first portion, the hook of its block a second.
        let height = network.chain.height() + 1;
        network.chain.faults.tear(height, Hook::EndFinality, writes);
        network.mine(400);
        settle(&mut network);
        assert_eq!(sats(&network, 0), 1_000_000_000, "torn after {writes} writes");
    }
}

#[test]
fn a_shorter_bitcoin_brings_no_stake_back() {
    let mut network = with_delegations(1, 0);
    network.mine(100);
    assert_eq!(sats(&network, 0), 1_000_000_000);
    network.miner.reorg(30, 31);
    network.see_bitcoin();
    run(&mut network, 12);
    assert_eq!(sats(&network, 0), 1_000_000_000);
}

/// Nobody relays any more, but somebody feeds the light client.
#[test]
fn a_tip_that_no_packet_brought_is_seen_within_ten_blocks() {
    let mut network = with_delegations(1, 0);
    let headers: Vec<u8> = network.miner.mine_blocks(100).into_iter().flat_map(|info| info.header).collect();
    let message = json!({ "raw_btc_headers": { "headers": BASE64_STANDARD.encode(headers) } });
    let (admin, client) = (network.admin.clone(), network.light_client.clone());
    network.chain.execute(&admin, &client, &message).unwrap();
    assert_eq!(sats(&network, 0), 1_000_000_000 + SATS);
    run(&mut network, 10);
    assert_eq!(sats(&network, 0), 1_000_000_000);
}
