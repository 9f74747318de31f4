mod chain;

use std::collections::BTreeSet;

use chain::{Chain, app_hash};
use serde_json::{Value, json};

use super::{Daemon, DaemonConfig, Round, Status};
use crate::{Appchain, FinalityProvider};

fn daemon() -> Daemon {
    let appchain = Appchain { chain_id: "bsn-1".into(), contract: "bbnc1contract".into() };
    let config =
        DaemonConfig { num_pub_rand: 100, timestamping_delay_blocks: 0, batch_size: 10, max_retries: 3 };
    Daemon::new(FinalityProvider::new(1, 0, &appchain), config)
}

/// A daemon that has committed to all heights from 3 to 202, and its chain at height 3.
fn committed() -> (Daemon, Chain) {
    let mut daemon = daemon();
    let mut chain = Chain::new(&daemon, 3);
    assert_eq!(daemon.run(&mut chain).committed, Some((3, 100)));
    assert_eq!(daemon.run(&mut chain).committed, Some((103, 100)));
    chain.submitted.clear();
    (daemon, chain)
}

#[test]
fn it_commits_ahead_of_the_tip_and_before_it_runs_short() {
    let mut daemon = daemon();
    daemon.config.timestamping_delay_blocks = 20;
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
    assert_eq!(daemon.run(&mut chain).committed, Some((3, 100)));
}

