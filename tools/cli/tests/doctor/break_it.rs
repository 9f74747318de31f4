//! Each fault is caused, and the doctor finds exactly it and what follows from it.
//!
//! `Breaks` says of a fault which ids must be found, and which others may be, for they follow from it: of anything else
//! that is found the test fails.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use actors::babylon::Stake;
use bsn_cli::devnet::{Engine, Options, serve};
use bsn_cli::doctor::read::{Source, Sources, look};
use bsn_cli::doctor::table::{self, Proof};
use bsn_cli::doctor::{Report, Selection, Severity, examine};
use proto::Message;
use proto::zoneconcierge::{OutboundPacket, outbound_packet::Packet};
use serde_json::{Value, json};

use crate::support::{Running, options, until};

/// What a fault breaks.
struct Breaks {
    /// Found once it has worked.
    must: &'static [&'static str],
    /// Found besides, for a while or where it lasts: what follows.
    may: &'static [&'static str],
}

/// A fault by its name and parameters, and what it breaks. What follows, and why:
///
/// * without EndBlock, or without votes, finality lags (F1);
/// * what nobody carries leaves Bitcoin's tip old (B1), behind the outside (B2), timestamps late (T1), and randomness
///   that comes without one (P2);
/// * without the last of four, the first can stop finality alone (S2);
/// * who is in jail, or silent on the way to it, is part of the stake that cannot vote (S1, P3);
/// * a hook that fails leaves a hole (F3) where no other takes effect.
const FAULTS: [(&str, Breaks); 13] = [
    ("lost-hook?blocks=400", Breaks { must: &["M4", "F1"], may: &[] }),
    ("hole?blocks=3", Breaks { must: &["F3"], may: &["M4"] }),
    ("starved-hooks?blocks=3", Breaks { must: &["M4"], may: &["F3"] }),
    ("offline?fp=0,offline?fp=1", Breaks { must: &["F1", "F2", "P3"], may: &["S1"] }),
    ("offline?fp=3", Breaks { must: &["P3"], may: &["P4", "S2"] }),
    ("jail?fp=3", Breaks { must: &["P4"], may: &["P3", "S2"] }),
    ("close-channel", Breaks { must: &["I1", "I2"], may: &["I3", "B1", "B2", "T1"] }),
    ("expire-client", Breaks { must: &["I4"], may: &["I7", "B1", "B2", "T1"] }),
    ("expire-client?side=babylon", Breaks { must: &["I5"], may: &["I7"] }),
    ("stop-relayer", Breaks { must: &["I7"], may: &["B1", "B2", "T1", "P2"] }),
    ("wrong-headers", Breaks { must: &["B3"], may: &[] }),
    ("stop-bitcoin", Breaks { must: &["B1", "T1"], may: &["P2"] }),
    ("stop-chain", Breaks { must: &["N3"], may: &[] }),
];

/// What ends a fault.
const CURES: [&str; 8] = [
    "online",
    "unjail",
    "revive-client",
    "start-relayer",
    "start-bitcoin",
    "start-chain",
    "delegate",
    "undelegate",
];

/// Quick blocks, and a Bitcoin that finds one each second.
pub fn quick() -> Options {
    Options { bitcoin_time: Duration::from_secs(1), epoch_time: Duration::from_secs(5), ..options() }
}

/// The same, and nobody is jailed soon.
fn lenient() -> Options {
    let mut instantiate = quick().instantiate;
    instantiate["missed_blocks_window"] = json!(1_000);
    Options { instantiate, ..quick() }
}

/// What is held for Bitcoin's pace, in seconds: slower than it is, for machines that are busy.
const PACE: u64 = 6;
/// And where a test waits until something is late.
const QUICK_PACE: u64 = 2;
/// How long is waited for what must be found.
const LIMIT: Duration = Duration::from_secs(120);

