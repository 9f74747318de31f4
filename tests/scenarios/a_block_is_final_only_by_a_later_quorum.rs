//! Proves: C-07, C-53, K1, K25
//!
//! A quorum at a height is for the state before its block: the block itself is final by a later quorum.

use proptest::prelude::*;

use super::support::{start, status};

#[test]
fn a_quorum_at_its_own_height_is_not_enough() {
    let mut network = start(&[40, 30, 20, 10]);
    let height = network.chain.height();
    network.step();
    assert_eq!(network.finalized(), height);
    let own = status(&network, height);
    assert_eq!((&own["vote"]["state"], &own["block"]), (&"quorum".into(), &"pending".into()), "{own}");
    network.step();
    let own = status(&network, height);
    assert_eq!((&own["block"], &own["certified_by"]), (&"final".into(), &(height + 1).into()), "{own}");
}

#[test]
fn blocks_without_votes_are_never_counted() {
    let mut network = start(&[40, 30, 20, 10]);
    let before = network.finalized();
    network.offline.extend(0..4);
    for _ in 0..15 {
        network.step();
        assert_eq!(network.finalized(), before);
    }
    // Nor are those with 60 of 100.
    network.offline.clear();
    network.offline.extend([0]);
    for height in before + 1..=network.chain.height() {
        for index in 1..4 {
            network.vote(index, height).unwrap();
        }
    }
    network.chain.next_blocks(2);
    assert_eq!(network.finalized(), before);
}

#[test]
fn two_thirds_are_not_more_than_two_thirds() {
    let mut network = start(&[10, 10, 10]);
    let before = network.finalized();
    network.offline.insert(2);
    network.run(5).unwrap();
    assert!(network.finalized() <= before + 1, "{before} {}", network.finalized());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn final_means_a_later_quorum_in_any_run(
        days in prop::collection::vec((prop::collection::vec(0_usize..5, 0..3), 0_u8..4), 10..40),
    ) {
        let mut network = FRESH.with(Clone::clone);
        let first = network.chain.height();
        for (offline, trouble) in days {
            network.offline = offline.into_iter().collect();
            if trouble == 0 {
                let next = network.chain.height() + 1;
                network.chain.faults.lose_all([next]);
            }
            network.step();
        }
        let has_quorum = |height: u64| {
            let vote = status(&network, height)["vote"].clone();
            let power = |name: &str| vote[name].as_str().and_then(|n| n.parse::<u128>().ok()).unwrap_or(0);
            vote["state"] == "quorum" && power("voted_power") * 3 > power("total_power") * 2
        };
        for height in first..=network.chain.height() {
            let of_block = status(&network, height);
            if of_block["block"] == "final" {
                let by = of_block["certified_by"].as_u64().unwrap();
                prop_assert!(by > height && has_quorum(by), "{of_block}");
            }
        }
        let last = network.finalized();
        prop_assert!(last < first || has_quorum(last), "{last}");
    }
}

thread_local! {
    static FRESH: devnet::network::Network = start(&[30, 25, 20, 15, 10]);
}
