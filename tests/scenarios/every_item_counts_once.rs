//! Proves: C-13, C-16, C-17, K4, K13, K30
//!
//! Of a packet each item is applied, known or kept aside with its reason; twice is as good as once; and anybody may
//! have what lies aside tried again.

use devnet::actors::Stake;
use devnet::actors::babylon::AdaptorSignatures;
use devnet::network::Network;
use proptest::prelude::*;
use proto::btcstaking::{BtcStakingIbcPacket, UnbondedBtcDelegation};
use serde_json::json;

use super::support::{
    ask, carry, execute_as, health, key, packet, quarantined, queued, stake, start, start_with,
};

const BTC: u64 = 100_000_000;
const OK: &str = r#"{"result":""}"#;

fn delegate(network: &mut Network, index: usize, sats: u64) -> String {
    let fp = network.fps[index].public_key();
    network.link.app.babylon.delegate(Stake::new(&[fp], sats)).unwrap().to_string()
}

fn retry(network: &mut Network, ids: &[u64]) {
    let anybody = network.chain.account("anybody");
    execute_as(network, &anybody, &json!({"retry_quarantined": {"ids": ids}})).unwrap();
}

/// Two good delegations, and everything that aborts the incumbent's packet.
fn poisoned(network: &mut Network) -> BtcStakingIbcPacket {
    delegate(network, 0, 5);
    delegate(network, 1, 7);
    let unknown = delegate(network, 0, 11);
    let mut items = queued(network);
    let lost = items.active_del.pop().unwrap();
    let mut stray = lost.clone();
    stray.fp_btc_pk_list = vec!["aa".repeat(32)];
    let mut huge = lost.clone();
    huge.total_sat = u64::MAX;
    let mut no_undelegation_info = items.active_del[0].clone();
    no_undelegation_info.undelegation_info = None;
    let mut twice = network.link.app.babylon.snapshot(&network.link.app.client).new_fp[0].clone();
    twice.commission = "0.9".into();
    items.new_fp.push(twice);
    items.active_del.extend([stray, huge, no_undelegation_info]);
    items.unbonded_del.push(UnbondedBtcDelegation { staking_tx_hash: unknown, ..Default::default() });
    items.unbonded_del.push(UnbondedBtcDelegation { staking_tx_hash: "xyz".into(), ..Default::default() });
    items
}

#[test]
fn the_good_items_of_a_poisoned_packet_are_applied_once() {
    let mut network = start(&[40, 30]);
    let items = packet(poisoned(&mut network));
    for round in 0..3 {
        for (ack, _) in carry(&mut network, vec![items.clone()]) {
            assert_eq!(ack, OK);
        }
        assert_eq!([stake(&network, 0), stake(&network, 1)], [40 * BTC + 5, 30 * BTC + 7], "round {round}");
        let aside = quarantined(&network);
        let kinds: Vec<_> = aside.iter().map(|(_, kind, _)| kind.as_str()).collect();
        assert_eq!(kinds.len(), 5, "{aside:?}");
        assert_eq!(kinds.iter().filter(|kind| **kind == "active_del").count(), 3);
        assert!(aside.iter().any(|(_, _, reason)| reason.contains("total_sat")), "{aside:?}");
        assert_eq!(health(&network)["staking"]["quarantined"], 5);
    }
}

#[test]
fn what_lies_aside_is_tried_again_by_anybody_and_leaves_when_it_counts() {
    let mut network = start(&[40, 30]);
    network.add_fp(7, 5).unwrap();
    let mut items = queued(&mut network);
    let fp = items.new_fp.pop().unwrap();
    carry(&mut network, vec![packet(items.clone())]);
    let aside = quarantined(&network);
    assert_eq!(aside.len(), 1);
    assert!(aside[0].2.contains("names no finality provider"), "{aside:?}");

    retry(&mut network, &[aside[0].0]);
    assert_eq!(quarantined(&network), aside, "it stays, under its number");
    carry(&mut network, vec![packet(BtcStakingIbcPacket { new_fp: vec![fp], ..Default::default() })]);
    assert_eq!(stake(&network, 2), 0);
    retry(&mut network, &[aside[0].0]);
    assert_eq!((stake(&network, 2), quarantined(&network)), (5 * BTC, vec![]));
    let anybody = network.chain.account("anybody");
    let again = execute_as(&mut network, &anybody, &json!({"retry_quarantined": {"ids": [aside[0].0]}}));
    assert_eq!(again.unwrap().attribute("wasm", "gone"), Some("1"));
    carry(&mut network, vec![packet(items)]);
    assert_eq!((stake(&network, 2), quarantined(&network)), (5 * BTC, vec![]));
}

