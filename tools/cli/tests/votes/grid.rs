//! At grid heights: after it has left, from jail, far behind, and however often it dies.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::liar::Liar;
use crate::proxy::{Does, before};
use crate::support::until;
use crate::voter::{GRID, Voter};
use crate::watchers::{Started, events};

/// The first grid height that names a committee; that one closes the next.
const ROOT: u64 = 2 * GRID;
const FIRST: u64 = ROOT + GRID;

/// A voter that is in the first committee for certain: that is the active set of twenty blocks below the root.
fn member(settings: Value) -> (Voter, Started) {
    let voter = Voter::alone(settings);
    voter.take_over();
    let mut daemon = voter.start(&voter.caller.node(), &[]);
    daemon.hears("voted");
    voter.reaches(ROOT - 18);
    (voter, daemon)
}

fn votes_for_grid(daemon: &mut Started, height: u64) -> Value {
    daemon.says("a vote for the grid", |event| {
        event["event"] == "voted"
            && event["grid"].as_array().is_some_and(|grid| grid.contains(&json!(height)))
    })
}

fn closes(voter: &Voter, height: u64) {
    until("the close", || (voter.closed_through() >= height).then_some(()));
}

/// V-07
#[test]
fn a_leaver_votes_at_its_grid_heights_signs_no_two_hashes_and_is_told_when_it_may_go() {
    let (voter, daemon) = member(json!({ "missed_blocks_window": 1_000, "vote_window": 200 }));
    let liar = Arc::new(Liar::default());
    let node = liar.stand(&voter.caller.node(), &voter.devnet.bsn());
    voter.unstake();
    drop(daemon);
    voter.reaches(ROOT + 1);
    let mut daemon = voter.start(&node, &[]);
    let stays = daemon.hears("grid");
    assert!(stays["until"].as_u64() >= Some(FIRST), "{stays}");
    assert!(stays["why"].as_str().unwrap().contains("keep `bsn vote` running until grid height "), "{stays}");
    // It is killed once it has signed, and what it has sent is lost.
    liar.loses.store(true, Ordering::SeqCst);
    until("a vote that is lost", || liar.heard.lock().unwrap().contains_key(&FIRST).then_some(()));
    drop(daemon);
    assert!(voter.signed().contains_key(&FIRST) && !voter.has_voted(FIRST));
    assert!(voter.closed_through() < FIRST, "without it nothing closes");
    // In its next life the height has another hash.
    liar.loses.store(false, Ordering::SeqCst);
    liar.lies.store(true, Ordering::SeqCst);
    let mut daemon = voter.start(&node, &[]);
    daemon.says("a refusal", |event| event["event"] == "refused" && event["height"] == FIRST);
    drop(daemon);
    assert!(!voter.has_voted(FIRST));
    // In the one after that all is as it was.
    liar.lies.store(false, Ordering::SeqCst);
    let mut daemon = voter.start(&node, &[]);
    votes_for_grid(&mut daemon, FIRST);
    closes(&voter, FIRST);
    // By and by all committees that it was in have closed their heights, and it is free.
    let free = daemon.says("the end", |event| event["event"] == "grid" && event["until"].is_null());
    let free = if free["decided_at"].is_null() {
        free
    } else {
        daemon.says("the end", |event| {
            event["event"] == "grid" && event["until"].is_null() && event["decided_at"].is_null()
        })
    };
    assert!(free["why"].as_str().unwrap().contains("may end `bsn vote`"), "{free}");
    assert!(daemon.runs() && voter.closed_through() >= stays["until"].as_u64().unwrap());
    assert_eq!((voter.power_to_come(), liar.twice(), voter.is_slashed()), (0, Vec::new(), false));
}

