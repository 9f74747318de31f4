use super::*;

fn seen() -> Snapshot {
    let health = json!({
        "finality": { "last_processed": 100, "longest_gap": 0, "resumed": 0 },
        "hooks": { "last_begin_block": 100, "last_end_block": 100, "lost_recently": 0 },
        "channel": { "state": "open", "previous": [] },
        "bitcoin": { "refused": 0, "expiring": false },
        "timestamps": { "height": 0, "epoch": 0, "trust": "", "waiting": 0 },
        "staking": { "fps": 1, "active": 1, "total_power": "1", "ranked_power": "1", "without_randomness": "0",
            "pop_trusted": 0, "quarantined": 0, "queued": 0 },
        "paused": [], "outbox": { "waiting": 0, "refused": 0 },
        "rewards": { "owed": [], "undistributed": [], "handed_over": [], "burned": [] }, "alarms": []
    });
    Snapshot {
        height: 100,
        now: 1_000,
        health: serde_json::from_value(health).unwrap(),
        outbox: Vec::new(),
        quarantined: Vec::new(),
        queue_stands_for: 0,
        jailed: Vec::new(),
        missing: None,
    }
}

fn missing(fork: u32, our_tip: u32, count: u32) -> Missing {
    let headers = (0..count).map(|_| [7; 80]).collect();
    Missing { fork, our_tip, their_tip: fork + count, headers, source: "http://esplora".to_owned() }
}

fn item(state: &str) -> api::bsn::OutboxItem {
    let (kind, fp_pubkey_hex, state) = ("slashing".to_owned(), "aa".to_owned(), state.to_owned());
    api::bsn::OutboxItem { id: 1, kind, fp_pubkey_hex, state, tries: 3 }
}

/// What is due, as duty and about.
fn due(seen: &Snapshot) -> Vec<(Duty, String)> {
    plan(seen, &Duty::ALL).acts.into_iter().map(|act| (act.duty, act.about)).collect()
}

fn one(duty: Duty, about: &str) -> Vec<(Duty, String)> {
    vec![(duty, about.to_owned())]
}

#[test]
fn a_chain_that_is_well_needs_nothing() {
    assert_eq!(plan(&seen(), &Duty::ALL), Plan::default());
}

#[test]
fn jail_is_left_after_the_term_and_not_before() {
    let jailed = |until| Snapshot { jailed: vec![("aa".to_owned(), until)], ..seen() };
    assert_eq!(due(&jailed(1_001)), []);
    assert_eq!(due(&jailed(1_000)), one(Duty::Unjail, "aa"));
    assert_eq!(
        plan(&jailed(1_000), &Duty::ALL).acts[0].message,
        json!({ "unjail": { "fp_pubkey_hex": "aa" } })
    );
}

#[test]
fn evidence_that_babylon_refused_is_sent_again_and_what_endblock_sends_is_not() {
    let outbox = |state: &str| Snapshot { outbox: vec![item(state)], ..seen() };
    assert_eq!(due(&outbox("refused")), one(Duty::Outbox, "aa"));
    for state in ["waiting", "in_flight", "done"] {
        assert_eq!(due(&outbox(state)), [], "{state}");
    }
    let silent = Snapshot { height: 101 + HOOKS_SILENT, ..outbox("waiting") };
    assert_eq!(due(&silent)[0], (Duty::Outbox, "aa".to_owned()));
    let mut closed = outbox("refused");
    closed.health.channel.state = "closed".to_owned();
    assert_eq!(due(&closed), []);
    assert_eq!(plan(&outbox("refused"), &Duty::ALL).acts[0].rest, 86_400, "a refusal of Babylon lasts");
}

#[test]
fn headers_go_to_the_light_client_and_a_reorganization_is_said() {
    let seen = Snapshot { missing: Some(missing(10, 13, 5)), ..seen() };
    let plan = plan(&seen, &Duty::ALL);
    let [act] = &plan.acts[..] else { panic!("{plan:?}") };
    assert_eq!((act.to, act.span, act.about.as_str()), (To::LightClient, Some((11, 15)), "11 to 15"));
    assert_eq!(act.why, "http://esplora is at 15 on another branch, which leaves ours 3 below its tip 13");
    let sent: api::btc_light_client::ExecuteMsg = serde_json::from_value(act.message.clone()).unwrap();
    let api::btc_light_client::ExecuteMsg::RawBtcHeaders { headers, first_work: None, first_height: None } =
        sent
    else {
        panic!("{sent:?}")
    };
    assert_eq!(headers.as_slice(), [7; 400]);
}

#[test]
fn what_the_hooks_do_is_left_to_them_while_they_do_it() {
    let silent = |blocks| Snapshot { height: 100 + blocks, ..seen() };
    assert_eq!(due(&silent(HOOKS_SILENT)), []);
    assert_eq!(due(&silent(HOOKS_SILENT + 1)), one(Duty::Follow, "bitcoin"));
}

