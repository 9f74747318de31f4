//! Proves: C-27
//!
//! Below the watermark votes are refused with the text that daemons survive, and two signatures still slash.

use serde_json::json;

use super::support::{CLOSED, ask, key, start_with, status, text, vote_for};

#[test]
fn below_the_watermark() {
    let over = json!({"vote_retention": 10, "vote_window": 3, "anchor_retention_s": 60});
    let mut network = start_with(&[40, 30, 20, 10], over);
    let height = network.chain.height();
    network.offline.insert(3);
    network.run(90).unwrap();
    let pruned = ask(&network, json!({"pruned": {}}));
    assert!(pruned["votes_below"].as_u64() > Some(height), "{pruned}");
    assert!(pruned["blocks_below"].as_u64() > Some(height), "{pruned}");
    assert_eq!(status(&network, height)["vote"]["state"], "pruned");

    let late = text(network.vote(3, height));
    assert!(late.contains(CLOSED), "{late}");
    let fork = text(vote_for(&mut network, 3, height, height - 1));
    assert!(fork.contains(CLOSED), "{fork}");
    let (a, b) = (network.app_hash(height), network.app_hash(height - 1));
    let evidence = network.fps[3].submit_evidence(height, &a, &b);
    network.execute(&evidence).unwrap();
    let fp = ask(&network, json!({"finality_provider": {"btc_pk_hex": key(&network, 3)}}));
    assert!(fp["slashed_height"].as_u64() > Some(0), "{fp}");
}
