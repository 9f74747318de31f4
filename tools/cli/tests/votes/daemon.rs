//! What it does while it lives.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::liar::Liar;
use crate::proxy::{Does, before};
use crate::support::until;
use crate::voter::{FP, Voter};
use crate::watchers::events;

#[test]
fn it_votes_at_each_height_and_catches_up_in_ranges() {
    let voter = Voter::ready();
    let mut daemon = voter.start(&voter.caller.node(), &[]);
    daemon.hears("voting");
    let first = daemon.hears("voted")["from"].as_u64().unwrap();
    voter.reaches(first + 8);
    until("votes", || (first..first + 8).all(|height| voter.has_voted(height)).then_some(()));
    drop(daemon);
    let (highest, _) = voter.signed().into_iter().next_back().unwrap();
    voter.reaches(highest + 8);
    let mut daemon = voter.start(&voter.caller.node(), &[]);
    let caught_up = daemon.says("range", |event| {
        event["event"] == "voted" && event["to"].as_u64() > event["from"].as_u64().map(|from| from + 3)
    });
    let (from, to) = (caught_up["from"].as_u64().unwrap(), caught_up["to"].as_u64().unwrap());
    until("votes", || (from..=to).all(|height| voter.has_voted(height)).then_some(()));
    assert!(!voter.is_slashed());
}

#[test]
fn randomness_is_committed_ahead_and_counts_once_bitcoin_has_timestamped_it() {
    let voter = Voter::ready();
    let ask = json!({ "last_pub_rand_commit": { "btc_pk_hex": voter.fp.to_string() } });
    let last = voter.ask(ask.clone());
    let end = last["start_height"].as_u64().unwrap() + last["num_pub_rand"].as_u64().unwrap() - 1;
    let mut daemon = voter.start(&voter.caller.node(), &["--ahead", "4000"]);
    let committed = daemon.hears("committed");
    assert_eq!(committed["start"], end + 1);
    let now = voter.ask(ask);
    assert_eq!((&now["start_height"], &now["num_pub_rand"]), (&committed["start"], &committed["count"]));
    let counts = |event: &Value| event["counted"].as_u64() > Some(3_000);
    let voted = daemon.says("what counts", counts);
    assert_eq!(voted["counted"], voted["committed"]);
}

/// V-02
#[test]
fn another_hash_at_a_signed_height_is_refused_and_other_heights_go_on() {
    let voter = Voter::ready();
    let liar = Arc::new(Liar::default());
    let node = liar.stand(&voter.caller.node(), &voter.devnet.bsn());
    liar.loses.store(true, Ordering::SeqCst);
    let daemon = voter.start(&node, &[]);
    let lost = until("a vote that is lost", || liar.heard.lock().unwrap().keys().next_back().copied());
    drop(daemon);
    liar.loses.store(false, Ordering::SeqCst);
    liar.lies.store(true, Ordering::SeqCst);
    let (code, out, err) = {
        let path = bsn_cli::devnet::account::path(0);
        let more = ["--json", "--once", "--node", &node, "--mnemonic-file", "words", "--hd-path", &path];
        voter.caller.bsn(&voter.args(&more))
    };
    assert_eq!(code, 5, "{out}{err}");
    assert!(err.contains("ALARM: at height ") && err.contains("nothing is signed"), "{err}");
    assert!(events(&out, "refused").iter().any(|event| event["height"] == lost), "{out}");
    let mut daemon = voter.start(&node, &[]);
    daemon.hears("refused");
    let voted =
        daemon.says("a vote above", |event| event["event"] == "voted" && event["to"].as_u64() > Some(lost));
    assert!(voter.has_voted(voted["to"].as_u64().unwrap()));
    assert_eq!(liar.twice(), Vec::<u64>::new());
    assert!(!voter.is_slashed());
}

/// V-03
#[test]
fn nothing_is_signed_that_nodes_or_the_contract_show_otherwise() {
    let voter = Voter::ready();
    let liar = Arc::new(Liar::default());
    let node = liar.stand(&voter.caller.node(), &voter.devnet.bsn());
    liar.forks.store(true, Ordering::SeqCst);
    let both = format!("{},{node}", voter.caller.node());
    // One node whose header is not what the contract was told; then two of which one lies.
    for nodes in [&node, &both] {
        let mut daemon = voter.start(nodes, &[]);
        let alarm = daemon.hears("disagree");
        voter.reaches(alarm["height"].as_u64().unwrap() + 5);
        assert!(daemon.runs() && voter.signed().is_empty(), "{:?}", daemon.said);
    }
    liar.forks.store(false, Ordering::SeqCst);
    let mut daemon = voter.start(&both, &["--agree", "2"]);
    daemon.hears("voted");
}

