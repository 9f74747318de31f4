//! Proves: C-22, K6
//!
//! The set is the strongest up to the maximum, and of equals the lower keys.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::support::{run, set, start_with};

#[test]
fn the_lower_key_wins_among_equals() {
    for max in [1_u32, 2, 3, 5, 7] {
        let stakes = [10, 10, 20, 10, 10, 20, 10];
        let network = start_with(&stakes, json!({"max_active_finality_providers": max}));
        let mut ranks: Vec<_> = network
            .fps
            .iter()
            .zip(stakes)
            .map(|(fp, stake)| (u64::MAX - stake, fp.public_key_hex()))
            .collect();
        ranks.sort();
        let expected: BTreeSet<_> =
            ranks.into_iter().take(usize::try_from(max).unwrap()).map(|(_, key)| key).collect();
        let chosen: BTreeMap<String, u64> = set(&network, network.chain.height());
        assert_eq!(chosen.into_keys().collect::<BTreeSet<_>>(), expected, "of {max}");
    }
}

#[test]
fn not_even_while_stronger_ones_join() {
    let mut network = start_with(&[10, 11, 12, 13], json!({"max_active_finality_providers": 3}));
    let first = network.chain.height();
    for stake in [14, 15, 16] {
        let index = network.add_fp(7, stake).unwrap();
        network.relay();
        let start = network.chain.height() + 1;
        network.commit(index, start, 500).unwrap();
        run(&mut network, 2);
        network.timestamp().unwrap();
        run(&mut network, 2);
    }
    for height in first..=network.chain.height() {
        assert!(set(&network, height).len() <= 3, "at {height}");
    }
    let strongest: BTreeSet<_> = network.fps[4..].iter().map(|fp| fp.public_key_hex()).collect();
    let tip = network.chain.height();
    assert_eq!(set(&network, tip).into_keys().collect::<BTreeSet<_>>(), strongest);
}
