//! Proves: C-05, K14
//!
//! Ten thousand commitments of one height each make no hook and no lookup cost more, a provider that comes and goes with
//! every height costs one look at the candidates a block, none may lie too far ahead, what is spent is deleted, and
//! who has ten thousand pending waits for the first of them.

use bsn::state;
use devnet::network::Network;
use devnet::{BlockReport, Hook, HookOutcome};
use serde_json::{Value, json};

use super::support::{ask, key, run, set, start, start_with, text};

const COMMITMENTS: u64 = 10_000;
/// One round of the sweeps through all tables.
const ROUND: u64 = 64;

fn begin(block: &BlockReport) -> u64 {
    [Hook::BeginStaking, Hook::BeginFinality]
        .iter()
        .map(|hook| block.hook(*hook).unwrap())
        .inspect(|hook| assert_eq!(hook.outcome, HookOutcome::Done))
        .map(|hook| hook.usage.sdk_gas())
        .sum()
}

/// A block in which everybody votes: BeginBlock, EndBlock, and the vote of the one with the many commitments.
fn costs(network: &mut Network) -> [u64; 3] {
    let vote = network.vote(3, network.chain.height()).unwrap().usage.sdk_gas();
    let block = network.step();
    [begin(&block), block.hook(Hook::EndFinality).unwrap().usage.sdk_gas(), vote]
}

fn asked(network: &Network, query: &str) -> (Value, u64) {
    let message = json!({query: {"btc_pk_hex": key(network, 3)}});
    let (answer, usage) = network.chain.query_report(&network.bsn, &message);
    (serde_json::from_slice(&answer.unwrap()).unwrap(), usage.sdk_gas())
}

#[test]
fn ten_thousand_of_one_height() {
    let mut network = start(&[40, 30, 20, 10]);
    let before = costs(&mut network);
    let (_, asked_before) = asked(&network, "last_pub_rand_commit");
    let far = network.chain.height() + 2_000;
    let first = network.commit(3, far, 1).unwrap().usage.sdk_gas();
    for number in 1..COMMITMENTS - 1 {
        network.commit(3, far + number, 1).unwrap();
    }
    let last = network.commit(3, far + COMMITMENTS - 1, 1).unwrap().usage.sdk_gas();
    assert!(last.abs_diff(first) * 100 <= first * 10, "the first {first}, the last {last}");

    network.run(2).unwrap();
    network.timestamp().unwrap();
    network.run(3).unwrap();
    let after = costs(&mut network);
    for (before, after) in before.into_iter().zip(after) {
        assert!(after.abs_diff(before) * 100 <= before * 10, "{before} before, {after} after");
    }
    let (newest, asked_after) = asked(&network, "last_pub_rand_commit");
    assert_eq!(newest["start_height"], far + COMMITMENTS - 1, "{newest}");
    assert!(asked_after.abs_diff(asked_before) * 100 <= asked_before * 10, "{asked_before}, {asked_after}");
    let (oldest, _) = asked(&network, "first_pub_rand_commit");
    assert!(oldest["start_height"].as_u64() < Some(far), "{oldest}");
}

/// In the set at one height, out of it at the next.
#[test]
fn every_other_height() {
    let mut network = start_with(&[40, 30, 20], json!({"vote_retention": 10, "vote_window": 3}));
    network.add_fp(7, 10).unwrap();
    network.relay();
    let start = network.chain.height() + 9;
    for number in 0..40 {
        network.commit(3, start + 2 * number, 1).unwrap();
    }
    network.run(2).unwrap();
    network.timestamp().unwrap();
    let blocks = start + 1 - network.chain.height();
    run(&mut network, blocks);
    let mut sizes = Vec::new();
    for _ in 0..20 {
        let block = network.step();
        assert!(begin(&block) < 60_000, "{}", begin(&block));
        sizes.push(set(&network, network.chain.height()).len());
    }
    assert_eq!(sizes, [4, 3].repeat(10), "it comes and goes");
    assert_eq!(network.finalized(), network.chain.height() - 1);

    let kept = |network: &Network| {
        network
            .chain
            .storage(&network.bsn)
            .iter()
            .filter(|(key, _)| key[0] == state::COMMITMENTS.letter())
            .count()
    };
    assert!(kept(&network) > 20);
    network.run(80 + 3 * ROUND).unwrap();
    assert_eq!(kept(&network), 3 + 1, "the spent ones are deleted, the last is kept");
    let (newest, _) = asked(&network, "last_pub_rand_commit");
    assert_eq!(newest["start_height"], start + 78);
}

#[test]
fn none_lies_too_far_ahead() {
    let mut network = start(&[40, 30]);
    let limit = network.chain.height() + 1 + 160_000;
    let refusal = text(network.commit(1, limit, 1));
    assert!(refusal.contains("too far into the future"), "{refusal}");
    let first = ask(&network, json!({"last_pub_rand_commit": {"btc_pk_hex": key(&network, 1)}}));
    assert_eq!(first["num_pub_rand"], 1_000, "nothing was stored");
}

/// One that its provider made after 9,999 others, as storage has it.
fn make_it_the_ten_thousandth(network: &mut Network) {
    let bsn = network.bsn.clone();
    let (key, mut value) =
        network.chain.storage(&bsn).into_iter().rfind(|(key, _)| key.starts_with(b"m\0\0\0\x02")).unwrap();
    assert_eq!(value.pop(), Some(0), "it is the first of its run");
    value.extend([0x8f, 0x4e]);
    network.chain.write_raw(&bsn, &key, &value).unwrap();
}

#[test]
fn who_has_ten_thousand_pending_waits_for_the_first_of_them() {
    let mut network = start(&[40, 30]);
    network.add_fp(7, 5).unwrap();
    network.relay();
    let first = network.chain.height() + 12;
    network.commit(2, first, 5).unwrap();
    make_it_the_ten_thousandth(&mut network);

    let refusal = text(network.commit(2, first + 5, 5));
    let said = format!("10000 commitments are pending, the next may come once height {first} is past");
    assert!(refusal.contains(&said), "{refusal}");
    while network.chain.height() < first - 1 {
        network.step();
    }
    assert!(text(network.commit(2, first + 5, 5)).contains(&said), "not in that block yet");
    run(&mut network, 1);
    network.commit(2, first + 5, 5).unwrap();
    network.commit(2, first + 10, 5).unwrap();
}