/// V-08
///
/// The contract has forgotten the anchor by then.
#[test]
fn a_leaver_that_lags_votes_far_below_the_window_and_the_grid_height_closes() {
    let (voter, daemon) = member(json!({ "missed_blocks_window": 1_000, "vote_window": 10 }));
    voter.unstake();
    let (left, fp) = (voter.devnet.client.height().unwrap(), voter.fp);
    let finalized = || voter.ask(json!({ "last_finalized_height": {} })).as_u64().unwrap_or_default();
    // The last heights that need it have its vote.
    until("finality", || (finalized() > left).then_some(()));
    drop(daemon);
    assert!(finalized() < FIRST, "the machine is too busy: {fp} is still there at {FIRST}");
    voter.reaches(FIRST + 30);
    until("finality without it", || (finalized() > FIRST + 20).then_some(()));
    assert!(voter.closed_through() < FIRST && !voter.has_voted(FIRST));
    // Who has lost the state cannot vote there any more, and is told so.
    let other = ["vote", "--fp-key-file", "key", "--state", "other", "--json"];
    let (code, out, err) = voter.caller.sign(&[&other[..], &["--create"]].concat());
    assert_eq!(code, 0, "{out}{err}");
    let node = voter.caller.node();
    let (_, out, err) = voter.caller.bsn(&[&other[..], &["--dry-run", "--node", &node]].concat());
    let lost = format!("at grid height {FIRST} nothing is voted: ");
    assert!(
        events(&out, "waits").iter().any(|it| it["why"].as_str().unwrap().starts_with(&lost)),
        "{out}{err}"
    );
    // A node that has forgotten the header is of no use.
    let pruned = before(&voter.caller.node(), |method, params, _| {
        let is_asked = method == "block" && params["height"].as_str() == Some(FIRST.to_string().as_str());
        if is_asked { Does::Missing } else { Does::Pass }
    });
    let mut daemon = voter.start(&pruned, &[]);
    let waits = format!("0 nodes show the header of height {FIRST}, and 1 must");
    daemon.says("that it waits", |event| event["event"] == "waits" && event["why"] == waits);
    assert!(!voter.signed().contains_key(&FIRST));
    drop(daemon);
    let node = before(&voter.caller.node(), |_, params, truth| {
        let data = hex::decode(params["data"].as_str().unwrap_or_default()).unwrap_or_default();
        let is_asked = data.windows(8).any(|bytes| bytes == b"\"blocks\"");
        // A page of the contract's blocks: none of those up to here.
        if is_asked { Does::Says(without_blocks(truth())) } else { Does::Pass }
    });
    let mut daemon = voter.start(&node, &[]);
    let voted = votes_for_grid(&mut daemon, FIRST);
    assert_eq!((&voted["from"], &voted["to"]), (&json!(FIRST), &json!(FIRST)));
    closes(&voter, FIRST);
    assert!(voter.has_voted(FIRST) && !voter.is_slashed());
    assert_eq!(voter.power_to_come(), 0);
    let signed: Vec<u64> = voter.signed().into_keys().filter(|height| *height > left).collect();
    assert!(signed.iter().all(|height| height.is_multiple_of(GRID)), "{left}: {signed:?}");
}

fn without_blocks(mut answer: Value) -> Value {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use bsn_rpc::proto::Message;
    use bsn_rpc::proto::cosmwasm::wasm::v1::QuerySmartContractStateResponse;
    let data = json!({ "blocks": [] }).to_string().into_bytes();
    answer["response"]["value"] =
        json!(STANDARD.encode(QuerySmartContractStateResponse { data }.encode_to_vec()));
    answer
}

/// V-07
#[test]
fn who_sits_in_jail_votes_at_its_grid_height() {
    let (voter, daemon) =
        member(json!({ "missed_blocks_window": 40, "jail_duration": 3_000, "vote_window": 10 }));
    drop(daemon);
    let ask = json!({ "signing_info": { "btc_pk_hex": voter.fp.to_string() } });
    let is_jailed = || voter.ask(ask.clone())["jailed_until"].is_number();
    until("the jail", || is_jailed().then_some(()));
    let mut daemon = voter.start(&voter.caller.node(), &[]);
    let grid = daemon.says("a vote for the grid", |event| {
        event["event"] == "voted" && event["grid"].as_array().is_some_and(|grid| !grid.is_empty())
    });
    assert!(grid["grid"][0].as_u64().unwrap().is_multiple_of(GRID), "{grid}");
    closes(&voter, FIRST);
    assert!(is_jailed() && !voter.is_slashed());
}
