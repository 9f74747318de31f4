//! Proves: C-06, K13, K16
//!
//! The five thousandth delegation to a finality provider costs what the first did, and when all end at one Bitcoin
//! height their power is gone in one step.

use devnet::actors::Stake;
use devnet::network::Network;
use devnet::{Hook, HookOutcome};
use serde_json::json;

use super::support::{carry, packet, power, queued, run, stake, start};

const SATS: u64 = 10_000;
const COUNT: usize = 5_000;
const AT_ONCE: usize = 100;
const OWN: u64 = 10 * 100_000_000;

/// The gas of each packet.
fn delegate(network: &mut Network) -> Vec<u64> {
    let fp = network.fps[0].public_key();
    let mut costs = Vec::new();
    for _ in 0..COUNT / AT_ONCE {
        for _ in 0..AT_ONCE {
            let stake = Stake { staking_time: 200, unbonding_time: 100, ..Stake::new(&[fp], SATS) };
            network.link.app.babylon.delegate(stake).unwrap();
        }
        let items = queued(network);
        assert_eq!(items.active_del.len(), AT_ONCE);
        costs.push(carry(network, vec![packet(items)])[0].1);
    }
    costs
}

#[test]
fn and_leave_together_in_one_step() {
    let mut network = start(&[10, 40]);
    let costs = delegate(&mut network);
    assert_eq!(stake(&network, 0), OWN + COUNT as u64 * SATS);
    let (least, most) = (costs.iter().min().unwrap(), costs.iter().max().unwrap());
    assert!(most - least < least / 20, "{least} to {most}");
    assert!(most / (AT_ONCE as u64) < 28_000, "{most}");

    network.mine(100);
    assert_eq!(stake(&network, 0), OWN, "all at once");
    run(&mut network, 3);
    assert_eq!(power(&network, 0, network.chain.height()), OWN);
    let block = network.step();
    let hook = block.hook(Hook::EndFinality).unwrap();
    assert_eq!(hook.outcome, HookOutcome::Done);
    assert!(hook.usage.sdk_gas() < 100_000, "nothing is left to clean up: {}", hook.usage.sdk_gas());

    // A late unbonding of what has run out subtracts nothing.
    let txid = *network.link.app.babylon.txids().next().unwrap();
    let late =
        proto::btcstaking::UnbondedBtcDelegation { staking_tx_hash: txid.to_string(), ..Default::default() };
    carry(
        &mut network,
        vec![packet(proto::btcstaking::BtcStakingIbcPacket {
            unbonded_del: vec![late],
            ..Default::default()
        })],
    );
    assert_eq!(stake(&network, 0), OWN);
    let digest = super::support::ask(&network, json!({"state_digest": {}}));
    assert_eq!(digest, network.babylon_digest());
}
