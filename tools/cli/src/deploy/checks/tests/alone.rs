//! What is wrong with a chain that goes without Babylon.

use super::*;
use crate::config::{Output, Setup};
use crate::init::alone::{self as init, Said};
use crate::init::{Asked, Found};
use Grade::{Fail, Warning};

/// The x coordinates of G, 2G and 3G (SEC 2, secp256k1).
const KEYS: [&str; 3] = [
    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5",
    "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
];

/// The file of a chain on which everything is right.
fn text() -> String {
    format!(
        r#"[bsn]
network = "mainnet"
k = 10
w = 100
stake_source = "bitcoin"
grid = 600
knobs = {{ finality_activation_height = 200000 }}
[staking.self_stake]
min_sats = 100000
min_timelock = 8064
exit_time = 1008
[[staking.families]]
family = "own"
[[staking.families.versions]]
version = 0
covenant_pks_hex = ["{}", "{}", "{}"]
covenant_quorum = 2
slashing_pk_script_hex = "6a0462757279"
slashing_rate = "0.1"
min_slashing_tx_fee_sat = 5000
unbonding_time_blocks = 1008
unbonding_fee_sat = 2000
min_staking_value_sat = 50000
max_staking_value_sat = 100000000000
min_staking_time_blocks = 10000
max_staking_time_blocks = 64000
max_finality_providers = 1
btc_activation_height = 0
"#,
        KEYS[0], KEYS[1], KEYS[2]
    )
}

/// That file with one line exchanged.
fn alone(line: &str, other: &str) -> World {
    assert!(text().contains(line), "{line}");
    World::with(|world| {
        world.file = File::parse(&text().replace(line, other), "bsn.toml").unwrap();
        world.babylon = None;
        world.chain.transfer = None;
        world.chain.gov.voting_s = 86_400;
        let staking = Artifact { name: "btc-staking.wasm", ..world.artifacts.bsn.clone() };
        world.artifacts.staking = Some(staking);
    })
}

#[test]
fn a_chain_that_goes_without_babylon_is_ready_by_itself() {
    let checks = alone("k = 10", "k = 10").checks();
    let bad: Vec<&Check> = checks.iter().filter(|check| check.grade != Grade::Ok).collect();
    assert!(bad.is_empty(), "{bad:?}");
    let said = |name: &str| checks.iter().find(|check| check.name == name).unwrap().found.clone();
    assert_eq!(said("Babylon"), "none: Bitcoin alone");
    assert_eq!(said("source of stake"), "bitcoin, and finality providers may lock their own");
    let committee =
        "2 of 3 must sign; a slashing takes 0.1 of a stake; an early end stays locked for 1008 blocks";
    assert_eq!(said("committee"), committee);
    assert!(
        said("first height of finality").starts_with("200,000, in 13 days: "),
        "{}",
        said("first height of finality")
    );
    assert!(
        said("knobs and block times").ends_with("a timestamp takes 100 min"),
        "{}",
        said("knobs and block times")
    );
}

#[test]
fn a_call_that_goes_on_after_finality_has_begun_is_not_held_up_by_that() {
    let mut world = alone("finality_activation_height = 200000", "finality_activation_height = 1000");
    assert!(!pass(&world.checks()));
    world.is_there = true;
    assert!(pass(&world.checks()));
}

/// What `bsn init` writes of a chain with a committee of three, with nothing but defaults, and what it is deployed with.
fn from_init(network: &str, script: &str) -> World {
    let mut world = alone("k = 10", "k = 10");
    let (chain, babylon) = (world.chain.clone(), None);
    let found = Found { chain, babylon, gas_prices: None, babylon_gas_prices: None, channels: Vec::new() };
    let setup = Setup {
        file: File::default(),
        path: "bsn.toml".into(),
        deployments: "deployments".into(),
        output: Output::Text,
        timeout: std::time::Duration::from_secs(1),
    };
    let said = Said { network: Some(network.to_owned()), ..Said::default() };
    let lines = format!("\n\n\n0.025uapp\n{}\n\n\n{script}\n", KEYS.join(","));
    let mut lines = lines.as_bytes();
    let answers = init::answers(said, &setup, &found, &mut Asked::Person(&mut lines)).unwrap();
    world.file = File::parse(&init::text(&found, &answers).unwrap(), "bsn.toml").unwrap();
    world
}

#[test]
fn what_init_writes_is_ready_and_taken_by_the_contract() {
    for network in ["mainnet", "testnet4", "signet", "regtest"] {
        let world = from_init(network, "6a0462757279");
        let file = &world.file;
        let staking = file.staking.as_ref().unwrap().message(GOV);
        let depths = (file.bsn.k.unwrap(), file.bsn.w.unwrap());
        btc_staking::check(&staking, file.bsn.network.unwrap(), depths).unwrap();
        let bad: Vec<Check> = world.checks().into_iter().filter(|check| check.grade != Grade::Ok).collect();
        assert!(bad.is_empty(), "{network}: {bad:?}");
    }
}

