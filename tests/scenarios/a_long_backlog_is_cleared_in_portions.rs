//! Proves: C-02, K18
//!
//! However long finality stood still: no hook comes near its limit, every EndBlock takes its portion, and where the
//! backlog is full daemons are told to go on and finality resumes behind it.

use devnet::network::Network;
use devnet::{Hook, HookOutcome};
use serde_json::json;

use super::support::{CLOSED, ask, power, start_with, status, text};

/// Half of what the chain module allows.
const HALF: u64 = 2_500_000;

/// Nobody is jailed for the outage.
fn patient(stakes: &[u64], max_backlog: u64) -> Network {
    let over = json!({"missed_blocks_window": 1_024, "min_signed_percent": 5, "max_backlog": max_backlog});
    start_with(stakes, over)
}

fn catch_up(network: &mut Network, index: usize, heights: std::ops::Range<u64>) {
    let heights: Vec<u64> = heights.collect();
    for part in heights.chunks(100) {
        let hashes: Vec<_> = part.iter().map(|height| network.app_hash(*height)).collect();
        let message = network.fps[index].vote_range_packed(part[0], &hashes).unwrap();
        network.execute(&message).unwrap();
    }
}

#[test]
fn a_thousand_heights_are_cleared_under_half_the_limit() {
    let mut network = patient(&[90, 10], 14_400);
    let first = network.finalized() + 1;
    network.chain.next_blocks(950);
    let tip = network.chain.height();
    catch_up(&mut network, 0, first..tip + 1);
    let mut blocks = 0;
    while network.finalized() < tip {
        let before = network.finalized();
        let block = network.chain.next_block();
        for hook in &block.hooks {
            assert_eq!(hook.outcome, HookOutcome::Done);
            assert!(hook.usage.charged_gas() < HALF, "{:?} used {}", hook.hook, hook.usage.charged_gas());
        }
        assert!(network.finalized() > before, "the cursor advances in every block");
        blocks += 1;
    }
    assert!(blocks <= 4, "{blocks} blocks for {} heights", tip - first);
}

#[test]
fn a_full_backlog_takes_no_votes_and_daemons_survive_it() {
    let mut network = patient(&[40, 30, 20, 10], 100);
    let first = network.finalized() + 1;
    network.offline = [0, 1].into();
    network.run(150).unwrap();
    let tip = network.chain.height();
    let full = tip - 10;
    assert_eq!(power(&network, 2, full), 0, "daemons skip it");
    assert!(power(&network, 2, first + 50) > 0);
    assert!(power(&network, 2, tip + 1) > 0, "a daemon ahead of the state goes on");
    let refusal = text(network.vote(2, full));
    assert!(refusal.contains(CLOSED), "{refusal}");
    let listed = ask(&network, json!({"blocks": {"start_after": full, "limit": 1}}));
    assert_eq!(listed["blocks"][0]["height"], full, "it is a block, not a hole");
    assert_eq!(status(&network, full)["vote"]["reason"], "backlog_full");
    assert_eq!(network.finalized(), first - 1);
    let waiting = ask(&network, json!({"health": {}}));
    assert_eq!(waiting["finality"]["waiting_for"]["height"], first);

    for index in [0, 1] {
        catch_up(&mut network, index, first..first + 102);
    }
    network.offline.clear();
    network.run(6).unwrap();
    assert!(network.finalized() > tip, "{} of {tip}", network.finalized());
    let skipped = status(&network, full);
    assert_eq!(skipped["block"], "final", "{skipped}");
    assert!(skipped["gap_before"].as_u64() > Some(0), "a careful reader sees the gap: {skipped}");
    let end = network.chain.next_block();
    assert!(end.hook(Hook::EndFinality).unwrap().usage.charged_gas() < HALF);
}
