//! Proves: C-05, K14
//!
//! Hundreds of commitments of one height each make no hook dearer, none may lie too far ahead, and what is spent is
//! deleted.

use devnet::Hook;
use devnet::network::Network;
use serde_json::json;

use super::support::{ask, key, start, text};

const CRUMBS: u64 = 300;

fn begin(network: &mut Network) -> u64 {
    let block = network.step();
    [Hook::BeginStaking, Hook::BeginFinality]
        .iter()
        .map(|hook| block.hook(*hook).unwrap().usage.sdk_gas())
        .sum()
}

#[test]
fn three_hundred_of_one_height() {
    let mut network = start(&[40, 30, 20, 10]);
    let before = begin(&mut network);
    let far = network.chain.height() + 2_000;
    for crumb in 0..CRUMBS {
        network.commit(3, far + crumb, 1).unwrap();
    }
    network.timestamp().unwrap();
    network.run(3).unwrap();
    let after = begin(&mut network);
    assert!(after.abs_diff(before) * 100 <= before * 10, "{before} before, {after} after");
    let first = ask(&network, json!({"first_pub_rand_commit": {"btc_pk_hex": key(&network, 3)}}));
    assert!(first["start_height"].as_u64().is_some(), "{first}");
}

#[test]
fn none_lies_too_far_ahead() {
    let mut network = start(&[40, 30]);
    let limit = network.chain.height() + 1 + 160_000;
    let refusal = text(network.commit(1, limit, 1));
    assert!(refusal.contains("too far into the future"), "{refusal}");
}
