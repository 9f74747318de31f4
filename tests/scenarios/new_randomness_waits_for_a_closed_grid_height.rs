//! Proves: D-35
//!
//! Without Babylon new randomness counts once a grid height has closed above it and a timestamp lies above it: neither alone will do, and on a
//! fork that the committee does not vote for none ever counts.

use devnet::network::{GRID, Network};
use serde_json::json;

use super::support::alone::{BTC, alone};
use super::support::{ask, health, power, run, text};

fn closed_through(network: &Network) -> u64 {
    ask(network, json!({"grid": {}}))["closed_through"].as_u64().unwrap()
}

fn timestamped(network: &Network) -> u64 {
    health(network)["timestamps"]["height"].as_u64().unwrap()
}

/// Everybody votes until a grid height above this one has closed.
fn close_above(network: &mut Network, height: u64) {
    while closed_through(network) <= height {
        run(network, 10);
        assert!(network.chain.height() < height + 5 * GRID, "{}", ask(network, json!({"grid": {}})));
    }
}

/// One more finality provider, with stake that counts, and without randomness.
fn newcomer(network: &mut Network) -> usize {
    let index = network.register_own_fp(7, None).unwrap();
    network.delegate_own(index, 20 * BTC).unwrap();
    network.prove_stake().unwrap();
    index
}

/// Its power in a block to come.
fn power_now(network: &mut Network, index: usize) -> u64 {
    run(network, 3);
    power(network, index, network.chain.height())
}

/// Commits randomness; the block that holds it.
fn committed(network: &mut Network, index: usize, branch: u32) -> u64 {
    let block = network.chain.height() + 1;
    let message = network.fps[index].commit_on_branch(branch, block + 1, 900);
    network.execute(&message).unwrap();
    run(network, 2);
    block
}

#[test]
fn the_first_randomness_counts_by_word_before_anything_is_final() {
    let mut network = alone(&[40, 30, 20]);
    assert_eq!(closed_through(&network), 0);
    assert!(network.finalized() > 0);
    assert_eq!((0..3).map(|index| power_now(&mut network, index) / BTC).collect::<Vec<_>>(), [40, 30, 20]);
    // The word is not taken again while grid heights may close.
    let refused = text(network.bootstrap());
    assert!(refused.contains("bootstrap is from"), "{refused}");
}

#[test]
fn a_timestamp_does_not_do_without_a_close_nor_a_close_without_a_timestamp() {
    let mut network = alone(&[40, 30, 20]);
    let (first, second) = (newcomer(&mut network), newcomer(&mut network));
    let block = committed(&mut network, first, 0);
    network.timestamp().unwrap();
    assert!(timestamped(&network) > block);
    assert_eq!(power_now(&mut network, first), 0, "nothing has closed");
    close_above(&mut network, block);
    assert_eq!(power_now(&mut network, first), 20 * BTC);

    let block = committed(&mut network, second, 0);
    close_above(&mut network, block);
    assert!(timestamped(&network) < block);
    assert_eq!(power_now(&mut network, second), 0, "nothing above it is in Bitcoin");
    network.timestamp().unwrap();
    assert_eq!(power_now(&mut network, second), 20 * BTC);
}

#[test]
fn on_a_fork_no_new_randomness_ever_counts() {
    let mut network = alone(&[40, 30, 20]);
    let index = newcomer(&mut network);
    let branch = |name: &str| Network { chain: network.chain.fork(name), ..network.clone() };
    let (mut real, mut fork) = (branch("real"), branch("fork"));
    // On the fork, the newcomer and one other vote; the rest is on the other branch.
    fork.offline.extend([0, 1]);
    let blocks = [committed(&mut real, index, 0), committed(&mut fork, index, 1)];
    real.timestamp().unwrap();
    close_above(&mut real, blocks[0]);
    assert_eq!(power_now(&mut real, index), 20 * BTC);

    for _ in 0..5 {
        fork.run(GRID).unwrap();
        // Whoever pays a fee writes the fork into Bitcoin.
        fork.timestamp().unwrap();
    }
    assert!(timestamped(&fork) > blocks[1] + 3 * GRID);
    assert_eq!(closed_through(&fork), 0);
    assert_eq!(power_now(&mut fork, index), 0);
}
