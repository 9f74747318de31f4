mod chain;
mod gaps;
mod jail;

use std::collections::BTreeSet;

use chain::{Chain, PAGE, app_hash};
use serde_json::{Value, json};

use super::{CLIENT_TRIES, Daemon, DaemonConfig, POLLS, Round, Status};
use crate::{Appchain, FinalityProvider};

const RETRIES: u32 = 3;

fn daemon() -> Daemon {
    let appchain = Appchain { chain_id: "bsn-1".into(), contract: "bbnc1contract".into() };
    let config = DaemonConfig {
        num_pub_rand: 200,
        timestamping_delay_blocks: 0,
        max_retries: RETRIES,
        ..DaemonConfig::default()
    };
    Daemon::new(FinalityProvider::new(1, 0, &appchain), config)
}

/// A daemon that has committed to all heights from 3 to 402, and its chain at height 3.
fn committed() -> (Daemon, Chain) {
    let mut daemon = daemon();
    let mut chain = Chain::new(&daemon, 3);
    assert_eq!(daemon.run(&mut chain).committed, Some((3, 200)));
    assert_eq!(daemon.run(&mut chain).committed, Some((203, 200)));
    chain.submitted.clear();
    (daemon, chain)
}

/// What so many rounds have voted for, in this order, and dropped.
fn rounds(daemon: &mut Daemon, chain: &mut Chain, count: u32) -> (Vec<u64>, Vec<u64>) {
    let (mut voted, mut dropped) = (vec![], vec![]);
    for _ in 0..count {
        let round = daemon.run(chain);
        voted.extend(round.voted);
        dropped.extend(round.dropped);
    }
    (voted, dropped)
}

#[test]
fn it_commits_ahead_of_the_tip_and_before_it_runs_short() {
    let mut daemon = daemon();
    daemon.config = DaemonConfig { num_pub_rand: 100, timestamping_delay_blocks: 20, ..daemon.config };
    let mut chain = Chain::new(&daemon, 1);
    assert_eq!(daemon.run(&mut chain).committed, Some((21, 100)), "tip + delay");
    assert_eq!(daemon.run(&mut chain).committed, Some((121, 100)), "less than a commitment ahead");
    chain.power.clear();
    assert_eq!(daemon.run(&mut chain).committed, None);
    chain.advance(100);
    chain.power.clear();
    assert_eq!(daemon.run(&mut chain).committed, None, "220 covers 100 + 20 + 100");
    chain.tip = 101;
    assert_eq!(daemon.run(&mut chain).committed, Some((221, 100)));
    chain.tip = 400;
    assert_eq!(daemon.run(&mut chain).committed, Some((420, 100)), "the gap is not filled");
}

#[test]
fn it_commits_from_the_activation_height_on() {
    let mut daemon = daemon();
    let mut chain = Chain::new(&daemon, 1);
    assert_eq!(daemon.run(&mut chain).committed, Some((3, 200)));
}

#[test]
fn a_null_anywhere_in_the_answer_means_no_commitment() {
    let (mut daemon, mut chain) = committed();
    chain.last_commit["extra"] = Value::Null;
    assert_eq!(daemon.run(&mut chain).committed, Some((3, 200)));
}

#[test]
fn it_votes_for_the_tip_and_for_what_it_missed() {
    let (mut daemon, mut chain) = committed();
    assert_eq!(chain.voted, BTreeSet::from([3]));
    chain.advance(4);
    assert_eq!(daemon.run(&mut chain).voted, [4]);
    assert_eq!(daemon.run(&mut chain), Round::default(), "nothing new");
    chain.advance(9);
    assert_eq!(daemon.run(&mut chain).voted, [5, 6, 7, 8], "what the contract has indexed");
    assert_eq!(daemon.run(&mut chain).voted, [9], "the tip, from the block store");
    assert_eq!(daemon.last_voted(), 9);
    let vote = &chain.submitted[1][0]["submit_finality_signature"];
    let expected = daemon.fp().vote(5, &app_hash(5)).unwrap();
    assert_eq!(vote, &expected["submit_finality_signature"]);
}

#[test]
fn a_page_is_voted_and_what_comes_meanwhile_is_the_next_batch() {
    let (mut daemon, mut chain) = committed();
    chain.advance(200);
    let page = PAGE as u64;
    assert_eq!(daemon.run(&mut chain).voted, (4..4 + page).collect::<Vec<_>>());
    assert_eq!(daemon.queued(), PAGE * (POLLS - 1), "a page a second");
    assert_eq!(daemon.run(&mut chain).voted, (4 + page..200).collect::<Vec<_>>());
    daemon.restart_with(DaemonConfig { batch_size: 10, ..daemon.config });
    chain.advance(230);
    assert_eq!(daemon.run(&mut chain).voted, (200..210).collect::<Vec<_>>(), "no more than it may send");
}

#[test]
fn a_harmless_error_costs_five_rounds_and_one_vote_but_not_the_batch() {
    let (mut daemon, mut chain) = committed();
    chain.advance(9);
    chain.too_late.extend([5, 7]);
    assert_eq!(rounds(&mut daemon, &mut chain, CLIENT_TRIES - 1), (vec![], vec![]));
    assert_eq!(rounds(&mut daemon, &mut chain, 1), (vec![], vec![5]));
    assert_eq!(rounds(&mut daemon, &mut chain, CLIENT_TRIES), (vec![], vec![7]));
    assert_eq!(rounds(&mut daemon, &mut chain, 1), (vec![4, 6, 8], vec![]));
    assert_eq!(daemon.last_voted(), 8);
}