#[test]
fn a_slashing_that_no_node_relays_is_found_before_anybody_stakes() {
    let committee = |line: &str, other: &str| {
        let check = alone(line, other).checks().into_iter().find(|check| check.name == "committee").unwrap();
        (check.grade, check.found)
    };
    let hash = "5b".repeat(20);
    let program = "5b".repeat(32);
    let data = |bytes: usize| format!("6a4c{bytes:02x}{}", "5b".repeat(bytes));
    let scripts = [
        ("6a".to_owned(), true),
        ("6a51".to_owned(), true),
        (data(80), true),
        (data(81), false),
        ("6a046275".to_owned(), false),
        ("6aac".to_owned(), false),
        (format!("0014{hash}"), true),
        (format!("0020{program}"), true),
        (format!("5120{program}"), true),
        (format!("5220{program}"), false),
        (format!("0014{program}"), false),
        (format!("a914{hash}87"), true),
        (format!("76a914{hash}88ac"), true),
        (format!("76a914{hash}88ad"), false),
        ("51".to_owned(), false),
    ];
    for (script, is_relayed) in scripts {
        let (grade, said) = committee("6a0462757279", &script);
        assert_eq!(grade, if is_relayed { Grade::Ok } else { Fail }, "{script}: {said}");
        assert_eq!(said.ends_with("nobody could be slashed"), !is_relayed, "{said}");
    }
    // Of 48,000 sats, which an early end leaves of the least stake: 288 to an address, and 294 are the least.
    let rate = |rate: &str| format!("\"0014{hash}\"\nslashing_rate = \"{rate}\"");
    let line = "\"6a0462757279\"\nslashing_rate = \"0.1\"";
    let (grade, said) = committee(line, &rate("0.006"));
    assert!(
        grade == Warning && said.ends_with("takes 288 sats and leaves 42712: one of them is dust"),
        "{said}"
    );
    let (grade, said) = committee(line, &rate("0.9"));
    assert!(grade == Warning && said.contains("takes 45000 sats and leaves 0"), "{said}");
    assert_eq!(committee(line, &rate("0.0125")).0, Grade::Ok);
}

/// What it may not change any more must not have passed when governance has decided.
#[test]
fn finality_begins_after_the_votes_that_deploy_it() {
    let found = |height: u64, way: Way| {
        let mut world =
            alone("finality_activation_height = 200000", &format!("finality_activation_height = {height}"));
        (world.way, world.chain.gov.expedited_voting_s) = (way, 3_600);
        let check =
            world.checks().into_iter().find(|check| check.name == "first height of finality").unwrap();
        (check.grade, check.found)
    };
    let (gov, now, block_ms) = (Way { by_gov: true, ..Way::default() }, 1_000, 5_800);
    let after = |seconds: u64| now + (seconds * 1_000).div_ceil(block_ms);
    let (day, split) = (86_400, Way { split: true, ..gov });
    for way in [gov, Way::default()] {
        let (grade, said) = found(after(day) - 1, way);
        assert!(grade == Fail && said.contains("before that this deployment is voted on for 24 h"), "{said}");
        assert_eq!((found(after(day), way).0, found(after(3 * day), way).0), (Warning, Grade::Ok));
    }
    let quick = Way { expedited: true, ..gov };
    assert_eq!((found(after(3_600) - 1, quick).0, found(after(3_600), quick).0), (Fail, Warning));
    // Three codes and the rest, one vote after the other.
    assert_eq!(found(after(4 * day) - 1, split).0, Fail);
    let (grade, said) = found(after(6 * day) - 1, split);
    assert!(grade == Warning && said.contains("5 votes and a day are 6 days"), "{said}");
    assert_eq!(found(after(6 * day), split).0, Grade::Ok);
}

