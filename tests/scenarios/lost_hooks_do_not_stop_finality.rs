//! Proves: C-01, K1, K2
//!
//! A chain may lose or tear any of its calls: the height becomes a hole, and finality goes on after it.

use devnet::Hook;
use serde_json::json;

use super::support::{CLOSED, key, power, run, set, start, status, text};

#[test]
fn after_any_single_lost_hook() {
    let fresh = start(&[40, 30, 20, 10]);
    for hook in Hook::ALL {
        let mut network = fresh.clone();
        let height = network.chain.height() + 2;
        network.chain.faults.lose(height, hook);
        run(&mut network, 6);
        assert!(network.finalized() > height, "{hook:?} lost at {height}, final {}", network.finalized());
    }
}

#[test]
fn after_thirty_blocks_without_any() {
    let mut network = start(&[40, 30, 20, 10]);
    let first = network.chain.height() + 2;
    let holes = first..first + 30;
    network.chain.faults.lose_all(holes.clone());
    run(&mut network, 40);
    assert!(network.finalized() >= holes.end, "final {}", network.finalized());
    for height in holes {
        let status = status(&network, height);
        assert_eq!(status["vote"]["state"], "skipped", "{status}");
        assert_eq!(status["vote"]["reason"], "hook_lost", "{status}");
        assert_ne!(network.finalized(), height);
        assert_eq!(power(&network, 0, height), 0);
        let votes: serde_json::Value = network.query(&json!({"votes": {"height": height}})).unwrap();
        assert_eq!(votes["btc_pks"], json!([]));
        let refusal = text(network.vote(0, height));
        assert!(refusal.contains(CLOSED), "{refusal}");
    }
}

#[test]
fn no_hole_is_called_final_while_it_lasts() {
    let mut network = start(&[40, 30, 20, 10]);
    let before = network.finalized();
    let first = network.chain.height() + 1;
    network.chain.faults.lose_all(first..first + 20);
    for _ in 0..20 {
        network.step();
        assert!(network.finalized() < first, "{} of {before}", network.finalized());
        let blocks: serde_json::Value =
            network.query(&json!({"blocks": {"start_after": first, "limit": 30}})).unwrap();
        assert_eq!(blocks["blocks"], json!([]), "holes are absent");
    }
}

#[test]
fn after_a_hook_torn_while_the_set_changes() {
    let mut fresh = start(&[40, 30, 20, 10]);
    let joined = fresh.add_fp(7, 50).unwrap();
    fresh.relay();
    let from = fresh.chain.height() + 1;
    fresh.commit(joined, from, 500).unwrap();
    run(&mut fresh, 2);
    for hook in Hook::ALL {
        for writes in 0..12 {
            let mut network = fresh.clone();
            let height = network.chain.height() + 1;
            for torn in height..height + 3 {
                network.chain.faults.tear(torn, hook, writes);
            }
            network.timestamp().unwrap();
            run(&mut network, 8);
            let case = format!("{hook:?} torn after {writes} writes at {height}");
            assert!(network.finalized() > height + 3, "{case}: final {}", network.finalized());
            let tip = network.chain.height();
            assert!(set(&network, tip).contains_key(&key(&network, joined)), "{case}");
            for height in height..=tip {
                let set = set(&network, height);
                for (index, fp) in network.fps.iter().enumerate() {
                    let listed = set.get(&fp.public_key_hex()).copied().unwrap_or_default();
                    assert_eq!(listed, power(&network, index, height), "{case}: {index} at {height}");
                }
                let status = status(&network, height);
                if let Some(total) = status["vote"]["total_power"].as_str() {
                    assert_eq!(total.parse::<u64>().unwrap(), set.values().sum::<u64>(), "{case}: {status}");
                }
            }
        }
    }
}