/// Everything is asked.
fn sources(devnet: &Patient) -> Sources {
    let at = devnet.at.map(|at| format!("http://{at}"));
    Sources {
        babylon: Some(vec![at[1].clone()]),
        bitcoin: Some(Source::Esplora(at[2].clone())),
        babylon_digest: Some(
            devnet.control("babylon")["state_digest"]["sha256"].as_str().unwrap().to_owned(),
        ),
        pace: Some(devnet.pace.get()),
        ..Sources::new(&[at[0].clone()], &devnet.bsn())
    }
}

fn report(devnet: &Patient) -> Report {
    let mut snapshot = look(&sources(devnet)).unwrap();
    if !devnet.by_our_clock.get() {
        // A machine that is busy makes blocks late.
        snapshot.now = snapshot.tip.time;
    }
    examine(&snapshot, &Selection::default())
}

/// What somebody has to look at, by id, with the first text of each.
fn problems(report: &Report) -> BTreeMap<String, String> {
    let problems = report.problems().into_iter().rev();
    problems.map(|finding| (finding.id.clone(), format!("{}: {}", finding.severity, finding.text))).collect()
}

/// A devnet whose chain stands still once its test is done with it: threads end with the process alone.
pub struct Patient {
    devnet: Running,
    /// What is held for Bitcoin's pace, in seconds.
    pace: Cell<u64>,
    /// Whether the age of blocks is looked at.
    by_our_clock: Cell<bool>,
}

impl std::ops::Deref for Patient {
    type Target = Running;

    fn deref(&self) -> &Running {
        &self.devnet
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        let _ = self.devnet.handle.run_blocking(|engine| engine.trouble.chain_stopped = true);
    }
}

/// A devnet.
pub fn patient(options: Options) -> Patient {
    Patient { devnet: Running::with(options), pace: Cell::new(PACE), by_our_clock: Cell::new(false) }
}

/// A devnet on which nothing is wrong.
fn healthy(options: Options) -> Patient {
    let devnet = patient(options);
    well(&devnet);
    devnet
}

/// Waits until nothing is wrong.
fn well(devnet: &Patient) {
    let mut last = BTreeMap::new();
    let start = std::time::Instant::now();
    while start.elapsed() < LIMIT {
        last = problems(&report(devnet));
        if last.is_empty() {
            return;
        }
        std::thread::sleep(Duration::from_millis(300));
    }
    panic!("{last:#?}");
}

/// Waits until all that must be found is found; nothing else may be, ever.
fn finds(devnet: &Patient, what: &str, must: &[&str], may: &[&str]) -> Report {
    let mut last = BTreeMap::new();
    let start = std::time::Instant::now();
    while start.elapsed() < LIMIT {
        let report = report(devnet);
        last = problems(&report);
        let allowed = |id: &String| must.contains(&id.as_str()) || may.contains(&id.as_str());
        let others: Vec<_> = last.iter().filter(|(id, _)| !allowed(id)).collect();
        assert!(
            others.is_empty(),
            "{what} breaks {must:?}, and what follows are {may:?}, but found is {others:#?}"
        );
        if must.iter().all(|id| last.contains_key(*id)) {
            return report;
        }
        std::thread::sleep(Duration::from_millis(300));
    }
    panic!("{what} must break {must:?}, but found is {last:#?}");
}

/// Causes a fault of the list on a healthy devnet, and looks.
fn breaks(devnet: &Patient, fault: &str) -> Report {
    let (_, Breaks { must, may }) = FAULTS.iter().find(|(name, _)| *name == fault).unwrap();
    fault.split(',').for_each(|one| drop(devnet.control(&format!("fault/{one}"))));
    finds(devnet, fault, must, may)
}

/// Does something that is no fault of the list.
fn on(devnet: &Running, work: impl FnOnce(&mut Engine) + Send + 'static) {
    devnet.handle.run_blocking(work).unwrap();
}

/// A message of the contract's admin, in the next block.
fn as_admin(devnet: &Running, message: Value) {
    on(devnet, move |engine| {
        let (admin, bsn) = (engine.net.admin.clone(), engine.net.bsn.clone());
        engine.net.chain.execute(&admin, &bsn, &message).unwrap();
    });
}

