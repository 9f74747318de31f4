//! Proves: C-16, C-18
//!
//! Random histories on Babylon's side, through packets that get lost, come twice or in another order, a channel that
//! closes and one that replaces it: afterwards the digests are equal, or say that they are not, and `resync` corrects it.

use std::collections::BTreeSet;

use devnet::actors::Stake;
use devnet::network::Network;
use primitives::Txid;
use proptest::prelude::*;
use proptest::sample::Index;
use proto::btcstaking::{BtcStakingIbcPacket, UnbondedBtcDelegation};
use serde_json::{Value, json};

use super::support::{ask, base64, carry, execute_as, packet, queued, start_with};

const DAY: u64 = 86_400;

/// What happens on Babylon, and what becomes of the packet that says so.
#[derive(Debug, Clone)]
enum Op {
    Register,
    Delegate(Index, u64),
    Undelegate(Index),
    Expand(Index, u64),
    Slash(Index),
    /// The packet of all that is queued: its items each on their own, in another order, some of them twice or lost.
    Send {
        order: Vec<Index>,
        lost: Vec<bool>,
    },
    Replace,
}

fn op() -> impl Strategy<Value = Op> {
    let send =
        (prop::collection::vec(any::<Index>(), 0..6), prop::collection::vec(prop::bool::weighted(0.1), 8));
    prop_oneof![
        2 => Just(Op::Register),
        8 => (any::<Index>(), 1..1_000_000_u64).prop_map(|(fp, sats)| Op::Delegate(fp, sats)),
        4 => any::<Index>().prop_map(Op::Undelegate),
        1 => (any::<Index>(), 1..1_000_u64).prop_map(|(which, more)| Op::Expand(which, more)),
        1 => any::<Index>().prop_map(Op::Slash),
        5 => send.prop_map(|(order, lost)| Op::Send { order, lost }),
        1 => Just(Op::Replace),
    ]
}

/// The providers of the present consumer id.
fn ours(network: &Network) -> Vec<usize> {
    let of_client = |index: &usize| {
        let fp = network.link.app.babylon.fp(&network.fps[*index].public_key()).unwrap();
        fp.bsn_id == network.link.app.client && !fp.is_slashed
    };
    (0..network.fps.len()).filter(of_client).collect()
}

fn live(network: &Network) -> Vec<Txid> {
    let babylon = &network.link.app.babylon;
    let is_live = |txid: &&Txid| {
        let one = babylon.delegation(txid).unwrap();
        !one.is_unbonded && ours(network).iter().any(|fp| one.fps.contains(&network.fps[*fp].public_key()))
    };
    babylon.txids().filter(is_live).copied().collect()
}

fn single_items(items: BtcStakingIbcPacket) -> Vec<BtcStakingIbcPacket> {
    let empty = BtcStakingIbcPacket::default;
    let fps = items.new_fp.into_iter().map(|one| BtcStakingIbcPacket { new_fp: vec![one], ..empty() });
    let active =
        items.active_del.into_iter().map(|one| BtcStakingIbcPacket { active_del: vec![one], ..empty() });
    let ended =
        items.unbonded_del.into_iter().map(|one| BtcStakingIbcPacket { unbonded_del: vec![one], ..empty() });
    fps.chain(active).chain(ended).collect()
}

fn perform(network: &mut Network, op: Op) {
    match op {
        Op::Register => {
            network.add_fp(7, 1).unwrap();
        }
        Op::Delegate(which, sats) => {
            let ours = ours(network);
            if !ours.is_empty() {
                let fp = network.fps[ours[which.index(ours.len())]].public_key();
                network.link.app.babylon.delegate(Stake::new(&[fp], sats)).unwrap();
            }
        }
        Op::Undelegate(which) => {
            let live = live(network);
            if !live.is_empty() {
                network.link.app.babylon.undelegate(&live[which.index(live.len())]).unwrap();
            }
        }
        Op::Expand(which, more) => {
            let live = live(network);
            if !live.is_empty() {
                network.link.app.babylon.expand(&live[which.index(live.len())], more).unwrap();
            }
        }
        Op::Slash(which) => {
            let ours = ours(network);
            if ours.len() > 1 {
                let index = ours[which.index(ours.len())];
                // Here by the same evidence, without the vote: the daemons' suites have a message for it.
                let fp = network.fps[index].public_key();
                let slash = json!({"slash": {"fp_btc_pk_hex": fp.to_string()}});
                let admin = network.admin.clone();
                if execute_as(network, &admin, &slash).is_ok() {
                    network.link.app.babylon.slash(&fp).unwrap();
                }
            }
        }
        Op::Send { order, lost } => {
            if network.link.app.babylon.queued_events(&network.link.app.client) == 0 {
                return;
            }
            let mut items: Vec<_> = single_items(queued(network))
                .into_iter()
                .enumerate()
                .filter(|(place, _)| !lost[place % lost.len()])
                .map(|(_, one)| packet(one))
                .collect();
            if items.is_empty() {
                return;
            }
            for pair in order.chunks(2) {
                let (from, to) = (pair[0].index(items.len()), pair[pair.len() - 1].index(items.len()));
                items.swap(from, to);
                items.push(items[from].clone());
            }
            carry(network, items);
        }
        Op::Replace => {
            network.chain.skip_seconds(DAY);
            network.chain.next_block();
            network.reconnect().unwrap();
            let (admin, connection) = (network.admin.clone(), network.link.connection_id.clone());
            execute_as(network, &admin, &json!({"rebind_connection": {"connection_id": connection}}))
                .unwrap();
            network.chain.next_block();
            network.open_channel().unwrap();
        }
    }
}

