//! Proves: C-03, K15
//!
//! When nothing changes a BeginBlock costs the same with one finality provider and with a thousand, no hook asks
//! another contract anything, and the largest set that a config allows fits into the hooks of a chain that did not
//! even pin the code.

use devnet::actors::Stake;
use devnet::network::{Network, Setup};
use devnet::{BlockReport, Hook, HookOutcome};
use serde_json::json;
use tests::network::{Code, build, distinct_stakes};

use super::support::set;

const HEIGHTS: u64 = 50;
/// Half of what the chain module allows.
const HALF: u64 = 2_500_000;
/// The highest `max_active_finality_providers` there may be.
const MOST: usize = 200;

/// Of so many who are registered those with the most stake vote; on a chain that has not pinned the code.
fn network(registered: usize, active: usize) -> Network {
    let over = json!({"max_active_finality_providers": active});
    let setup = Setup { randomness: HEIGHTS, ..Setup::new(7, &distinct_stakes(registered)).with(over) };
    let mut network =
        build(&setup, Code::Unpinned, |index| if index < active { HEIGHTS } else { 0 }).unwrap();
    network.run(4).unwrap();
    assert_eq!(set(&network, network.chain.height()).len(), active);
    network
}

fn begin(block: &BlockReport) -> u64 {
    [Hook::BeginStaking, Hook::BeginFinality]
        .iter()
        .map(|hook| block.hook(*hook).unwrap().usage.sdk_gas())
        .sum()
}

/// What the most expensive hook of some blocks is charged; all must have taken effect.
fn most_expensive(blocks: &[BlockReport]) -> u64 {
    let hooks = blocks.iter().flat_map(|block| &block.hooks);
    hooks
        .inspect(|hook| assert_eq!(hook.outcome, HookOutcome::Done, "{:?}", hook.hook))
        .map(|hook| hook.usage.charged_gas())
        .max()
        .unwrap()
}

#[test]
fn with_one_ten_a_hundred_and_a_thousand() {
    let mut costs = Vec::new();
    for registered in [1, 10, 100, 1_000] {
        let mut network = network(registered, registered.min(100));
        let before = network.finalized();
        let block = network.step();
        for hook in &block.hooks {
            assert_eq!((hook.usage.queries, hook.usage.calls), (0, 1), "{:?}", hook.hook);
        }
        assert_eq!(network.finalized(), before + 1, "with {registered}");
        assert!(most_expensive(std::slice::from_ref(&block)) < 200_000);
        costs.push(begin(&block));
    }
    let (least, most) = (costs.iter().min().unwrap(), costs.iter().max().unwrap());
    assert!(most * 100 <= least * 110, "{costs:?}");
}

#[test]
fn the_largest_set_fits_when_it_changes_too() {
    let mut network = network(2 * MOST, MOST);
    assert!(most_expensive(&network.run(2).unwrap()) < HALF);

    // Twenty who stood behind the set overtake all who are in it.
    let newcomers = MOST..MOST + 20;
    for index in newcomers.clone() {
        let key = network.fps[index].public_key();
        network.link.app.babylon.delegate(Stake::new(&[key], 3_000 * 100_000_000)).unwrap();
    }
    network.link.relay(&mut network.chain);
    let blocks = network.run(4).unwrap();
    assert!(most_expensive(&blocks) < HALF, "{}", most_expensive(&blocks));
    let after = set(&network, network.chain.height());
    assert_eq!(after.len(), MOST);
    assert!(newcomers.into_iter().all(|index| after.contains_key(&network.fps[index].public_key_hex())));
}