#[test]
fn nothing_is_wrong_with_a_healthy_devnet() {
    let devnet = healthy(quick());
    let report = report(&devnet);
    assert_eq!(report.notes, ["babylon: simulated"]);
    assert_eq!(report.of(Severity::Skipped).count(), 0, "{report:#?}");
    assert_eq!(report.findings.len(), 51, "a finding a check, and one more for the second code: {report:#?}");
    assert_eq!(report.exit_code(Severity::Skipped), 0);
    // And with the chain alone.
    let alone = Sources::new(&[format!("http://{}", devnet.at[0])], &devnet.bsn());
    let mut snapshot = look(&alone).unwrap();
    snapshot.now = snapshot.tip.time;
    let report = examine(&snapshot, &Selection::default());
    let skipped: Vec<&str> = report.of(Severity::Skipped).map(|finding| finding.id.as_str()).collect();
    assert_eq!(skipped, ["I2", "I5", "I6", "B2", "B4", "S5", "E2"]);
    assert_eq!(report.exit_code(Severity::Warning), 0, "{report:#?}");
}

#[test]
fn hooks_that_fail_are_told_from_hooks_that_are_lost() {
    let devnet = healthy(quick());
    breaks(&devnet, "hole?blocks=3");
    let failed = finds(&devnet, "a hole that is over", &["F3"], &[]);
    assert_eq!(problems(&failed)["F3"].split(' ').next(), Some("warning:"));
    drop(devnet);
    let devnet = healthy(quick());
    let starved = breaks(&devnet, "starved-hooks?blocks=3");
    assert!(problems(&starved)["M4"].contains("hooks failed in"), "{starved:?}");
    drop(devnet);
    let devnet = healthy(quick());
    let lost = breaks(&devnet, "lost-hook?blocks=400");
    assert!(problems(&lost)["M4"].contains("EndBlock has not taken effect since block"), "{lost:?}");
}

#[test]
fn daemons_that_stop_stop_finality_and_start_it_again() {
    let devnet = healthy(lenient());
    let report = breaks(&devnet, "offline?fp=0,offline?fp=1");
    let waiting = &problems(&report)["F2"];
    assert!(waiting.contains("missing are") && waiting.contains("(30.7 %)"), "{waiting}");
    let silent: Vec<_> = report.findings.iter().filter(|finding| finding.id == "P3").collect();
    assert_eq!(silent.len(), 2);
    assert!(silent[0].text.contains("its daemon is off"), "{silent:?}");
    for fp in [0, 1] {
        devnet.control(&format!("fault/online?fp={fp}"));
    }
    well(&devnet);
}

#[test]
fn a_jail_is_told_from_a_daemon_that_is_off() {
    let devnet = healthy(lenient());
    breaks(&devnet, "offline?fp=3");
    devnet.control("fault/online?fp=3");
    drop(devnet);
    let devnet = healthy(quick());
    let report = breaks(&devnet, "jail?fp=3");
    assert!(problems(&report)["P4"].contains("it is in jail"), "{report:?}");
}

/// The first height above its last vote is a hole, and nothing comes of it since.
#[test]
fn a_daemon_that_stands_before_a_hole_is_told_from_one_that_is_off() {
    let devnet = healthy(lenient());
    let hole = devnet.handle.run_blocking(|engine| {
        let hole = engine.height() + 1;
        engine.net.chain.faults.lose_all([hole]);
        // Its vote for the height below is in one of these blocks; for the hole there is none.
        (0..2).for_each(|_| engine.produce(serve::now()));
        engine.set_online(3, false);
        hole
    });
    let hole = hole.unwrap();
    until("that it is seen to stand there", || {
        let report = finds(&devnet, "a daemon before a hole", &["P3", "F3"], &["P4", "M4", "S2"]);
        let text = problems(&report).remove("P3").unwrap();
        text.contains(&format!(
            "it does not get across the hole at {hole}, since its last vote at {}",
            hole - 1
        ))
        .then_some(())
    });
}