#[test]
fn each_thing_that_is_wrong_without_babylon_is_found_alone_and_said() {
    let (activation, own) = ("finality_activation_height = 200000", "family = \"own\"");
    let worlds: Vec<Wrong> = vec![
        (alone("k = 10\n", ""), "k and w", Fail, "set `bsn.k` and `bsn.w`"),
        (alone("w = 100\n", ""), "k and w", Fail, "set `bsn.k` and `bsn.w`"),
        (
            alone("w = 100\n", "w = 337\n"),
            "knobs and block times",
            Fail,
            "takes no less than 606600 where w = 337",
        ),
        (alone("k = 10\n", "k = 9\n"), "k and w", Fail, "mainnet needs 10 and 100"),
        (alone("grid = 600\n", "grid = 600\nics20_channel = \"channel-0\"\n"), "Babylon", Fail, "channel-0"),
        (alone("[bsn]\n", "[babylon]\nnode = \"http://a\"\n[bsn]\n"), "Babylon", Warning, "are not asked"),
        (alone("grid = 600\n", ""), "grid", Fail, "`bsn.grid` is not set"),
        (alone("grid = 600\n", "grid = 601\n"), "grid", Fail, "601"),
        (alone("grid = 600\n", "grid = 59\n"), "grid", Fail, "59"),
        (
            alone("knobs = { ", "knobs = { min_active_percent = 33, "),
            "grid",
            Fail,
            "34 at least, and that is 33",
        ),
        (alone(activation, ""), "first height of finality", Fail, "not set"),
        (
            alone(activation, "finality_activation_height = 1000"),
            "first height of finality",
            Fail,
            "1,000 has passed",
        ),
        (
            alone(activation, "finality_activation_height = 30000"),
            "first height of finality",
            Warning,
            "two votes and a day are 72 h",
        ),
        (alone("covenant_quorum = 2", "covenant_quorum = 1"), "committee", Fail, "half of them, or fewer"),
        (alone("slashing_rate = \"0.1\"", "slashing_rate = \"0.001\""), "committee", Warning, "a token"),
        (
            alone("unbonding_time_blocks = 1008", "unbonding_time_blocks = 1007"),
            "source of stake",
            Fail,
            "an unbonding time of 1007 blocks",
        ),
        (
            alone("max_finality_providers = 1", "max_finality_providers = 2"),
            "source of stake",
            Fail,
            "[staking]: ",
        ),
        (alone("exit_time = 1008", "exit_time = 1007"), "source of stake", Fail, "self_stake.exit_time"),
        (alone("slashing_rate = \"0.1\"", "slashing_rate = \"2\""), "source of stake", Fail, "[staking]: "),
        (alone(KEYS[1], "abcd"), "source of stake", Fail, "must be 32 bytes, got 2"),
    ];
    for (world, name, grade, part) in worlds {
        let checks = world.checks();
        let found = checks.iter().find(|check| check.name == name).unwrap();
        assert!(found.grade == grade && found.found.contains(part), "{found:?} should say `{part}`");
        assert_eq!(pass(&checks), grade != Fail);
    }
    // Without a committee stake is the finality providers' own; with neither there is none.
    let none = alone(own, "family = \"babylon\"").checks();
    assert!(none.iter().all(|check| check.name != "committee") && pass(&none), "{none:?}");
}

#[test]
fn whose_stake_counts_and_what_verifies_it_go_together() {
    let source = |file: &str| {
        let mut world = good();
        world.file = File::parse(file, "bsn.toml").unwrap();
        let checks = world.checks();
        checks.into_iter().find(|check| check.name == "source of stake")
    };
    let linked = "[bsn]\nnetwork = \"mainnet\"\nics20_channel = \"channel-7\"\n";
    assert_eq!(source(linked), None, "Babylon's word, as ever");
    let found = source(&format!("{linked}stake_source = \"both\"\n")).unwrap();
    assert_eq!(
        (found.grade, found.found.as_str()),
        (Fail, "both needs what verifies stake: the table `[staking]`")
    );
    let tables = text().split_once("[staking").map(|(_, tables)| format!("[staking{tables}")).unwrap();
    let found = source(&format!("{linked}stake_source = \"babylon\"\n{tables}")).unwrap();
    assert!(found.grade == Fail && found.found.starts_with("babylon is taken on its word"), "{found:?}");
    let found = source(&format!("{linked}{tables}")).unwrap();
    assert!(found.grade == Fail && found.found.starts_with("verified verifies Babylon's"), "{found:?}");
    let unused = tables.replace("family = \"own\"", "family = \"babylon\"");
    let found = source(&format!("{linked}{unused}")).unwrap();
    assert!(found.grade == Warning && found.found.contains("self_stake counts before"), "{found:?}");
    let found = source(&format!("{linked}stake_source = \"both\"\n{unused}")).unwrap();
    assert_eq!(
        (found.grade, found.found.as_str()),
        (Grade::Ok, "both, and finality providers may lock their own")
    );
    let nobody =
        "[bsn]\nnetwork = \"regtest\"\nk = 1\nw = 2\nstake_source = \"bitcoin\"\n[staking]\nfamilies = []\n";
    let found = source(nobody).unwrap();
    assert!(found.grade == Fail && found.found.starts_with("nobody could stake"), "{found:?}");
}
