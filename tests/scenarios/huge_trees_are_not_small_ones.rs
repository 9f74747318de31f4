//! Proves: K24
//!
//! Numbers of leaves keep all their 64 bits in the 32-bit machine: a small tree does not pass for a huge one.

use devnet::network::Network;
use serde_json::{Value, json};

use super::support::{execute_as, power, start, text};

const WRAP: u64 = 1 << 32;
const LEAVES: u64 = 64;

/// A third finality provider that commits to `LEAVES` nonces and says that there are 2^32 more.
fn with_huge_commitment() -> Network {
    let mut network = start(&[40, 30]);
    network.add_fp(7, 50).unwrap();
    network.relay();
    let start = network.chain.height() + 1;
    network.fps[2].commit(start, LEAVES);
    let mut huge = network.fps[2].commitments().last().unwrap().clone();
    huge.num_pub_rand += WRAP;
    let message = network.fps[2].commit_message(&huge);
    let sender = network.sender.clone();
    execute_as(&mut network, &sender, &message).unwrap();
    network.chain.next_blocks(2);
    network.timestamp().unwrap();
    network.chain.next_blocks(2);
    network
}

fn vote(network: &Network, index: usize, height: u64) -> Value {
    network.fps[index].vote(height, &network.app_hash(height)).unwrap()
}

fn change(message: &mut Value, field: &str, by: u64) {
    let number = &mut message["submit_finality_signature"]["proof"][field];
    *number = json!(number.as_u64().unwrap() + by);
}

#[test]
fn a_small_tree_does_not_pass_for_a_huge_one() {
    let mut network = with_huge_commitment();
    let height = network.chain.height();
    assert!(power(&network, 2, height) > 0, "the commitment covers the height and counts");
    let small = vote(&network, 2, height);
    let mut wrapped = small.clone();
    change(&mut wrapped, "total", WRAP);
    for message in [small, wrapped] {
        let error = text(network.execute(&message));
        assert!(error.contains("proof") || error.contains("aunts"), "{error}");
    }
}

#[test]
fn an_index_or_a_total_that_wraps_is_another_one() {
    let mut network = start(&[40, 30]);
    let height = network.chain.height();
    let good = vote(&network, 0, height);
    for field in ["total", "index"] {
        let mut message = good.clone();
        change(&mut message, field, WRAP);
        let error = text(network.execute(&message));
        assert!(error.contains("proof") || error.contains("index"), "{field}: {error}");
    }
    network.execute(&good).unwrap();
}
