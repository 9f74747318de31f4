//! Proves: C-39, C-43, K26
//!
//! The same files run in cosmwasm-vm 2.2 and 3.0, and every block leaves the same state and the same events in both,
//! through finality, a lost hook, a double signer and the packets of the channel.

use std::rc::Rc;

use devnet::network::{Network, Setup};
use devnet::{Genesis, Hook};

use super::support::vote_for;

devnet::devnet_vm! {
    /// The older of the two that chains run.
    pub struct Vm2 { vm: cosmwasm_vm_2, std: cosmwasm_std_2, version: "2.2.10" }
}

/// What a run leaves behind: the application hash of every block, and the events of its hooks.
fn story(genesis: Genesis) -> Vec<([u8; 32], String)> {
    let mut network = Network::start_on(genesis, Setup::new(39, &[40, 30, 20, 10])).unwrap();
    let mut told = Vec::new();
    let mut tell = |network: &mut Network, blocks| {
        for report in network.run(blocks).unwrap() {
            let hooks: Vec<_> = report.hooks.iter().map(|hook| &hook.events).collect();
            told.push((report.header.app_hash, format!("{hooks:?} {:?}", report.events)));
        }
    };
    tell(&mut network, 6);
    network.chain.faults.lose(network.chain.height() + 1, Hook::EndFinality);
    tell(&mut network, 4);
    let height = network.chain.height();
    vote_for(&mut network, 3, height, height).unwrap();
    let report = vote_for(&mut network, 3, height, height - 1).unwrap();
    let key = report.attribute("wasm-slashed_finality_provider", "extracted_secret_key");
    assert!(key.is_some(), "the double signer is caught");
    tell(&mut network, 6);
    network.timestamp().unwrap();
    tell(&mut network, 4);
    assert!(network.finalized() > height, "finality goes on: {} after {height}", network.finalized());
    told
}

#[test]
fn both_leave_the_same_state_and_the_same_events() {
    let newer = story(Genesis::default());
    let older = story(Genesis { vm: Rc::new(Vm2), ..Genesis::default() });
    assert_eq!(newer.len(), 20);
    for (block, (newer, older)) in newer.iter().zip(&older).enumerate() {
        assert_eq!(newer, older, "block {block} of the story");
    }
}