/// Everything that the contract holds to be live and Babylon does not.
fn surplus(network: &Network) -> BtcStakingIbcPacket {
    let live: BTreeSet<String> = live(network).iter().map(ToString::to_string).collect();
    let mut unbonded_del = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = json!({"delegations": {"active": true, "limit": 30, "start_after": after}});
        let page = ask(network, query)["delegations"].as_array().unwrap().clone();
        let Some(last) = page.last() else { break };
        after = json!(txid_of(last));
        let ended = page.iter().map(txid_of).filter(|txid| !live.contains(txid));
        unbonded_del.extend(
            ended.map(|staking_tx_hash| UnbondedBtcDelegation { staking_tx_hash, ..Default::default() }),
        );
    }
    BtcStakingIbcPacket { unbonded_del, ..Default::default() }
}

fn txid_of(delegation: &Value) -> String {
    let bytes: Vec<u8> = serde_json::from_value(delegation["staking_tx"].clone()).unwrap();
    staking::StakingTx::parse(&bytes).unwrap().txid().to_string()
}

fn digest(network: &Network) -> Value {
    ask(network, json!({"state_digest": {}}))
}

fn resync(network: &mut Network, items: BtcStakingIbcPacket) {
    let admin = network.admin.clone();
    let message = json!({"resync": {"packet": base64(&packet(items))}});
    execute_as(network, &admin, &message).unwrap();
}

/// Everything that waits is sent, and everything that lies aside is tried again.
fn settle(network: &mut Network) {
    network.relay();
    let aside = ask(network, json!({"quarantined": {"limit": 30}}));
    let ids: Vec<_> = aside["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
    let sender = network.sender.clone();
    execute_as(network, &sender, &json!({"retry_quarantined": {"ids": ids}})).unwrap();
}

/// What an operator does when the digests differ: first what is missing, then what lay aside for want of it, and last
/// what Babylon no longer has. After a move to another channel nobody registers before a packet has said this chain's
/// new id; every timestamp does.
fn repair(network: &mut Network) {
    network.timestamp().unwrap();
    let snapshot = network.link.app.babylon.snapshot(&network.link.app.client);
    resync(network, snapshot);
    settle(network);
    let surplus = surplus(network);
    resync(network, surplus);
}

thread_local! {
    static FRESH: Network = start_with(&[40, 30], json!({"anchor_retention_s": 30 * DAY, "orphan_grace": DAY}));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn after_any_history_and_a_resync(ops in prop::collection::vec(op(), 1..30)) {
        let mut network = FRESH.with(Clone::clone);
        let mut lossless = true;
        for op in ops {
            lossless &= !matches!(&op, Op::Send { lost, .. } if lost.contains(&true));
            perform(&mut network, op);
        }
        settle(&mut network);
        if lossless {
            prop_assert_eq!(digest(&network), network.babylon_digest(), "nothing was lost");
        }
        repair(&mut network);
        prop_assert_eq!(digest(&network), network.babylon_digest());
    }
}

#[test]
fn after_the_first_registration_on_a_new_channel_was_lost() {
    let mut network = FRESH.with(Clone::clone);
    perform(&mut network, Op::Replace);
    perform(&mut network, Op::Register);
    let BtcStakingIbcPacket { active_del, .. } = queued(&mut network);
    carry(&mut network, vec![packet(BtcStakingIbcPacket { active_del, ..Default::default() })]);
    settle(&mut network);
    repair(&mut network);
    assert_eq!(digest(&network), network.babylon_digest());
}

#[test]
fn after_an_end_was_lost_while_its_delegation_lay_aside() {
    let mut network = FRESH.with(Clone::clone);
    network.add_fp(7, 1).unwrap();
    let txid = *live(&network).iter().find(|txid| of_the_last(&network, txid)).unwrap();
    network.link.app.babylon.undelegate(&txid).unwrap();
    let BtcStakingIbcPacket { active_del, .. } = queued(&mut network);
    carry(&mut network, vec![packet(BtcStakingIbcPacket { active_del, ..Default::default() })]);
    settle(&mut network);
    repair(&mut network);
    assert_eq!(digest(&network), network.babylon_digest());
}

fn of_the_last(network: &Network, txid: &Txid) -> bool {
    let last = network.fps.last().unwrap().public_key();
    network.link.app.babylon.delegation(txid).unwrap().fps.contains(&last)
}

#[test]
fn on_a_live_network_the_digest_says_what_is_missing() {
    let mut network = start_with(&[40, 30], json!({"network": "signet"}));
    let fp = network.fps[0].public_key();
    network.link.app.babylon.delegate(Stake::new(&[fp], 5)).unwrap();
    let lost = queued(&mut network);
    let (here, there) = (digest(&network), network.babylon_digest());
    assert_ne!(here["sha256"], there["sha256"]);
    let sats = |digest: &Value| digest["total_sats"].as_str().unwrap().parse::<u64>().unwrap();
    assert_eq!(sats(&there) - sats(&here), 5);
    let admin = network.admin.clone();
    let message = json!({"resync": {"packet": base64(&packet(lost))}});
    assert!(execute_as(&mut network, &admin, &message).is_err());
}
