//! `bsn upgrade`, whole and in pieces.

use bsn_cli::deploy::run::Turn;
use serde_json::{Value, json};

use crate::operator::{Operator, Voter};
use crate::support::until;

/// Somebody who has deployed, and has the next build.
fn with_the_next_build() -> (Operator, Voter) {
    let alice = Operator::new("alice");
    let voter = Voter::start(&alice.devnet);
    let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
    assert_eq!(code, 0, "{out}{err}");
    alice.artifacts("#2");
    (alice, voter)
}

/// Nothing is migrated to an id that is only guessed: the first proposal stores, the second one migrates and pins.
#[test]
fn governance_stores_in_one_proposal_and_migrates_in_the_next() {
    let (alice, voter) = with_the_next_build();
    let (code, out, err) = alice.with_words(&["upgrade", "--gov", "--wait"]);
    assert!(code == 0 && out.starts_with("Upgraded: "), "{out}{err}");
    assert!(err.contains("propose: proposal 2\n") && err.contains("propose: proposal 3\n"), "{err}");
    assert_eq!((alice.codes(), alice.proposals()), (4, 3));
    let client = &alice.devnet.client;
    for (field, checksum) in ["bsn", "btc_light_client"].into_iter().zip(alice.checksums()) {
        let address = alice.record()[field]["address"].as_str().unwrap().to_owned();
        let code = client.contract_info(&address).unwrap().unwrap().code_id;
        assert_eq!(hex::encode(client.code_info(code).unwrap().unwrap().data_hash), checksum);
        assert!(client.pinned_codes().unwrap().contains(&code), "{field} is pinned");
    }
    let (code, out, _) = alice.with_words(&["upgrade", "--gov"]);
    assert!(code == 0 && out.starts_with("Upgraded: ") && alice.proposals() == 3, "{out}");
    drop(voter);
}

/// A call that is killed after each step ends where one that is not does.
#[test]
fn an_upgrade_that_is_killed_after_any_step_is_continued() {
    let (alice, voter) = with_the_next_build();
    let mut went = Vec::new();
    loop {
        match alice.begin_upgrade().turn().unwrap() {
            Turn::Went(said) => went.push(said),
            Turn::Waits(_) => std::thread::sleep(std::time::Duration::from_millis(300)),
            Turn::Done => break,
            other => panic!("{other:?}"),
        }
    }
    let names: Vec<&str> = went.iter().filter_map(|said| said.split(':').next()).collect();
    assert_eq!(names, ["store bsn.wasm", "store btc-light-client.wasm", "propose"], "{went:?}");
    assert_eq!((alice.codes(), alice.proposals()), (4, 2), "nothing was done twice");
    assert_eq!(alice.record()["bsn"]["checksum"], alice.checksum("bsn.wasm"));
    drop(voter);
}

/// Killed between sending and the block, and with a transaction that no block will ever have: the one is waited for, the
/// other is not taken for done.
#[test]
fn what_an_upgrade_had_sent_is_done_or_lost() {
    let (alice, voter) = with_the_next_build();
    alice.devnet.control("fault/stop-chain");
    let mut child = alice.command(&alice.words(&["upgrade", "--yes"])).spawn().unwrap();
    until("the transaction to be on its way", || {
        let sent = alice.devnet.client.call("num_unconfirmed_txs", &json!({})).unwrap();
        (sent["n_txs"] != "0").then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    alice.devnet.control("fault/start-chain");
    let Turn::Went(said) = alice.begin_upgrade().turn().unwrap() else { panic!("it settles") };
    assert!(said.starts_with("store bsn.wasm: ") && said.ends_with(" (sent by an earlier call)"), "{said}");
    assert_eq!(alice.codes(), 3);

    let path = alice.at("deployments/bsn-devnet-1.json");
    let mut record: Value = alice.record();
    let (step, hash) = ("store btc-light-client.wasm", "AB".repeat(32));
    record["deploy"]["pending"] = json!({ "step": step, "hash": hash, "sequence": 0 });
    std::fs::write(&path, record.to_string()).unwrap();
    let Turn::Went(said) = alice.begin_upgrade().turn().unwrap() else { panic!("it settles") };
    assert_eq!(said, format!("{step}: what an earlier call sent is in no block"));
    assert_eq!((alice.record()["deploy"].get("pending"), alice.codes()), (None, 3));
    let Turn::Went(said) = alice.begin_upgrade().turn().unwrap() else { panic!("it goes on") };
    assert!(said.starts_with(step) && alice.codes() == 4, "{said}");
    drop(voter);
}
