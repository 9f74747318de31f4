//! From nothing to a final block where there is no Babylon, and to the next release.

use std::sync::Arc;
use std::time::Duration;

use actors::Stakers;
use actors::babylon::LockTimes;
use bsn_cli::devnet::{Options, account};
use serde_json::{Value, json};

use crate::operator::{Operator, Voter, fails};
use crate::support::{Running, options, until};

/// How many blocks after the call finality begins: a vote of governance and its people's first steps lie between.
const AHEAD: u64 = 120;
/// The place of the devnet's admin among its accounts.
const ADMIN: u32 = 3;

/// Somebody on a chain without Babylon and without a contract, and what that chain's people expect.
fn operator() -> (Operator, Value) {
    let voting_period = Duration::from_secs(3);
    let bare = Options { alone: true, instantiate: Value::Null, voting_period, ..options() };
    let alice = Operator::on(Arc::new(Running::with(bare)), "alice", 0);
    let facts = alice.devnet.facts();
    (alice, facts["deploy_with"].clone())
}

/// Writes `bsn.toml`: by `bsn init`, with what only a private Bitcoin needs put below `[bsn]`.
fn init(alice: &Operator, expected: &Value) {
    std::fs::remove_file(alice.at("bsn.toml")).unwrap();
    std::fs::write(alice.at("settings.json"), expected["staking"].to_string()).unwrap();
    let first = (alice.devnet.client.height().unwrap() + AHEAD).to_string();
    let (code, out, err) = alice.bsn(&[
        "init",
        "--bitcoin-alone",
        "--network",
        "regtest",
        "--node",
        &alice.node(),
        "--gas-prices",
        "0.001ustake",
        "--k",
        "1",
        "--w",
        "2",
        "--first-height",
        &first,
        "--settings",
        "settings.json",
    ]);
    assert!(code == 0 && out.ends_with("Next: bsn deploy --plan\n"), "{out}{err}");
    let written = std::fs::read_to_string(alice.at("bsn.toml")).unwrap();
    let (gov, admin) = ("admin = \"gov\"\n", expected["submitters"][0].as_str().unwrap());
    assert!(written.contains(gov), "{written}");
    // Here an account names the first commitments, not a vote.
    let checkpoint = &expected["checkpoint"];
    let regtest = format!(
        "admin = \"{admin}\"\nsubmitters = {}\ncheckpoint = {{ height = {}, header_hex = {} }}\n",
        expected["submitters"], checkpoint["height"], checkpoint["header_hex"]
    );
    let written = written.replace(gov, &regtest).replace("grid = 600", "grid = 60");
    // What is left of a Babylon in the file does not come into the record.
    std::fs::write(alice.at("bsn.toml"), written + "[babylon]\nid = \"bbn-1\"\n").unwrap();
}