#[test]
fn a_node_that_stands_still_is_left_for_another() {
    let voter = Voter::ready();
    let stands = Arc::new(AtomicBool::new(false));
    let (still, old) = (Arc::clone(&stands), Mutex::new(None));
    let node = before(&voter.caller.node(), move |method, _, truth| {
        if method != "status" {
            return Does::Pass;
        }
        let mut old = old.lock().unwrap();
        if !still.load(Ordering::SeqCst) || old.is_none() {
            *old = Some(truth());
        }
        Does::Says(old.clone().unwrap())
    });
    let mut daemon = voter.start(&format!("{node},{}", voter.caller.node()), &[]);
    daemon.hears("voted");
    stands.store(true, Ordering::SeqCst);
    let stood = voter.devnet.client.height().unwrap();
    daemon
        .says("a vote above", |event| event["event"] == "voted" && event["from"].as_u64() > Some(stood + 6));
}

/// V-04
#[test]
fn who_finds_votes_that_it_does_not_know_signs_nothing_more() {
    let voter = Voter::ready();
    let old = std::fs::read(voter.path("signed")).unwrap();
    let mut daemon = voter.start(&voter.caller.node(), &[]);
    daemon.hears("voted");
    daemon.hears("voted");
    // Two programs cannot have one state.
    let (code, _, err) = voter.run(&["--once"]);
    assert!(code == 4 && err.contains("two must never vote with one key"), "{code} {err}");
    drop(daemon);
    // An old copy of it.
    let new = std::fs::read(voter.path("signed")).unwrap();
    std::fs::write(voter.path("signed"), &old).unwrap();
    let (code, _, err) = voter.run(&["--once"]);
    assert!(code == 4 && err.contains("the state knows nothing of it"), "{code} {err}");
    assert!(voter.signed().is_empty());
    // A damaged one.
    let mut bytes = new.clone();
    bytes[new.len() / 2] ^= 1;
    std::fs::write(voter.path("signed"), &bytes).unwrap();
    let (code, _, err) = voter.run(&["--once"]);
    assert!(code == 4 && err.contains("cannot be believed"), "{code} {err}");
    std::fs::write(voter.path("signed"), &new).unwrap();
    // Its own daemon is on again.
    voter.devnet.control(&format!("fault/online?fp={FP}"));
    let mut daemon = voter.start(&voter.caller.node(), &[]);
    until("the end", || (!daemon.runs()).then_some(()));
}

#[test]
fn where_the_grid_cannot_be_read_it_says_so_and_votes_at_other_heights() {
    let voter = Voter::ready();
    let node = before(&voter.caller.node(), |_, params, _| {
        let is_raw = params["path"].as_str().is_some_and(|path| path.ends_with("/RawContractState"));
        let refused = json!({ "response": { "code": 6, "codespace": "sdk", "log": "unknown query path" } });
        if is_raw { Does::Says(refused) } else { Does::Pass }
    });
    let mut daemon = voter.start(&node, &[]);
    let voted = daemon.hears("voted");
    daemon.says("why", |event| event["why"].as_str().is_some_and(|why| why.contains("RawContractState")));
    let last = voted["to"].as_u64();
    daemon.says("a vote above", |event| event["event"] == "voted" && event["from"].as_u64() > last);
    assert_eq!(voted["grid"], json!([]));
}

#[test]
fn a_dry_run_shows_what_would_be_voted_and_signs_nothing() {
    let voter = Voter::ready();
    let before = std::fs::read(voter.path("signed")).unwrap();
    let args = voter.args(&["--dry-run", "--json", "--ahead", "4000"]);
    let node = voter.caller.node();
    let (code, out, err) = voter.caller.bsn(&[&args[..], &["--node", &node]].concat());
    assert_eq!(code, 0, "{out}{err}");
    assert!(!events(&out, "would_vote").is_empty() && events(&out, "would_commit").len() == 1, "{out}");
    assert_eq!(std::fs::read(voter.path("signed")).unwrap(), before);
    let would: Vec<_> =
        events(&out, "would_vote").iter().filter_map(|event| event["height"].as_u64()).collect();
    voter.reaches(would[0] + 3);
    assert!(would.iter().all(|height| !voter.has_voted(*height)));
}

#[test]
fn a_jailed_one_says_so_and_votes_again_once_it_is_free() {
    let voter = Voter::with(json!({ "missed_blocks_window": 10, "jail_duration": 2 }));
    let ask = json!({ "signing_info": { "btc_pk_hex": voter.fp.to_string() } });
    until("the jail", || voter.ask(ask.clone())["jailed_until"].is_number().then_some(()));
    voter.create();
    let mut daemon = voter.start(&voter.caller.node(), &[]);
    daemon
        .says("the jail", |event| event["why"].as_str().is_some_and(|why| why.starts_with("in jail until ")));
    until("the end of the term", || {
        let fp = FP;
        voter
            .devnet
            .handle
            .run_blocking(move |engine| {
                let message = engine.net.fps[fp].unjail();
                engine.send_as(fp, &message);
            })
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(500));
        voter.ask(ask.clone())["jailed_until"].is_null().then_some(())
    });
    daemon.hears("voted");
}