#[test]
fn a_queue_that_stands_still_is_worked_off_unless_the_intake_is_paused() {
    let mut stands = Snapshot { queue_stands_for: HOOKS_SILENT + 1, ..seen() };
    assert_eq!(due(&stands), [], "nothing waits");
    stands.health.staking.queued = 3;
    assert_eq!(due(&stands), one(Duty::Queue, "items"));
    assert_eq!(due(&Snapshot { queue_stands_for: HOOKS_SILENT, ..stands.clone() }), []);
    stands.health.paused = vec!["packet_intake".to_owned()];
    assert_eq!(due(&stands), []);
}

#[test]
fn the_quarantine_is_tried_in_pages_of_bounded_number() {
    let seen = |count| Snapshot { quarantined: (1..=count).collect(), ..seen() };
    assert_eq!(due(&seen(1)), one(Duty::Quarantine, "1"));
    let page = ITEMS as u64;
    let (whole, rest) = (format!("1 to {page}"), format!("{} to {}", page + 1, page + 2));
    assert_eq!(due(&seen(page + 2)), [one(Duty::Quarantine, &whole), one(Duty::Quarantine, &rest)].concat());
    assert_eq!(due(&seen(1_000)).len(), MOST);
}

#[test]
fn the_most_urgent_comes_first_and_only_what_was_asked_for() {
    let seen = Snapshot {
        jailed: vec![("aa".to_owned(), 0)],
        outbox: vec![item("refused")],
        missing: Some(missing(1, 1, 1)),
        quarantined: vec![1],
        ..seen()
    };
    let duties = |duties: &[Duty]| plan(&seen, duties).acts.iter().map(|act| act.duty).collect::<Vec<_>>();
    let backwards: Vec<Duty> = Duty::ALL.into_iter().rev().collect();
    assert_eq!(duties(&backwards), [Duty::Unjail, Duty::Outbox, Duty::Headers, Duty::Quarantine]);
    assert_eq!(duties(&[Duty::Headers, Duty::Headers]), [Duty::Headers]);
}

#[test]
fn a_conversion_is_said_and_nothing_is_sent_for_it() {
    let mut seen = seen();
    seen.health.alarms = vec!["what an older version stored is being converted: 64 so far".to_owned()];
    let said = plan(&seen, &Duty::ALL);
    assert!(said.acts.is_empty() && said.notes[0].ends_with("there is nothing to send"), "{said:?}");
    seen.height += HOOKS_SILENT + 1;
    assert!(plan(&seen, &Duty::ALL).notes[0].contains("it stands still"));
}

#[test]
fn whether_an_act_did_something_its_events_say() {
    let event = |kind: &str, key: &str, value: &str| Event {
        kind: kind.to_owned(),
        attributes: vec![
            ("_contract_address".to_owned(), "a".to_owned()),
            (key.to_owned(), value.to_owned()),
        ],
    };
    let did = |duty, events: &[Event]| act(duty, "", String::new(), Value::Null, 0, 0).had_effect(events);
    assert!(did(Duty::Headers, &[event("wasm-btc_chain_extended", "added", "3")]));
    assert!(!did(Duty::Headers, &[event("wasm-btc_chain_extended", "added", "0")]));
    assert!(
        did(Duty::Outbox, &[event("wasm", "sent", "true")])
            && !did(Duty::Outbox, &[event("wasm", "sent", "false")])
    );
    assert!(
        did(Duty::Quarantine, &[event("wasm", "applied", "1")])
            && did(Duty::Quarantine, &[event("wasm", "known", "1")])
    );
    assert!(!did(Duty::Quarantine, &[event("wasm", "applied", "0"), event("wasm", "refused", "4")]));
    assert!(
        did(Duty::Queue, &[event("wasm", "refused", "4")])
            && !did(Duty::Queue, &[event("wasm", "applied", "0")])
    );
    assert!(did(Duty::Follow, &[event("wasm-stake_expired", "fps", "1")]));
    assert!(!did(Duty::Follow, &[event("wasm", "action", "follow_bitcoin")]));
    assert!(did(Duty::Unjail, &[]));
}

#[test]
fn what_a_later_plan_no_longer_asks_for_is_done() {
    let plan_of = |missing| plan(&Snapshot { missing, ..seen() }, &[Duty::Headers]);
    let ours = plan_of(Some(missing(10, 10, 5)));
    let act = &ours.acts[0];
    assert!(!act.is_done(&ours) && act.is_done(&Plan::default()));
    assert!(act.is_done(&plan_of(Some(missing(15, 15, 1)))), "the next block is another act");
    assert!(!act.is_done(&plan_of(Some(missing(12, 12, 4)))), "a part is still missing");
    let quarantine =
        |ids: &[u64]| plan(&Snapshot { quarantined: ids.to_vec(), ..seen() }, &[Duty::Quarantine]);
    assert!(
        !quarantine(&[1]).acts[0].is_done(&quarantine(&[1]))
            && quarantine(&[1]).acts[0].is_done(&quarantine(&[2]))
    );
}

#[test]
fn a_duty_that_is_none_says_which_there_are() {
    assert_eq!("headers".parse(), Ok(Duty::Headers));
    let said = "all".parse::<Duty>().unwrap_err();
    assert_eq!(said, "`all` is no duty: unjail, outbox, headers, follow, queue, quarantine");
}
