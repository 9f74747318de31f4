//! Proves: C-04, C-32, C-33, K8, K20
//!
//! Fees reach those who voted, once. After every step, for every denom, owed and undistributed are the balance; a
//! closed channel, a refund, a denom that cannot leave and a slashed provider cost nothing and stop nothing.

use std::collections::BTreeMap;

use devnet::HookOutcome;
use devnet::network::Network;
use serde_json::{Value, json};

use super::support::{ask, execute_as, health, start_with, text};

const INTERVAL: u64 = 20;
const DENOM: &str = "ustake";
const DAYS: u64 = 28;

/// Finality under way, and a channel for coins.
fn paying(over: Value) -> Network {
    let mut network = closed(over);
    assert_eq!(network.open_transfer().unwrap().local, "channel-1");
    network
}

/// The same without that channel.
fn closed(over: Value) -> Network {
    let mut fields = json!({
        "ics20_channel_id": "channel-1", "reward_interval": INTERVAL, "vote_window": 3,
        "missed_blocks_window": 200, "min_signed_percent": 5,
    });
    fields.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    start_with(&[40, 30, 20, 10], fields)
}

/// A part of the books, by denom.
fn books(network: &Network, part: &str) -> BTreeMap<String, u128> {
    let answer = ask(network, json!({"rewards": {}}));
    let entries = answer[part].as_array().unwrap().iter();
    let amount = |entry: &Value| entry["amount"].as_str().unwrap().parse().unwrap();
    entries.map(|entry| (entry["denom"].as_str().unwrap().to_owned(), amount(entry))).collect()
}

fn of(network: &Network, part: &str) -> u128 {
    books(network, part)[DENOM]
}

/// A block with fees; then the books must balance, and every hook must have taken effect.
fn step(network: &mut Network, fees: &[(u128, &str)]) {
    let before = (books(network, "handed_over"), books(network, "burned"));
    for (amount, denom) in fees {
        network.chain.collect_fees(*amount, denom);
    }
    // What was passed without votes, by a relayer's block, is voted for first.
    for height in network.finalized() + 1..network.chain.height() {
        for index in
            (0..network.fps.len()).filter(|index| !network.offline.contains(index)).collect::<Vec<_>>()
        {
            let _ = network.vote(index, height);
        }
    }
    let block = network.step();
    assert!(block.hooks.iter().all(|hook| hook.outcome == HookOutcome::Done), "{:?}", block.hooks);
    let (owed, undistributed) = (books(network, "owed"), books(network, "undistributed"));
    for (denom, owed) in &owed {
        let balance = network.chain.balance(&network.bsn, denom);
        assert_eq!(owed + undistributed[denom], balance, "{denom} at height {}", block.header.height);
    }
    for (before, after) in [(before.0, books(network, "handed_over")), (before.1, books(network, "burned"))] {
        assert!(before.iter().all(|(denom, amount)| after[denom] >= *amount), "{before:?} {after:?}");
    }
}

fn steps(network: &mut Network, blocks: u64, fees: &[(u128, &str)]) {
    (0..blocks).for_each(|_| step(network, fees));
}

/// Blocks until the one that ends a period is over.
fn to_the_end_of_the_period(network: &mut Network, fees: &[(u128, &str)]) {
    steps(network, INTERVAL - network.chain.height() % INTERVAL, fees);
}

/// What each provider has earned on Babylon.
fn earned(network: &Network, denom: &str) -> Vec<u128> {
    let app = &network.link.app;
    network.fps.iter().map(|fp| app.babylon.rewards(&app.client, &fp.public_key(), denom)).collect()
}

fn arrived(network: &Network, denom: &str) -> u128 {
    let app = &network.link.app;
    earned(network, denom).iter().sum::<u128>() + app.babylon.commission(&app.client, denom)
}

