use std::collections::BTreeMap;

use bsn_rpc::{Event, Status};
use serde_json::{Value, json};

use super::*;

/// The time of the last block of [`healthy`].
pub const NOW: u64 = 1_764_000_000_000;
const CONTRACT: &str = "bbnc1contract";

/// Options of a chain that nobody serves.
pub fn options() -> Options {
    Options::new(&["http://127.0.0.1:1".to_owned()], &[], Some(CONTRACT), bsn_rpc::Retry::none()).unwrap()
}

/// A contract's answer where all is well.
pub fn health(tip: u64) -> Value {
    let waiting = json!({ "height": tip, "voted_power": "0", "total_power": "9" });
    json!({
        "finality": { "last_processed": tip, "last_finalized_height": tip - 1, "last_final_block": tip - 2,
            "waiting_for": waiting, "longest_gap": 0, "resumed": 0 },
        "hooks": { "last_begin_block": tip, "last_end_block": tip, "lost_recently": 0 },
        "channel": { "state": "open", "channel_id": "channel-0", "connection_id": "connection-0",
            "last_packet_age_s": 5, "previous": [] },
        "bitcoin": { "tip_height": 900, "tip_age_s": 60, "refused": 0, "expiring": false },
        "timestamps": { "epoch": 3, "height": 5, "trust": "bitcoin", "waiting": 0 },
        "staking": { "fps": 3, "active": 3, "total_power": "9", "ranked_power": "9", "without_randomness": "0",
            "pop_trusted": 0, "quarantined": 0, "queued": 0 },
        "paused": [], "outbox": { "waiting": 0, "refused": 0 },
        "rewards": { "owed": [], "undistributed": [{ "denom": "ustake", "amount": "7" }], "handed_over": [],
            "burned": [] },
        "alarms": [],
    })
}

fn status(height: u64) -> Status {
    Status {
        node: "http://127.0.0.1:1".to_owned(),
        chain_id: "app-1".to_owned(),
        moniker: "node".to_owned(),
        version: String::new(),
        height,
        earliest_height: 1,
        time_nanos: i128::from(NOW - (20 - height) * 1_000) * 1_000_000,
        is_catching_up: false,
    }
}

/// An event of the contract.
pub fn event(kind: &str, attributes: &[(&str, &str)]) -> Event {
    let own = attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let attributes = [("_contract_address".to_owned(), CONTRACT.to_owned())].into_iter().chain(own);
    Event { kind: format!("wasm-{kind}"), attributes: attributes.collect() }
}

fn vote(key: &str, height: u64, verdict: &str) -> Event {
    event(
        "submit_finality_signature",
        &[("fp_pubkey_hex", key), ("height", &height.to_string()), ("verdict", verdict)],
    )
}

/// The events of a block in which the height before it gets its quorum.
fn quorum(height: u64) -> Vec<Event> {
    let (last, at) = (height.to_string(), (height - 1).to_string());
    vec![
        event("index_block", &[("last_height", &last)]),
        event("finalize_block", &[("finalized_height", &at)]),
    ]
}

/// Twenty blocks of three finality providers; the third never votes.
pub fn healthy() -> Record {
    let mut record = Record::new(&options(), NOW - 60_000);
    record.active_set(&BTreeMap::from([("aa".to_owned(), 4), ("bb".to_owned(), 3), ("cc".to_owned(), 2)]));
    for height in 1..=20 {
        record.status(&status(height));
        let votes: Vec<Event> = ["aa", "bb"].map(|key| vote(key, height - 1, "counted")).to_vec();
        record.block(height, Some(NOW - (20 - height) * 1_000), &quorum(height), &votes);
    }
    record.health(serde_json::from_value(health(20)).unwrap());
    record.answered(NOW, 12);
    record
}

#[test]
fn a_block_says_who_voted_what_is_final_and_how_far_behind() {
    let record = healthy();
    let letters = |height: u64| record.columns[&height].json(height, 3)["votes"].as_str().unwrap().to_owned();
    assert_eq!((letters(5).as_str(), letters(20).as_str()), ("vvm", "???"));
    assert_eq!(record.columns[&5].power(), (9, 7));
    assert_eq!((record.columns[&20].lag, record.lag(), record.block_ms()), (Some(2), Some(2), 1_000));
    let third = &record.providers[2];
    assert_eq!((third.voted, third.last_voted, third.active), (0, 0, true));
    // Heights 1 to 8 take no more votes at height 20.
    assert_eq!((third.missed, record.providers[0].voted), (8, 8));
}