/// Its votes carry the randomness of other heights, as those of a real daemon do that joined two pages.
#[test]
fn a_daemon_that_joined_pages_across_a_hole_is_told_from_both() {
    let devnet = healthy(lenient());
    devnet.control("fault/offline?fp=3");
    let height = devnet.client.height().unwrap();
    until("some heights that it could vote for", || {
        (devnet.client.height().unwrap() > height + 3).then_some(())
    });
    let hole = devnet.control("fault/hole?blocks=2")["from_height"].as_u64().unwrap();
    until("the hole's end", || (devnet.client.height().unwrap() > hole + 3).then_some(()));
    on(&devnet, move |engine| {
        let (height, shifted) = (hole + 2, hole);
        let hash = engine.net.app_hash(height);
        let vote = engine.net.fps[3].vote_with_randomness_of(shifted, height, &hash).unwrap();
        engine.send_as(3, &vote);
    });
    let expected = format!("it joined the heights on both sides of the hole from {hole} to {}", hole + 1);
    until("the vote's refusal", || {
        let report = finds(&devnet, "pages that were joined", &["P3", "F3"], &["P4", "M4", "S2"]);
        let text = problems(&report).remove("P3").unwrap();
        let seen = "its votes carry the randomness of other heights";
        (text.contains(&expected) && text.contains(seen)).then_some(())
    });
}

#[test]
fn a_closed_channel_and_an_expired_client_are_told_apart_on_both_sides() {
    let devnet = healthy(quick());
    breaks(&devnet, "expire-client");
    devnet.control("fault/revive-client");
    well(&devnet);
    breaks(&devnet, "expire-client?side=babylon");
    devnet.control("fault/revive-client?side=babylon");
    well(&devnet);
    breaks(&devnet, "close-channel");
    devnet.control("fault/double-sign?fp=3");
    finds(
        &devnet,
        "evidence without a channel",
        &["I1", "I2", "E1", "E2"],
        &["I3", "B1", "B2", "T1", "P2", "S2", "S5"],
    );
}

#[test]
fn a_double_signer_is_slashed_on_both_sides_or_the_doctor_says_so() {
    let devnet = healthy(quick());
    devnet.control("fault/expire-client?side=babylon");
    devnet.control("fault/double-sign?fp=3");
    let report = finds(&devnet, "evidence that does not arrive", &["I5", "E2"], &["I7", "S2", "S5"]);
    assert!(problems(&report)["E2"].contains("is slashed here, and not on Babylon"), "{report:?}");
    devnet.control("fault/revive-client?side=babylon");
    until("the slashing on Babylon", || {
        let found = problems(&self::report(&devnet));
        found.keys().all(|id| id == "S2").then_some(())
    });
}

#[test]
fn a_relayer_that_stops_and_a_bitcoin_that_stops_are_told_apart() {
    let devnet = healthy(quick());
    devnet.pace.set(QUICK_PACE);
    breaks(&devnet, "stop-relayer");
    finds(&devnet, "stop-relayer", &["I7", "B1", "B2"], &["T1", "P2"]);
    devnet.control("fault/start-relayer");
    drop(devnet);
    let devnet = healthy(quick());
    devnet.pace.set(QUICK_PACE);
    breaks(&devnet, "stop-bitcoin");
}