#[test]
fn a_null_anywhere_in_the_answer_means_no_commitment() {
    let (mut daemon, mut chain) = committed();
    chain.last_commit["extra"] = Value::Null;
    assert_eq!(daemon.run(&mut chain).committed, Some((3, 100)));
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
fn holes_and_heights_without_power_are_passed_over() {
    let (mut daemon, mut chain) = committed();
    chain.advance(9);
    chain.indexed.remove(&5);
    chain.power.insert(6, 0);
    chain.voted.insert(7);
    let round = daemon.run(&mut chain);
    assert_eq!((round.voted, round.skipped), (vec![4, 8], vec![6, 7]));
}

#[test]
fn a_batch_is_bounded() {
    let (mut daemon, mut chain) = committed();
    chain.advance(30);
    assert_eq!(daemon.run(&mut chain).voted, (4..14).collect::<Vec<_>>());
    assert_eq!(daemon.run(&mut chain).voted, (14..24).collect::<Vec<_>>());
}

#[test]
fn a_harmless_error_costs_one_vote_and_not_the_batch() {
    let (mut daemon, mut chain) = committed();
    chain.advance(9);
    chain.too_late.extend([5, 7]);
    let round = daemon.run(&mut chain);
    assert_eq!((round.voted, round.dropped), (vec![4, 6, 8], vec![5, 7]));
    assert!(round.errors.is_empty());

    // The answer to a transaction is lost: every vote is a duplicate, and all is well.
    daemon.next_height = Some(4);
    chain.query_failure = None;
    let mut forgetful = chain;
    forgetful.too_late.clear();
    forgetful.fp = "somebody else".into();
    let round = daemon.run(&mut forgetful);
    assert_eq!((round.voted, round.dropped), (vec![5, 7], vec![4, 6, 8]));
}

#[test]
fn an_unknown_error_is_retried_and_then_the_end() {
    let (mut daemon, mut chain) = committed();
    chain.advance(4);
    for _ in 0..3 {
        chain.failures.push_back("out of gas".into());
        assert_eq!(daemon.run(&mut chain).errors, ["out of gas"]);
    }
    assert_eq!(daemon.run(&mut chain).voted, [4], "the same vote, later");
    chain.advance(5);
    chain.failures.extend((0..4).map(|_| "out of gas".to_string()));
    for _ in 0..4 {
        assert_eq!(daemon.run(&mut chain).errors, ["out of gas"]);
    }
    assert_eq!(daemon.status(), &Status::Exited { error: "out of gas".into() });
    chain.advance(6);
    assert_eq!(daemon.run(&mut chain), Round::default());
    daemon.restart();
    assert_eq!(daemon.run(&mut chain).voted, [5]);
}

#[test]
fn a_commitment_that_keeps_failing_is_the_end_though_votes_go_in() {
    let (mut daemon, mut chain) = committed();
    chain.last_commit = Value::Null;
    for height in 4..8 {
        assert!(daemon.is_alive());
        chain.advance(height);
        chain.failures.push_back("commitments are closed".into());
        daemon.run(&mut chain);
    }
    assert_eq!(chain.voted, BTreeSet::from([3, 4, 5, 6]));
    assert_eq!(daemon.status(), &Status::Exited { error: "commitments are closed".into() });
}

#[test]
fn an_unrecoverable_error_is_the_end_at_once() {
    for part in ["finality signature is not valid", "public randomness is not found"] {
        let (mut daemon, mut chain) = committed();
        chain.advance(4);
        let text = format!("message index: 0: {part}");
        chain.failures.push_back(text.clone());
        daemon.run(&mut chain);
        assert_eq!(daemon.status(), &Status::Exited { error: text });
        assert!(!daemon.is_alive());
    }
}

#[test]
fn failing_queries_are_the_end_too() {
    let (mut daemon, mut chain) = committed();
    chain.advance(4);
    chain.query_failure = Some(("votes", "no such query".into()));
    for _ in 0..4 {
        assert!(daemon.run(&mut chain).errors[0].contains("no such query"));
    }
    assert!(!daemon.is_alive());
}

#[test]
fn an_answer_in_another_shape_is_an_error() {
    let (mut daemon, mut chain) = committed();
    chain.last_commit["height"] = json!("5");
    let round = daemon.run(&mut chain);
    assert!(round.errors[0].contains("last_pub_rand_commit"), "{:?}", round.errors);
}

#[test]
fn power_not_found_is_no_power() {
    let (mut daemon, mut chain) = committed();
    chain.advance(4);
    chain.query_failure = Some(("finality_provider_power", "FP not found".into()));
    assert_eq!(daemon.run(&mut chain).skipped, [4]);
}

#[test]
fn jailed_it_waits_until_it_is_unjailed_and_goes_on() {
    let (mut daemon, mut chain) = committed();
    assert_eq!(daemon.unjail(&mut chain), Err("the finality provider is not jailed".into()));
    chain.advance(4);
    chain.failures.push_back("message index: 0: the finality provider is jailed".into());
    daemon.run(&mut chain);
    assert_eq!(daemon.status(), &Status::Jailed);
    chain.signing_info = json!({ "last_signed_height": 3, "jailed_until": 99 });
    assert!(daemon.run(&mut chain).voted.is_empty());
    assert_eq!(daemon.status(), &Status::Jailed);
    daemon.unjail(&mut chain).unwrap();
    assert_eq!(chain.submitted.last().unwrap(), &[daemon.fp().unjail()]);
    chain.advance(5);
    assert_eq!(daemon.run(&mut chain).voted, [4]);
    assert_eq!(daemon.status(), &Status::Running);
}

#[test]
fn slashed_it_never_comes_back() {
    let (mut daemon, mut chain) = committed();
    chain.advance(4);
    chain.failures.push_back("message index: 0: the finality provider was slashed".into());
    daemon.run(&mut chain);
    assert_eq!(daemon.status(), &Status::Slashed);
    assert_eq!(daemon.run(&mut chain), Round::default());
    daemon.restart();
    chain.slashed_btc_height = 1;
    assert_eq!(daemon.run(&mut chain), Round::default());
    assert_eq!(daemon.status(), &Status::Slashed);
}

#[test]
fn it_starts_after_what_is_finalized_signed_or_voted_on() {
    for (finalized, signed, voted, first) in [(7, 5, 0, 8), (5, 7, 0, 8), (1, 1, 7, 8), (0, 0, 0, 3)] {
        let (mut daemon, mut chain) = committed();
        chain.voted.clear();
        daemon.restart();
        daemon.last_voted = voted;
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
    daemon.run(&mut chain);
    assert_eq!(daemon.status(), &Status::Exited { error: "no randomness for height 3 on branch 0".into() });
}