#[test]
fn fees_reach_those_who_voted_by_power_and_by_votes() {
    let denoms = json!({"reward_denoms": [DENOM, "uatom"]});
    let mut network = paying(denoms);
    to_the_end_of_the_period(&mut network, &[]);
    assert_eq!(of(&network, "handed_over"), 0, "nothing is nothing");
    network.offline.insert(3);
    let fees = [(10_000, DENOM), (7_777, "uatom"), (50, "udust")];
    to_the_end_of_the_period(&mut network, &fees);
    steps(&mut network, 2, &[]);
    network.relay();

    let expected = u128::from(INTERVAL) * 1_000;
    assert_eq!(of(&network, "handed_over"), expected);
    assert_eq!((of(&network, "owed"), of(&network, "undistributed")), (0, 0));
    assert_eq!(books(&network, "handed_over")["uatom"], u128::from(INTERVAL) * 777);
    let shares = earned(&network, DENOM);
    let sum: u128 = shares.iter().sum();
    assert!(
        sum + 4 >= expected * 95 / 100 && sum <= expected * 95 / 100,
        "{shares:?}: all but the commission"
    );
    assert!(shares[0] * 3 / 4 >= shares[1] - 2 && shares[0] * 3 / 4 <= shares[1] + 2, "{shares:?}: 40 to 30");
    assert!(shares[3] < shares[2] / 2, "{shares:?}: it voted at the first heights of the period alone");
    to_the_end_of_the_period(&mut network, &fees);
    steps(&mut network, 2, &[]);
    network.relay();
    assert_eq!(earned(&network, DENOM)[3], shares[3], "and not at all in the next");

    assert!(network.chain.balance(&network.bsn, "udust") > 100, "it is not on the list");
    let admin = network.admin.clone();
    let more = json!({"update_config": {"reward_denoms": [DENOM, "uatom", "udust"]}});
    execute_as(&mut network, &admin, &more).unwrap();
    to_the_end_of_the_period(&mut network, &[]);
    steps(&mut network, 3, &[]);
    let all = ask(&network, json!({"rewards": {}}));
    assert_eq!(network.chain.balance(&network.bsn, "udust"), 0, "no denom is stuck for ever: {all}");
}

#[test]
fn a_closed_channel_stops_nothing_and_is_paid_for_once_it_opens() {
    let mut network = closed(json!({}));
    steps(&mut network, 3 * INTERVAL, &[(10_000, DENOM)]);
    assert!(network.finalized() + 2 > network.chain.height());
    let owed = of(&network, "owed");
    assert!(owed > 0 && of(&network, "handed_over") == 0);
    assert!(health(&network)["alarms"].to_string().contains("owed"), "{}", health(&network)["alarms"]);
    network.open_transfer().unwrap();
    steps(&mut network, 2 * INTERVAL, &[]);
    network.relay();
    let all = 3 * u128::from(INTERVAL) * 1_000;
    assert_eq!((of(&network, "owed"), of(&network, "undistributed")), (0, 0));
    assert_eq!(of(&network, "handed_over"), all);
    assert!(arrived(&network, DENOM) <= all && arrived(&network, DENOM) + 10 > all);
}

#[test]
fn a_refund_is_shared_out_again_and_nobody_is_paid_twice() {
    let mut network = paying(json!({"ibc_packet_timeout_days": DAYS}));
    to_the_end_of_the_period(&mut network, &[(10_000, DENOM)]);
    steps(&mut network, 2, &[]);
    let sent = of(&network, "handed_over");
    assert!(sent > 0 && network.chain.balance(&network.bsn, DENOM) == 0);
    network.chain.skip_seconds((DAYS + 1) * 86_400);
    steps(&mut network, 2, &[]);
    network.relay();
    assert_eq!(arrived(&network, DENOM), 0, "it came too late");
    steps(&mut network, 1, &[]);
    assert_eq!((of(&network, "undistributed"), of(&network, "handed_over")), (sent, sent));
    to_the_end_of_the_period(&mut network, &[]);
    steps(&mut network, 2, &[]);
    network.relay();
    assert_eq!(of(&network, "handed_over"), 2 * sent);
    assert!(arrived(&network, DENOM) <= sent && arrived(&network, DENOM) + 5 > sent, "once");
    assert_eq!(network.chain.balance(&network.bsn, DENOM), 0);
}

