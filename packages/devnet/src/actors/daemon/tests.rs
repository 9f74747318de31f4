use std::collections::{BTreeMap, BTreeSet, VecDeque};

use primitives::AppHash;
use serde_json::{Value, json};

use super::{Contract, Daemon, DaemonConfig, Node, Round, Status};
use crate::actors::{Appchain, FinalityProvider};

/// A contract that keeps just what the daemon asks for, and fails on demand.
struct Chain {
    tip: u64,
    indexed: BTreeSet<u64>,
    power: BTreeMap<u64, u64>,
    finalized: Option<u64>,
    signing_info: Value,
    slashed_btc_height: u64,
    last_commit: Value,
    voted: BTreeSet<u64>,
    too_late: BTreeSet<u64>,
    failures: VecDeque<String>,
    query_failure: Option<(&'static str, String)>,
    submitted: Vec<Vec<Value>>,
    fp: String,
}

fn app_hash(height: u64) -> AppHash {
    AppHash::from_bytes([u8::try_from(height % 251).unwrap(); 32])
}

impl Chain {
    /// All blocks up to the tip but the tip itself are indexed, all with power.
    fn new(daemon: &Daemon, tip: u64) -> Self {
        let mut chain = Self {
            tip: 0,
            indexed: BTreeSet::new(),
            power: BTreeMap::new(),
            finalized: None,
            signing_info: Value::Null,
            slashed_btc_height: 0,
            last_commit: Value::Null,
            voted: BTreeSet::new(),
            too_late: BTreeSet::new(),
            failures: VecDeque::new(),
            query_failure: None,
            submitted: Vec::new(),
            fp: daemon.fp().public_key_hex(),
        };
        chain.advance(tip);
        chain
    }

    fn advance(&mut self, tip: u64) {
        self.indexed.extend(self.tip.max(1)..tip);
        self.power.extend((self.tip + 1..=tip).map(|height| (height, 5)));
        self.tip = tip;
    }

    fn execute(&mut self, message: &Value) -> Result<(), String> {
        if let Some(vote) = message.get("submit_finality_signature") {
            let height = vote["height"].as_u64().unwrap();
            if self.too_late.contains(&height) {
                return Err("the voting block is already finalized and timestamped".into());
            }
            if !self.voted.insert(height) {
                return Err("duplicated finality vote".into());
            }
        } else if let Some(commit) = message.get("commit_public_randomness") {
            self.last_commit = json!({
                "start_height": commit["start_height"], "num_pub_rand": commit["num_pub_rand"],
                "height": self.tip, "commitment": vec![7; 32],
            });
        } else {
            self.signing_info["jailed_until"] = json!(0);
        }
        Ok(())
    }
}

impl Node for Chain {
    fn tip(&self) -> u64 {
        self.tip
    }

    fn app_hash(&self, height: u64) -> Option<AppHash> {
        (height <= self.tip).then(|| app_hash(height))
    }

    fn query(&mut self, contract: Contract, message: &Value) -> Result<Value, String> {
        let (name, fields) = message.as_object().unwrap().iter().next().unwrap();
        assert_eq!(contract == Contract::Staking, name == "finality_provider", "{name}");
        if let Some((_, text)) = self.query_failure.as_ref().filter(|(query, _)| query == name) {
            return Err(text.clone());
        }
        Ok(match name.as_str() {
            "config" => json!({ "finality_activation_height": 3 }),
            "last_finalized_height" => json!(self.finalized),
            "signing_info" => self.signing_info.clone(),
            "finality_provider" => json!({ "slashed_btc_height": self.slashed_btc_height }),
            "last_pub_rand_commit" => self.last_commit.clone(),
            "finality_provider_power" => {
                json!({ "power": self.power.get(&fields["height"].as_u64().unwrap()).unwrap_or(&0) })
            }
            "votes" => {
                let voted = self.voted.contains(&fields["height"].as_u64().unwrap());
                json!({ "btc_pks": if voted { vec![self.fp.clone()] } else { vec![] } })
            }
            "blocks" => {
                let limit = usize::try_from(fields["limit"].as_u64().unwrap()).unwrap();
                let from = fields["start_after"].as_u64().unwrap();
                let block = |height: &u64| json!({ "height": height, "app_hash": app_hash(*height).as_bytes(), "finalized": false });
                json!({ "blocks": self.indexed.range(from..).take(limit).map(block).collect::<Vec<_>>() })
            }
            other => panic!("the daemon does not ask {other}"),
        })
    }

    fn submit(&mut self, messages: &[Value]) -> Result<(), String> {
        if let Some(text) = self.failures.pop_front() {
            return Err(text);
        }
        let before = (self.voted.clone(), self.last_commit.clone());
        for (index, message) in messages.iter().enumerate() {
            if let Err(text) = self.execute(message) {
                (self.voted, self.last_commit) = before;
                return Err(format!("failed to execute message; message index: {index}: {text}"));
            }
        }
        self.submitted.push(messages.to_vec());
        Ok(())
    }
}

fn daemon() -> Daemon {
    let appchain = Appchain { chain_id: "bsn-1".into(), contract: "bbnc1contract".into() };
    let config =
        DaemonConfig { num_pub_rand: 100, timestamping_delay_blocks: 0, batch_size: 10, max_retries: 3 };
    Daemon::new(FinalityProvider::new(1, 0, &appchain), config)
}

/// A daemon that has committed to everything from height 3 on, and its chain at height 3.
fn committed() -> (Daemon, Chain) {
    let mut daemon = daemon();
    let mut chain = Chain::new(&daemon, 3);
    assert_eq!(daemon.run(&mut chain).committed, Some((3, 100)));
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
