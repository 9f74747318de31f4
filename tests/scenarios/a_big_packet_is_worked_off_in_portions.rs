//! Proves: C-14, K11
//!
//! However big a packet is, it is acknowledged within a block's gas, no item is lost, and the hooks stay within
//! theirs: also when one of them is torn.

use devnet::network::Network;
use devnet::{Hook, HookOutcome};
use proto::btcstaking::{BtcStakingIbcPacket, NewFinalityProvider, UnbondedBtcDelegation};
use serde_json::json;

use super::support::{carry, execute_as, health, packet, quarantined, start};

/// Half of the gas of an ordinary block.
const HALF_A_BLOCK: u64 = 50_000_000;
/// Half of what a hook may use.
const HALF_A_HOOK: u64 = 2_500_000;
const MAX_PACKET: usize = 262_144 - 144;

/// As many undelegations of unknown delegations as fit.
fn ends(count: u32) -> BtcStakingIbcPacket {
    let txid = |n: u32| format!("{n:064x}");
    let one = |n| UnbondedBtcDelegation { staking_tx_hash: txid(n), ..Default::default() };
    BtcStakingIbcPacket { unbonded_del: (0..count).map(one).collect(), ..Default::default() }
}

fn queued(network: &Network) -> u64 {
    health(network)["staking"]["queued"].as_u64().unwrap()
}

/// Blocks until nothing waits; the most expensive BeginBlock call of them.
fn work_off(network: &mut Network) -> u64 {
    let mut most_expensive = 0;
    for _ in 0..2_000 {
        if queued(network) == 0 {
            return most_expensive;
        }
        let block = network.chain.next_block();
        for hook in &block.hooks {
            assert_eq!(hook.outcome, HookOutcome::Done, "{hook:?}");
            most_expensive = most_expensive.max(hook.usage.sdk_gas());
        }
    }
    panic!("{} items still wait", queued(network));
}

