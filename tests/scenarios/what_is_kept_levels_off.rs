//! Proves: C-36, K28
//!
//! What the contract keeps grows to the size of its retention and no further, its blocks do not get dearer, and a
//! vote takes some sixty bytes. Longer: `cargo xtask simulate`.

use devnet::Hook;
use devnet::network::{Network, Setup};
use serde_json::json;

/// After so many blocks every slot of a vote has been used.
const SLOTS: u64 = 256;

#[test]
fn over_several_rounds_of_all_slots() {
    let over = json!({"vote_retention": 10, "vote_window": 3, "anchor_retention_s": 60});
    let mut network = Network::start(Setup::new(7, &[40, 30, 20, 10]).with(over)).unwrap();
    let mut sizes = Vec::new();
    let mut costs = Vec::new();
    for _ in 0..3 {
        let blocks = network.run(SLOTS + 20).unwrap();
        sizes.push(network.chain.state_size(&network.bsn).bytes);
        let end = |block: &devnet::BlockReport| block.hook(Hook::EndFinality).unwrap().usage.sdk_gas();
        costs.push(blocks.iter().rev().take(64).map(end).sum::<u64>());
    }
    assert!(sizes[2] * 100 <= sizes[1] * 102, "{sizes:?}");
    assert!(costs[2] * 100 <= costs[1] * 105, "{costs:?}");
    let votes: Vec<usize> = network
        .chain
        .storage(&network.bsn)
        .iter()
        .filter(|(key, _)| key[0] == b'v')
        .map(|(key, value)| key.len() + value.len())
        .collect();
    assert_eq!(votes.len(), 4 * usize::try_from(SLOTS).unwrap());
    assert!(votes.iter().all(|bytes| *bytes < 64), "{votes:?}");
}