#[test]
fn bitcoins_own_accidents_are_told_apart() {
    let devnet = healthy(quick());
    breaks(&devnet, "wrong-headers");
    // A packet of the branch that lost may come after the reorganization.
    devnet.control("fault/reorg?depth=2");
    finds(&devnet, "a reorganization", &["B3"], &["B2"]);
    drop(devnet);
    let devnet = healthy(quick());
    on(&devnet, |engine| {
        let net = &mut engine.net;
        let header = net.chain.header(net.chain.height()).cloned().unwrap();
        let other = primitives::AppHash::from_bytes([9; 32]);
        let app = &mut net.link.app;
        let client = app.client.clone();
        app.babylon.record_header(&client, header.height, &other, header.time.nanos()).unwrap();
        let packets = app.babylon.timestamp(&mut net.miner).unwrap();
        app.packets.extend(packets.into_iter().filter(|(to, _)| *to == client).map(|(_, data)| data));
        app.babylon.see_bitcoin(&net.miner);
    });
    finds(&devnet, "a header of another chain", &["T2"], &["T1"]);
}

#[test]
fn a_chain_that_stands_still_is_told_from_a_wrong_one() {
    let devnet = healthy(quick());
    let at = devnet.at.map(|at| format!("http://{at}"));
    let two = Sources {
        nodes: vec![at[0].clone(), at[1].clone()],
        chain_id: Some("bsn-devnet-1".to_owned()),
        ..sources(&devnet)
    };
    let chosen = Selection::new(&["N1".to_owned(), "N2".to_owned()], &[]).unwrap();
    let report = examine(&look(&two).unwrap(), &chosen);
    let expected = format!("critical: {} serves the chain `bbn-devnet-1`, not `bsn-devnet-1`", at[1]);
    assert_eq!(problems(&report), [("N1".to_owned(), expected)].into());
    devnet.by_our_clock.set(true);
    breaks(&devnet, "stop-chain");
    devnet.by_our_clock.set(false);
    devnet.control("fault/start-chain");
    well(&devnet);
}

/// What somebody set in a wrong way, all at once: each is found, and nothing else.
#[test]
fn settings_that_are_wrong_are_found_one_by_one() {
    let mut options = quick();
    options.instantiate["rebind_delay"] = json!(3_600);
    let devnet = healthy(options);
    on(&devnet, |engine| {
        let chain = &mut engine.net.chain;
        chain.params.max_gas_end_blocker = 1_000_000;
        chain.params.btc_staking_portion = Default::default();
        chain.unpin_code(2);
        let bsn = engine.net.bsn.clone();
        engine.net.chain.mint(&bsn, 5, "ibc/AB");
        engine.net.link.app.babylon.params.finalization_timeout = 9;
        engine.net.link.remote_client_id = "07-tendermint-9".to_owned();
    });
    let other = devnet.facts()["accounts"][0]["address"].as_str().unwrap().to_owned();
    as_admin(&devnet, json!({ "update_admin": { "admin": other } }));
    as_admin(&devnet, json!({ "set_paused": { "packet_intake": true } }));
    let settings = ["C2", "M2", "M3", "I6", "B4", "R2", "A2", "A3"];
    finds(&devnet, "settings", &settings, &["S4", "I7", "B1", "B2", "T1"]);
    let mut wrong = sources(&devnet);
    wrong.babylon_digest = Some("00".repeat(32));
    let report = examine(&look(&wrong).unwrap(), &Selection::new(&["S5".to_owned()], &[]).unwrap());
    assert_eq!(report.worst(), Severity::Critical, "{report:?}");
    on(&devnet, |engine| {
        let stranger = engine.net.chain.account("stranger");
        let mut contracts = engine.net.chain.registered().clone();
        contracts.babylon = stranger;
        engine.net.chain.register(contracts);
        engine.net.add_fp(99, 1).unwrap();
    });
    let announce = |engine: &mut Engine| {
        let channel = engine.net.open_transfer().unwrap().local;
        json!({ "connection_id": engine.net.link.connection_id, "ics20_channel_id": channel })
    };
    let rebind = devnet.handle.run_blocking(announce).unwrap();
    as_admin(&devnet, json!({ "rebind_connection": rebind }));
    let before = [&settings[..], &["I7", "B1", "B2", "T1", "S5"]].concat();
    finds(&devnet, "more settings", &["M1", "S4", "A4"], &before);
}