#[test]
fn a_batch_of_duplicates_is_a_success() {
    let (mut daemon, mut chain) = committed();
    chain.advance(6);
    chain.voted.extend([4, 5]);
    // Its votes went in after it had asked for them.
    chain.hide_votes = true;
    assert_eq!(rounds(&mut daemon, &mut chain, 2 * CLIENT_TRIES), (vec![], vec![4, 5]));
    assert_eq!(daemon.last_voted(), 5);
    assert!(daemon.is_alive());
}

#[test]
fn what_the_contract_has_is_not_sent_again_and_moves_no_other_vote() {
    let (mut daemon, mut chain) = committed();
    chain.advance(8);
    chain.voted.insert(5);
    assert_eq!(daemon.run(&mut chain).voted, [4, 6, 7]);
}

#[test]
fn an_unknown_error_is_retried_and_then_the_end() {
    let (mut daemon, mut chain) = committed();
    chain.advance(4);
    let fail = |chain: &mut Chain, times: u32| chain.failures.extend((0..times).map(|_| "out of gas".into()));
    fail(&mut chain, CLIENT_TRIES * RETRIES);
    assert_eq!(rounds(&mut daemon, &mut chain, CLIENT_TRIES * RETRIES), (vec![], vec![]));
    assert_eq!(daemon.run(&mut chain).voted, [4], "the same vote, later");
    chain.advance(5);
    fail(&mut chain, CLIENT_TRIES * (RETRIES + 1));
    rounds(&mut daemon, &mut chain, CLIENT_TRIES * (RETRIES + 1));
    assert_eq!(daemon.status(), &Status::Exited { error: "out of gas".into() });
    chain.advance(6);
    assert_eq!(daemon.run(&mut chain), Round::default());
    daemon.restart();
    assert_eq!(daemon.run(&mut chain).voted, [5]);
}

#[test]
fn a_commitment_that_keeps_failing_is_the_end_though_votes_go_in() {
    let (mut daemon, mut chain) = committed();
    for tip in 203..203 + u64::from(CLIENT_TRIES) {
        assert!(daemon.is_alive());
        chain.advance(tip);
        chain.failures.push_back("commitments are closed".into());
        daemon.run(&mut chain);
    }
    assert!((3..=205).all(|height| chain.voted.contains(&height)), "{:?}", chain.voted);
    assert_eq!(daemon.status(), &Status::Exited { error: "commitments are closed".into() });
}

#[test]
fn an_unrecoverable_error_is_the_end_of_the_first_cycle() {
    for part in ["finality signature is not valid", "public randomness is not found"] {
        let (mut daemon, mut chain) = committed();
        chain.advance(4);
        let text = format!("message index: 0: {part}");
        chain.failures.extend((0..CLIENT_TRIES).map(|_| text.clone()));
        rounds(&mut daemon, &mut chain, CLIENT_TRIES);
        assert_eq!(daemon.status(), &Status::Exited { error: text });
        assert!(!daemon.is_alive());
    }
}

#[test]
fn failing_queries_are_the_end_too() {
    let (mut daemon, mut chain) = committed();
    chain.advance(4);
    chain.query_failure = Some(("votes", "no such query".into()));
    for _ in 0..=RETRIES {
        assert!(daemon.is_alive());
        assert!(daemon.run(&mut chain).errors[0].contains("no such query"));
    }
    assert!(!daemon.is_alive());
}

#[test]
fn an_answer_in_another_shape_is_the_end() {
    let (mut daemon, mut chain) = committed();
    chain.last_commit["height"] = json!("5");
    let round = daemon.run(&mut chain);
    assert!(round.errors[0].contains("last_pub_rand_commit"), "{:?}", round.errors);
    assert!(!daemon.is_alive());
}

#[test]
fn power_not_found_is_no_power() {
    let (mut daemon, mut chain) = committed();
    chain.advance(4);
    chain.query_failure = Some(("finality_provider_power", "FP not found".into()));
    assert_eq!(daemon.run(&mut chain).skipped, [4]);
}

#[test]
fn started_before_its_registration_has_arrived_it_exits() {
    let mut daemon = daemon();
    let mut chain = Chain::new(&daemon, 3);
    chain.power.clear();
    chain.query_failure = Some(("finality_provider", "finality provider not found".into()));
    daemon.run(&mut chain);
    assert!(!daemon.is_alive());
}

#[test]
fn it_starts_after_what_is_finalized_signed_or_voted_on() {
    for (finalized, signed, voted, first) in [(7, 5, 0, 8), (5, 7, 0, 8), (1, 1, 7, 8), (0, 0, 0, 3)] {
        let (mut daemon, mut chain) = committed();
        chain.voted.clear();
        daemon.restart();
        daemon.disk.last_voted = voted;
        chain.finalized = (finalized > 0).then_some(finalized);
        chain.signing_info = json!({ "last_signed_height": signed, "jailed_until": null });
        chain.advance(10);
        assert_eq!(daemon.run(&mut chain).voted[0], first);
    }
}

#[test]
fn power_without_randomness_is_the_end() {
    let mut daemon = daemon();
    let mut chain = Chain::new(&daemon, 3);
    chain.last_commit =
        json!({ "start_height": 1, "num_pub_rand": 900, "height": 1, "commitment": vec![7; 32] });
    rounds(&mut daemon, &mut chain, RETRIES + 1);
    assert_eq!(daemon.status(), &Status::Exited { error: "no randomness for height 3 on branch 0".into() });
}

#[test]
fn it_signs_no_second_hash_at_a_height() {
    let (mut daemon, mut chain) = committed();
    chain.voted.remove(&3);
    daemon.disk.last_voted = 2;
    daemon.restart();
    chain.advance(6);
    chain.other_hash_at = Some(3);
    assert_eq!(daemon.run(&mut chain).voted, [4, 5], "the program that signs refuses 3");
}
