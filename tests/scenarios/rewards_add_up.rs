//! Proves: C-04, C-32, C-33, K8, K20, K40
//!
//! Fees reach those who voted, once. After every step, for every denom, owed and undistributed are the balance; a
//! closed channel, a refund, a denom that cannot leave and a slashed provider cost nothing and stop nothing; one whose
//! stake has ended costs its group a period, and nobody else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use devnet::HookOutcome;
use devnet::actors::babylon::{RewardRefusal, Stake};
use devnet::network::{Network, Setup};
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
    start_with(&[40, 30, 20, 10], fields(over))
}

fn fields(over: Value) -> Value {
    let mut fields = json!({
        "ics20_channel_id": "channel-1", "reward_interval": INTERVAL, "vote_window": 3,
        "missed_blocks_window": 200, "min_signed_percent": 5,
    });
    fields.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    fields
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
fn the_slashed_get_nothing_their_part_is_burned_or_goes_to_the_next_period() {
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
        let waits = of(&network, "undistributed");
        assert_eq!(earned(&network, DENOM)[1], 0);
        assert_eq!(of(&network, "handed_over") + burned + waits, all);
        assert_eq!((burned > 0, waits > 0), (burns, !burns));
        assert_eq!(network.chain.supply(DENOM), supply - burned);
        to_the_end_of_the_period(&mut network, &[]);
        steps(&mut network, 2, &[]);
        network.relay();
        assert_eq!((of(&network, "handed_over"), of(&network, "burned")), (all - burned, burned));
        assert_eq!(earned(&network, DENOM)[1], 0);
    }
}

/// This build, and the last one that named whoever had earned something, all in one transfer.
fn builds() -> [(PathBuf, bool); 2] {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    [(tests.join("../artifacts"), true), (tests.join("fixtures/0.2.0"), false)]
}

fn paying_from(artifacts: PathBuf, stakes: &[u64], over: Value) -> Network {
    let mut network =
        Network::start(Setup { artifacts, ..Setup::new(7, stakes).with(fields(over)) }).unwrap();
    network.run(4).unwrap();
    network.open_transfer().unwrap();
    to_the_end_of_the_period(&mut network, &[]);
    network
}

fn delegate(network: &mut Network, index: usize, sats: u64, blocks: u32) {
    let key = network.fps[index].public_key();
    let stake = Stake { staking_time: blocks + 5, unbonding_time: 5, ..Stake::new(&[key], sats) };
    network.link.app.babylon.delegate(stake).unwrap();
}

/// Ends all stake of a provider on Babylon; nothing is carried here yet.
fn unbond(network: &mut Network, index: usize) {
    let key = network.fps[index].public_key();
    let babylon = &mut network.link.app.babylon;
    let txids: Vec<_> = babylon.txids().copied().collect();
    let live = |one: &devnet::actors::babylon::Delegation| one.fps.contains(&key) && !one.is_unbonded;
    for txid in txids {
        if babylon.delegation(&txid).is_some_and(live) {
            babylon.undelegate(&txid).unwrap();
        }
    }
}

fn refusals(network: &Network) -> Vec<&RewardRefusal> {
    network.link.app.transfers.iter().filter_map(|one| one.outcome.as_ref().err()).collect()
}

/// Its last delegation runs out in the middle of a period. Babylon would refuse a transfer that names it.
#[test]
fn an_expired_stake_costs_nobody_else_a_reward() {
    for (artifacts, is_new) in builds() {
        let mut network = paying_from(artifacts, &[40, 30, 20, 10], json!({}));
        unbond(&mut network, 3);
        delegate(&mut network, 3, 1_000_000_000, 30);
        network.relay();
        steps(&mut network, INTERVAL / 2, &[(10_000, DENOM)]);
        network.mine(30);
        to_the_end_of_the_period(&mut network, &[(10_000, DENOM)]);
        steps(&mut network, 2, &[]);
        let sent = of(&network, "handed_over");
        network.relay();
        steps(&mut network, 1, &[]);
        if !is_new {
            let refused = refusals(&network);
            assert!(matches!(refused[..], [RewardRefusal::WithoutStake { .. }]), "{refused:?}");
            assert_eq!(arrived(&network, DENOM), 0, "the period was lost to all four");
            continue;
        }
        assert_eq!(refusals(&network), Vec::<&RewardRefusal>::new());
        assert!(arrived(&network, DENOM) <= sent && arrived(&network, DENOM) + 5 > sent);
        let (own, others) = (earned(&network, DENOM)[3], &earned(&network, DENOM)[..3]);
        assert!(own == 0 && others.iter().all(|share| *share > 0), "{own} {others:?}");
        let waits = of(&network, "undistributed");
        assert!(waits > 0 && waits < sent / 9, "its part, {waits}, goes to the next period");
        to_the_end_of_the_period(&mut network, &[]);
        steps(&mut network, 2, &[]);
        assert_eq!((of(&network, "handed_over"), of(&network, "undistributed")), (sent + waits, 0));
    }
}

/// With a hundredth of the stake it votes, and before each payout it unbonds on Babylon, a packet ahead of what is known
/// here.
#[test]
fn who_unbonds_before_each_payout_costs_its_own_group_a_period_and_nobody_else() {
    const ATTACKER: usize = 4;
    for (artifacts, is_new) in builds() {
        let mut network = paying_from(artifacts, &[40, 30, 20, 10, 1], json!({"reward_group": 2}));
        for _ in 0..3 {
            steps(&mut network, INTERVAL / 2, &[(10_000, DENOM)]);
            unbond(&mut network, ATTACKER);
            to_the_end_of_the_period(&mut network, &[]);
            steps(&mut network, 2, &[]);
            network.relay();
            delegate(&mut network, ATTACKER, 100_000_000, 60_000);
            network.relay();
            network.relay();
            steps(&mut network, 1, &[]);
        }
        let fees = 3 * u128::from(INTERVAL / 2) * 1_000;
        let (arrived, refused) = (arrived(&network, DENOM), refusals(&network));
        assert!(refused.iter().all(|one| matches!(one, RewardRefusal::WithoutStake { .. })), "{refused:?}");
        assert_eq!(refused.len(), 3, "each attack comes in time");
        if !is_new {
            assert_eq!(arrived, 0, "nobody was paid for three periods");
            continue;
        }
        assert!(arrived > fees * 98 / 100, "{arrived} of {fees}");
        let shares = earned(&network, DENOM);
        assert_eq!(shares[ATTACKER], 0);
        assert!(
            shares[0] * 3 / 4 >= shares[1] - 9 && shares[0] * 3 / 4 <= shares[1] + 9,
            "{shares:?}: 40 to 30"
        );
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