#[test]
fn a_denom_that_cannot_leave_waits_alone() {
    let voucher = format!("ibc/{}", "AB".repeat(32));
    let mut network = paying(json!({"reward_denoms": [voucher, DENOM]}));
    steps(&mut network, 3 * INTERVAL, &[(1_000, &voucher), (1_000, DENOM)]);
    assert_eq!(books(&network, "handed_over")[&voucher], 0);
    assert!(books(&network, "owed")[&voucher] > 0);
    assert!(of(&network, "handed_over") > u128::from(INTERVAL) * 100);
    assert!(network.finalized() + 2 > network.chain.height());
}

fn slash(network: &mut Network, index: usize) {
    let tip = network.chain.height();
    let (here, below) = (network.app_hash(tip), network.app_hash(tip - 1));
    let evidence = network.fps[index].submit_evidence(tip, &here, &below);
    network.execute(&evidence).unwrap();
    network.offline.insert(index);
}

#[test]
fn the_slashed_get_nothing_their_part_goes_to_the_others_or_is_burned() {
    for burns in [false, true] {
        let mut network = paying(json!({"burn_slashed_rewards": burns}));
        to_the_end_of_the_period(&mut network, &[]);
        steps(&mut network, INTERVAL / 2, &[(10_000, DENOM)]);
        slash(&mut network, 1);
        let supply = network.chain.supply(DENOM);
        to_the_end_of_the_period(&mut network, &[]);
        steps(&mut network, 2, &[]);
        network.relay();
        let (all, burned) = (u128::from(INTERVAL / 2) * 1_000, of(&network, "burned"));
        assert_eq!(earned(&network, DENOM)[1], 0);
        assert_eq!(of(&network, "handed_over") + burned, all);
        assert_eq!(burned > 0, burns);
        assert_eq!(network.chain.supply(DENOM), supply - burned);
    }
}

#[test]
fn late_votes_earn_within_the_window_and_none_after_it() {
    let mut network = paying(json!({"vote_window": 5}));
    to_the_end_of_the_period(&mut network, &[]);
    network.offline.insert(3);
    for _ in 0..INTERVAL {
        step(&mut network, &[(10_000, DENOM)]);
        let late = network.chain.height() - 4;
        let _ = network.vote(3, late);
    }
    let long_ago = network.chain.height() - 15;
    let refused = text(network.vote(2, long_ago));
    assert!(refused.contains("duplicated") || refused.contains("already finalized"), "{refused}");
    steps(&mut network, 2, &[]);
    network.relay();
    let shares = earned(&network, DENOM);
    assert!(shares[3] * 2 > shares[2] - shares[2] / 10, "{shares:?}: a vote in time is a vote");
}

#[test]
fn paused_rewards_wait_and_lose_nothing() {
    let mut network = paying(json!({}));
    let admin = network.admin.clone();
    execute_as(&mut network, &admin, &json!({"set_paused": {"rewards": true}})).unwrap();
    steps(&mut network, 2 * INTERVAL, &[(10_000, DENOM)]);
    assert_eq!(of(&network, "handed_over"), 0);
    execute_as(&mut network, &admin, &json!({"set_paused": {"rewards": false}})).unwrap();
    steps(&mut network, INTERVAL + 2, &[]);
    assert_eq!(of(&network, "handed_over"), 2 * u128::from(INTERVAL) * 1_000);
}

#[test]
fn an_unsolicited_deposit_counts_as_fees() {
    let mut network = paying(json!({}));
    to_the_end_of_the_period(&mut network, &[]);
    let bsn = network.bsn.clone();
    network.chain.mint(&bsn, 999, DENOM);
    to_the_end_of_the_period(&mut network, &[]);
    steps(&mut network, 2, &[]);
    assert_eq!(of(&network, "handed_over"), 999);
}