#[test]
fn from_nothing_to_a_final_block_without_babylon_and_to_the_next_release() {
    let (alice, expected) = operator();
    init(&alice, &expected);
    let (code, out, err) = alice.with_words_unasked(&["deploy", "--plan", "--gov"]);
    assert_eq!(code, 0, "{out}{err}");
    for part in [
        "none: Bitcoin alone",
        "store btc-staking.wasm",
        "fail if btc-staking is not at its address",
        "2 of 3 must sign",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let (_, out, _) = alice.bsn(&["deploy", "--plan", "--gov", "--output", "json"]);
    let plan: Value = serde_json::from_str(&out).unwrap();

    let voter = Voter::start(&alice.devnet);
    let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
    assert!(code == 0 && out.contains("propose: proposal 1\n") && out.contains("bsn keep"), "{out}{err}");
    let record = alice.record();
    for (field, code) in [("bsn", 1), ("btc_light_client", 2), ("btc_staking", 3)] {
        assert_eq!(record[field]["address"], plan["addresses"][field], "{field} was known before");
        assert_eq!(record[field]["code_id"], code, "{field}");
    }
    assert_eq!(record.get("babylon"), None);
    let client = &alice.devnet.client;
    assert_eq!(client.pinned_codes().unwrap(), [1, 2, 3]);
    let config = client.smart(&alice.registered(), &json!({ "config": {} })).unwrap();
    assert_eq!(
        (&config["stake_source"], &config["stake_verifier"]),
        (&json!("bitcoin"), &record["btc_staking"]["address"])
    );

    let (code, out, err) = alice.bsn(&["connect", "--wait-at-most", "120s"]);
    assert!(code == 0 && out.trim_end().ends_with("is final") && out.contains("6/6"), "{out}{err}");
    fails(&alice.bsn(&["relayer", "rly"]), "the chain goes without Babylon: there is nothing to relay");
    let (code, out, err) = alice.deploy(&["--gov"]);
    assert!(code == 0 && out.starts_with("bsn "), "a second call finds everything done: {out}{err}");

    alice.artifacts("#2");
    // The light client is the admin's to migrate.
    let admin = ["--yes", "--mnemonic-file", "words", "--hd-path", &account::path(ADMIN)];
    let (code, out, err) = alice.bsn(&[&["upgrade", "--wait"][..], &admin].concat());
    assert!(code == 0 && out.starts_with("Upgraded: "), "{out}{err}");
    let record = alice.record();
    for (field, code) in [("bsn", 4), ("btc_light_client", 5), ("btc_staking", 6)] {
        let address = record[field]["address"].as_str().unwrap();
        let info = client.contract_info(address).unwrap().unwrap();
        assert_eq!((info.code_id, &record[field]["code_id"]), (code, &json!(code)), "{field}");
    }
    let last = alice.finalized();
    until("finality after the upgrade", || (alice.finalized() > last + 3).then_some(()));
    drop(voter);
}

/// Somebody else's code at the id that was meant for what verifies stake fails the whole proposal.
#[test]
fn a_stranger_who_takes_the_third_id_fails_the_proposal_whole() {
    let (alice, expected) = operator();
    init(&alice, &expected);
    let own = |name: &str| std::fs::read(alice.at("artifacts").join(name)).unwrap();
    let (code, out, err) = alice.deploy(&["--gov"]);
    assert!(code == 0 && out.contains("proposal 1 is voted on until"), "{out}{err}");
    // The first two are copies of ours, and serve; the third is none.
    assert_ne!(own("btc-staking.wasm"), own("bsn.wasm"));
    alice.stranger_stores(&[("bsn.wasm", ""), ("btc-light-client.wasm", ""), ("btc-staking.wasm", "#2")]);
    let voter = Voter::start(&alice.devnet);
    assert_eq!(until("the proposal's end", || alice.ended(1)), 5, "it passed, and failed whole");
    assert_eq!((alice.codes(), alice.registered().as_str()), (3, ""), "nothing of it is left");
    let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
    assert!(code == 0, "{out}{err}");
    let record = alice.record();
    assert_eq!(record["btc_staking"]["checksum"], alice.checksum("btc-staking.wasm"));
    drop(voter);
}

/// With Babylon a table `[staking]` has its delegations verified from the first block on.
#[test]
fn what_verifies_babylons_delegations_is_deployed_with_the_rest() {
    let alice = Operator::new("alice");
    let settings = of_babylon();
    alice.configure(&format!("ics20_channel = \"channel-0\"\n{settings}"));
    let voter = Voter::start(&alice.devnet);
    let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
    assert!(code == 0 && out.contains("btc-staking"), "{out}{err}");
    let config = alice.devnet.client.smart(&alice.registered(), &json!({ "config": {} })).unwrap();
    assert_eq!(
        (&config["stake_source"], &config["stake_verifier"]),
        (&json!("verified"), &alice.record()["btc_staking"]["address"])
    );
    let (code, out, err) = alice.deploy(&["--gov"]);
    assert!(code == 0 && out.starts_with("bsn "), "{out}{err}");
    // Whoever writes another committee, and has lost the record, is not told that this one is theirs.
    let other = settings.replace("covenant_quorum = 2", "covenant_quorum = 3");
    assert_ne!(other, settings);
    alice.configure(&format!("ics20_channel = \"channel-0\"\n{other}"));
    std::fs::remove_file(alice.at("deployments/bsn-devnet-1.json")).unwrap();
    let ended = alice.with_words(&["deploy", "--gov"]);
    fails(
        &ended,
        "is there with another version 1 of the family \"babylon\": the chain module calls it: write the settings that it has",
    );
    drop(voter);
}

/// A committee of Babylon's, as a table of the file.
fn of_babylon() -> String {
    let version = Stakers::new(7, 3, 2, LockTimes::default()).unwrap().wire();
    let staking = json!({ "staking": { "families": [{ "family": "babylon", "versions": [version] }] } });
    toml::to_string(&staking).unwrap()
}

/// Whoever adds `[staking]` later is not led to put another contract in the place of the one that works.
#[test]
fn a_contract_that_works_gets_what_verifies_stake_by_its_own_migration() {
    let alice = Operator::new("alice");
    let voter = Voter::start(&alice.devnet);
    let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
    assert!(code == 0, "{out}{err}");
    alice.configure(&format!("ics20_channel = \"channel-0\"\n{}", of_babylon()));
    let ended = alice.with_words(&["deploy", "--gov"]);
    fails(
        &ended,
        "is there without a btc-staking, and the chain module calls it: it gets one by a migration",
    );
    fails(&ended, "Take `[staking]` out of bsn.toml");
    drop(voter);
}