#[test]
fn events_of_other_contracts_say_nothing() {
    let mut record = healthy();
    let foreign = |event: Event| {
        let attributes = event.attributes.into_iter().map(|(key, value)| match key.as_str() {
            "_contract_address" => (key, "bbnc1other".to_owned()),
            _ => (key, value),
        });
        Event { attributes: attributes.collect(), ..event }
    };
    let forged =
        [vote("cc", 20, "counted"), event("slashed_finality_provider", &[("finality_provider", "aa")])];
    record.block(21, None, &quorum(21).into_iter().map(foreign).collect::<Vec<_>>(), &forged.map(foreign));
    assert_eq!(record.columns[&20].vote(2), Vote::Open);
    assert_eq!((record.totals.evidence, record.columns[&20].state), (0, State::Open));
    assert!(record.columns[&21].lost, "no hook of ours was seen");
}

#[test]
fn a_lost_hook_is_counted_listed_and_marked() {
    let mut record = healthy();
    let error = Event {
        kind: "contract_communication_error".to_owned(),
        attributes: vec![
            ("phase".to_owned(), "EndBlock".to_owned()),
            ("error".to_owned(), "out of gas".to_owned()),
        ],
    };
    record.block(21, Some(NOW + 1_000), &[error], &[]);
    assert_eq!((record.totals.hooks_lost, record.totals.hook_errors), (1, 1));
    let kinds: Vec<&str> = record.feed.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, ["hook_error", "hole"]);
    assert!(record.columns[&21].lost);
    let skip = event("skip_height", &[("height", "21"), ("reason", "hook_lost")]);
    record.block(22, None, &[quorum(22).remove(0), skip], &[]);
    assert_eq!(record.columns[&21].state, State::Hole);
}

#[test]
fn who_signs_twice_is_seen_to() {
    let mut record = healthy();
    let slashed = [("finality_provider", "bb"), ("block_height", "20"), ("extracted_secret_key", "00")];
    let txs = [vote("bb", 20, "equivocation"), event("slashed_finality_provider", &slashed)];
    record.block(21, None, &quorum(21), &txs);
    assert_eq!(record.columns[&20].vote(1), Vote::Twice);
    assert_eq!((record.totals.evidence, record.feed[0].kind), (1, "slashed"));
    assert!(!format!("{:?}", record.feed).contains("secret"), "keys are not passed on");
}

#[test]
fn the_record_stays_small() {
    let mut record = healthy();
    let many = (0..1_000).map(|number| (format!("{number:064x}"), 1)).collect();
    record.active_set(&many);
    for height in 21..1_500 {
        let noise = vec![event("alarm", &[("what", &"x".repeat(10_000))]); 3];
        record.block(height, Some(NOW + height * 1_000), &quorum(height), &noise);
    }
    assert_eq!((record.columns.len() as u64, record.feed.len()), (HEIGHTS, happening::KEPT));
    assert_eq!(record.providers.len(), provider::KEPT);
    assert_eq!(healthy().place_of(&"a".repeat(65)), None, "no key is so long");
    assert!(record.feed.iter().all(|it| it.what.len() <= 200));
}

#[test]
fn a_round_that_fails_leaves_what_was_read() {
    let mut record = healthy();
    let before = record.revision;
    record.failed(Fault::Away("refused".to_owned()), NOW + 1_000, 3);
    assert_eq!((record.height(), record.reading.last_ok, record.revision), (20, Some(NOW), before + 1));
}

#[test]
fn heights_from_before_are_shown_and_not_counted() {
    let mut record = Record::new(&options(), NOW);
    record.active_set(&BTreeMap::from([("aa".to_owned(), 4), ("bb".to_owned(), 3)]));
    record.past(90, State::Quorum { at: 91 });
    record.votes(90, &["bb".to_owned()]);
    record.block(150, None, &quorum(150), &[]);
    assert_eq!(record.columns[&90].json(90, 2)["votes"], "mv");
    assert_eq!((record.providers[0].missed, record.providers[1].last_voted), (0, 90));
}