#[test]
fn of_thousands_of_ends() {
    let mut network = start(&[40, 30]);
    let data = packet(ends(3_700));
    assert!(data.len() < MAX_PACKET, "{}", data.len());
    let (ack, gas) = carry(&mut network, vec![data]).remove(0);
    assert_eq!(ack, r#"{"result":""}"#);
    assert!(gas < HALF_A_BLOCK, "{gas}");
    let waiting = queued(&network);
    assert!(waiting > 3_000, "{waiting}");

    // What comes behind waits, too: the order is kept.
    network.add_fp(7, 5).unwrap();
    network.relay();
    assert!(queued(&network) > 3_000 - 300);
    let most_expensive = work_off(&mut network);
    assert!(most_expensive < HALF_A_HOOK, "{most_expensive}");
    assert_eq!(quarantined(&network), []);
    let before = health(&network)["staking"]["fps"].clone();
    assert_eq!(before, 3, "the one behind came, too");
    carry(&mut network, vec![packet(ends(10))]);
    assert_eq!(queued(&network), 0);
}

#[test]
fn of_the_smallest_items_there_are() {
    let mut network = start(&[40, 30]);
    // An empty item takes two bytes. All are the same, so the quarantine holds one of each kind.
    let items = BtcStakingIbcPacket {
        new_fp: vec![NewFinalityProvider::default(); 60_000],
        unbonded_del: vec![UnbondedBtcDelegation::default(); 60_000],
        ..Default::default()
    };
    let (ack, gas) = carry(&mut network, vec![packet(items)]).remove(0);
    assert_eq!(ack, r#"{"result":""}"#);
    assert!(gas < HALF_A_BLOCK, "{gas}");
    assert_eq!(queued(&network), 120_000);
    for _ in 0..5 {
        for hook in &network.chain.next_block().hooks {
            assert_eq!(hook.outcome, HookOutcome::Done);
            assert!(hook.usage.sdk_gas() < HALF_A_HOOK, "{hook:?}");
        }
    }
    assert_eq!(quarantined(&network).len(), 1);
}

#[test]
fn of_one_item_that_no_value_of_storage_could_hold() {
    let mut network = start(&[40, 30]);
    let moniker = "x".repeat(250_000);
    let description = Some(proto::cosmos::Description { moniker, ..Default::default() });
    let item = NewFinalityProvider { description, ..Default::default() };
    let data = packet(BtcStakingIbcPacket { new_fp: vec![item], ..Default::default() });
    let (ack, gas) = carry(&mut network, vec![data.clone(), data]).remove(0);
    assert_eq!(ack, r#"{"result":""}"#);
    assert!(gas < HALF_A_BLOCK, "{gas}");
    let aside = quarantined(&network);
    assert_eq!(aside.len(), 1, "{aside:?}");
    let anybody = network.chain.account("anybody");
    execute_as(&mut network, &anybody, &json!({"retry_quarantined": {"ids": [aside[0].0]}})).unwrap();
    assert_eq!(quarantined(&network), aside);
}

/// What a record holds is counted from above: of each kind, good and bad, the hook that works it off uses no more.
#[test]
fn of_every_kind_and_costs_no_more_than_it_is_counted_with() {
    let mut network = start(&[40, 30]);
    let admin = network.admin.clone();
    let fp = network.fps[0].public_key();
    for _ in 0..60 {
        network.link.app.babylon.delegate(devnet::actors::Stake::new(&[fp], 1_000)).unwrap();
    }
    let delegations = super::support::queued(&mut network);
    for _ in 0..60 {
        network.add_fp(7, 1).unwrap();
    }
    let new_fp = super::support::queued(&mut network).new_fp;
    let mut strays = delegations.clone();
    strays.active_del.iter_mut().for_each(|one| one.fp_btc_pk_list = vec!["aa".repeat(32)]);
    let hash = |one: &proto::btcstaking::ActiveBtcDelegation| {
        let tx = staking::StakingTx::parse(&one.staking_tx).unwrap();
        UnbondedBtcDelegation { staking_tx_hash: tx.txid().to_string(), ..Default::default() }
    };
    let unbonded_del = delegations.active_del.iter().map(hash).collect();
    let ended = BtcStakingIbcPacket { unbonded_del, ..Default::default() };
    let fps = BtcStakingIbcPacket { new_fp, ..Default::default() };
    let mut garbage = ends(60);
    garbage.unbonded_del.iter_mut().for_each(|one| one.staking_tx_hash.push('x'));
    for (what, items, least) in [
        ("strays", strays, 100_000),
        ("delegations", delegations, 100_000),
        ("ends", ended, 100_000),
        ("early ends", ends(60), 100_000),
        ("finality providers", fps, 300_000),
        ("garbage", garbage, 100_000),
    ] {
        let pause = |paused: bool| json!({"set_paused": {"packet_intake": paused}});
        execute_as(&mut network, &admin, &pause(true)).unwrap();
        carry(&mut network, vec![packet(items)]);
        execute_as(&mut network, &admin, &pause(false)).unwrap();
        let most_expensive = work_off(&mut network);
        // HOOK_WORK, and what the hook and its message cost by themselves.
        assert!((least..1_200_000 + 30_000).contains(&most_expensive), "{what}: {most_expensive}");
    }
}

#[test]
fn while_the_intake_is_paused_everything_waits_and_nothing_is_lost() {
    let mut network = start(&[40, 30]);
    let admin = network.admin.clone();
    let pause = |paused: bool| json!({"set_paused": {"packet_intake": paused}});
    execute_as(&mut network, &admin, &pause(true)).unwrap();
    network.add_fp(7, 5).unwrap();
    network.relay();
    let anybody = network.chain.account("anybody");
    execute_as(&mut network, &anybody, &json!({"retry_quarantined": {"ids": []}})).unwrap();
    network.chain.next_blocks(5);
    assert_eq!((queued(&network), super::support::stake(&network, 2)), (2, 0));
    execute_as(&mut network, &admin, &pause(false)).unwrap();
    network.chain.next_blocks(2);
    assert_eq!((queued(&network), super::support::stake(&network, 2)), (0, 500_000_000));
}

#[test]
fn and_a_torn_hook_counts_nothing_twice() {
    let mut network = start(&[40, 30]);
    for _ in 0..100 {
        let fp = network.fps[0].public_key();
        network.link.app.babylon.delegate(devnet::actors::Stake::new(&[fp], 1_000)).unwrap();
    }
    let mut items = super::support::queued(&mut network);
    items.unbonded_del = ends(1_000).unbonded_del;
    carry(&mut network, vec![packet(items)]);
    let expected = network.babylon_digest();
    let mut calm = network.clone();
    work_off(&mut calm);
    assert_eq!(super::support::ask(&calm, json!({"state_digest": {}})), expected);

    let mut writes = 0;
    while queued(&network) > 0 {
        let height = network.chain.height() + 1;
        network.chain.faults.tear(height, Hook::BeginFinality, writes % 90);
        writes += 7;
        network.chain.next_block();
        assert!(writes < 7 * 2_000, "{} items still wait", queued(&network));
    }
    assert_eq!(super::support::ask(&network, json!({"state_digest": {}})), expected);
    assert_eq!(quarantined(&network), quarantined(&calm));
}
