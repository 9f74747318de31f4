//! Proves: C-52, K31
//!
//! The header of the block that holds a commitment does not contain it yet: only a timestamp above counts.

use devnet::network::Network;
use serde_json::json;

use super::support::{health, power, start};

fn branch(network: &Network, name: &str) -> Network {
    Network { chain: network.chain.fork(name), ..network.clone() }
}

/// A network in which a fourth finality provider has stake and no randomness.
fn without_randomness() -> Network {
    let mut network = start(&[40, 30, 20]);
    network.add_fp(7, 50).unwrap();
    network.relay();
    network
}

fn timestamp_height(network: &Network) -> u64 {
    health(network)["timestamps"]["height"].as_u64().unwrap()
}

fn header_of(network: &mut Network, height: u64) {
    let time = network.chain.header(height).unwrap().time.nanos();
    let app_hash = network.app_hash(height);
    network.timestamp_of(height, &app_hash, time).unwrap();
    network.chain.next_blocks(2);
}

#[test]
fn neither_of_two_commitments_in_the_parting_block_counts_by_that_block() {
    let network = without_randomness();
    let parting = network.chain.height() + 1;
    let mut branches = [branch(&network, "a"), branch(&network, "b")];
    for (index, branch) in (0..).zip(&mut branches) {
        let message = branch.fps[3].commit_on_branch(index, parting, 500);
        branch.execute(&message).unwrap();
        branch.chain.next_blocks(3);
        assert_eq!(branch.chain.header(parting).unwrap().app_hash, network.chain.next_app_hash());
        header_of(branch, parting);
        assert_eq!(timestamp_height(branch), parting);
        assert_eq!(power(branch, 3, branch.chain.height()), 0, "branch {index}");
        let tip = branch.chain.height();
        let hash = branch.app_hash(tip);
        let vote = branch.fps[3].vote_on_branch(index, tip, &hash).unwrap();
        branch.execute(&vote).unwrap_err();
    }
    let [mut a, mut b] = branches;
    assert_ne!(a.app_hash(parting + 1), b.app_hash(parting + 1), "the branches have parted");
    header_of(&mut a, parting + 1);
    assert!(power(&a, 3, a.chain.height()) > 0);

    // One Bitcoin has one timestamp: the other branch sees a header that is not its own.
    let time = a.chain.header(parting + 1).unwrap().time.nanos();
    b.timestamp_of(parting + 1, &a.app_hash(parting + 1), time).unwrap();
    b.chain.next_blocks(2);
    assert_eq!(timestamp_height(&b), parting);
    assert_eq!(power(&b, 3, b.chain.height()), 0);
    let alarms = health(&b)["alarms"].clone();
    assert_ne!(alarms, json!([]));
}