/// With a Bitcoin that is slow, all randomness ends before new one could count; somebody has none, and one decides alone.
#[test]
fn stake_that_is_badly_spread_and_randomness_that_ends_are_found() {
    let slow = Options {
        stakes: vec![90, 10],
        bitcoin_time: Duration::from_secs(300),
        epoch_time: Duration::from_secs(3_600),
        ..options()
    };
    let devnet = patient(slow);
    on(&devnet, |engine| {
        engine.net.add_fp(99, 60).unwrap();
        let end = engine.net.fps[0].commitments().last().unwrap().end_height();
        let message = engine.net.fps[0].commit(end + 1, 1_000);
        engine.send_as(0, &message);
    });
    devnet.pace.set(300);
    let found = until("all of it", || {
        let found = problems(&report(&devnet));
        ["S1", "S2", "P1", "P2", "P5"].iter().all(|id| found.contains_key(*id)).then_some(found)
    });
    assert!(found["S2"].contains("alone decides what is final"), "{found:?}");
    assert!(found["P5"].contains("it has never committed randomness"), "{found:?}");
    assert!(found["P1"].starts_with("critical: randomness runs out for 100.0 % of the power"), "{found:?}");
    assert_eq!(found.len(), 5, "{found:#?}");
}

/// A key that no finality provider has registered: the x coordinate of secp256k1's generator.
const STRANGER: &str = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

/// Rewards whose channel is closed stay here, and stake of somebody unknown lies in quarantine.
#[test]
fn what_cannot_leave_and_what_nobody_understands_are_found() {
    let devnet = healthy(quick());
    on(&devnet, |engine| {
        let net = &mut engine.net;
        let transfer =
            net.link.remote_channels().find(|channel| channel.port == "transfer").unwrap().id.clone();
        net.link.force_close_remote(&transfer).unwrap();
        let fp = net.fps[0].public_key();
        net.link.app.babylon.delegate(Stake::new(&[fp], 1_000)).unwrap();
        let app = &mut net.link.app;
        let packet = app.babylon.take_staking_packet(&app.client).unwrap();
        let Some(Packet::BtcStaking(mut items)) = OutboundPacket::decode(&packet[..]).unwrap().packet else {
            panic!("it carries no stake")
        };
        items.active_del[0].fp_btc_pk_list = vec![STRANGER.to_owned()];
        net.queue(Packet::BtcStaking(items));
        let denom = net.chain.bonded_denom().to_owned();
        net.chain.collect_fees(1_000_000, &denom);
    });
    let report = finds(&devnet, "a reward channel that is closed", &["I8", "R1", "S3"], &["S5", "I7"]);
    let found = problems(&report);
    assert!(found["I8"].contains("is closed"), "{found:?}");
    assert!(found["R1"].contains("the transfer to Babylon did not leave"), "{found:?}");
    assert!(found["S3"].contains("1 staking item in quarantine"), "{found:?}");
}

/// Every row of the table that says it is proven by a fault is, and every fault of the devnet is caused or cures one.
#[test]
fn the_table_says_what_is_proven_here() {
    let source = include_str!("break_it.rs");
    for check in table::checks() {
        let quoted = format!("\"{}\"", check.id);
        match check.proof {
            Proof::Fault(fault) => {
                let name = fault.split([' ', ',']).next().unwrap();
                let caused = FAULTS.iter().any(|(caused, it)| {
                    caused.split('?').next() == Some(name) && it.must.contains(&check.id)
                });
                assert!(caused, "{} says that `{fault}` proves it", check.id);
            }
            Proof::Devnet(_) => assert!(source.contains(&quoted), "{}", check.id),
            Proof::Recorded => (),
        }
    }
    for kind in bsn_cli::devnet::control::KINDS.iter().filter(|kind| !CURES.contains(&kind.name)) {
        let listed = FAULTS.iter().any(|(fault, _)| fault.split('?').next() == Some(kind.name));
        assert!(listed || source.contains(&format!("fault/{}?", kind.name)), "nobody causes {}", kind.name);
    }
}