#[test]
fn an_end_that_comes_before_its_delegation_is_not_lost() {
    let mut network = start(&[40, 30]);
    let txid = delegate(&mut network, 0, 9);
    network.link.app.babylon.undelegate(&txid.parse_txid()).unwrap();
    let items = queued(&mut network);
    let (late, early) = (
        BtcStakingIbcPacket { active_del: items.active_del, ..Default::default() },
        BtcStakingIbcPacket { unbonded_del: items.unbonded_del, ..Default::default() },
    );
    for items in [&early, &late, &early, &late] {
        carry(&mut network, vec![packet(items.clone())]);
        assert_eq!(stake(&network, 0), 40 * BTC);
    }
    let shown = ask(&network, json!({"delegation": {"staking_tx_hash_hex": txid}}));
    assert!(shown["undelegation_info"]["delegator_unbonding_info"].is_object(), "{shown}");
}

#[test]
fn a_stake_expansion_moves_the_stake_in_one_packet() {
    let mut network = start(&[40, 30]);
    let old = delegate(&mut network, 0, 1_000);
    network.relay();
    let new = network.link.app.babylon.expand(&old.parse_txid(), 500).unwrap().to_string();
    network.relay();
    assert_eq!(stake(&network, 0), 40 * BTC + 1_500);
    let shown = |txid: &str| ask(&network, json!({"delegation": {"staking_tx_hash_hex": txid}}));
    assert!(shown(&old)["undelegation_info"]["delegator_unbonding_info"].is_object());
    assert!(shown(&new)["undelegation_info"]["delegator_unbonding_info"].is_null());
    assert_eq!(shown(&new)["total_sat"], 1_500);
}

/// Lock times that wallets set, two inputs, both forms of the covenant's signatures: on a live network, where the
/// stake must be the output it is said to be.
#[test]
fn transactions_of_mainnets_shapes_are_taken() {
    let mut network = start_with(&[40, 30], json!({"network": "signet"}));
    let fp = network.fps[0].public_key();
    let mut sats = 0;
    for lock_time in [0, 1, 65_535, 65_536, 870_000, 1_730_000_000, u32::MAX] {
        for adaptor_signatures in [AdaptorSignatures::New, AdaptorSignatures::Old] {
            sats += 1_000;
            let one = Stake { lock_time: Some(lock_time), adaptor_signatures, ..Stake::new(&[fp], 1_000) };
            let txid = network.link.app.babylon.delegate(one).unwrap();
            network.relay();
            sats += 10;
            network.link.app.babylon.expand(&txid, 10).unwrap();
            network.relay();
            assert_eq!(stake(&network, 0), 40 * BTC + sats, "{lock_time} {adaptor_signatures:?}");
        }
    }
    assert_eq!(quarantined(&network), []);
    // One that says it is more than it is.
    network.link.app.babylon.delegate(Stake::new(&[fp], 1_000)).unwrap();
    let mut items = queued(&mut network);
    items.active_del[0].total_sat += 1;
    carry(&mut network, vec![packet(items)]);
    assert!(quarantined(&network)[0].2.contains("is not a stake of 1001 sats"));
}

#[test]
fn keys_are_one_whatever_the_case_of_their_letters() {
    let mut network = start(&[40, 30]);
    delegate(&mut network, 0, 3);
    let mut items = queued(&mut network);
    items.active_del[0].fp_btc_pk_list[1].make_ascii_uppercase();
    carry(&mut network, vec![packet(items)]);
    assert_eq!(stake(&network, 0), 40 * BTC + 3);
    let shouted = key(&network, 0).to_ascii_uppercase();
    let info = ask(&network, json!({"finality_provider_info": {"btc_pk_hex": shouted}}));
    assert_eq!(info["total_active_sats"], 40 * BTC + 3);
}

trait ParseTxid {
    fn parse_txid(&self) -> primitives::Txid;
}

impl ParseTxid for String {
    fn parse_txid(&self) -> primitives::Txid {
        primitives::Txid::from_display_hex(self).unwrap()
    }
}

thread_local! {
    static FRESH: Network = start(&[40, 30]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Delegations and ends, cut into packets anyhow, repeated and in any order.
    #[test]
    fn order_and_repetition_do_not_matter(
        sats in prop::collection::vec(1..1_000_u64, 6),
        ended in prop::collection::vec(any::<bool>(), 6),
        order in Just((0..24).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let mut network = FRESH.with(Clone::clone);
        for (sats, ended) in sats.iter().zip(&ended) {
            let txid = delegate(&mut network, 0, *sats);
            if *ended {
                network.link.app.babylon.undelegate(&txid.parse_txid()).unwrap();
            }
        }
        let items = queued(&mut network);
        let single = items.active_del.into_iter().map(|one| BtcStakingIbcPacket { active_del: vec![one], ..Default::default() });
        let mut packets: Vec<_> = single.map(packet).collect();
        packets.extend(items.unbonded_del.into_iter().map(|one| {
            packet(BtcStakingIbcPacket { unbonded_del: vec![one], ..Default::default() })
        }));
        let shuffled = order.iter().map(|place| packets[place % packets.len()].clone()).collect();
        carry(&mut network, shuffled);
        let live: u64 = sats.iter().zip(&ended).filter(|(_, ended)| !**ended).map(|(sats, _)| sats).sum();
        prop_assert_eq!(stake(&network, 0), 40 * BTC + live);
        prop_assert_eq!(ask(&network, json!({"state_digest": {}})), network.babylon_digest());
    }
}
