//! `bsn init | deploy | relayer | connect | upgrade` on a devnet without a contract: from nothing to a final block, and
//! whatever gets into the way of that.

#[path = "deploy/alone.rs"]
mod alone;
#[path = "deploy/keys.rs"]
mod keys;
mod operator;
#[path = "deploy/rehearsal.rs"]
mod rehearsal;
#[allow(clippy::unnecessary_map_or, reason = "it is written for an older Rust")]
#[path = "../../../packages/testing/tests/schema/mod.rs"]
mod schema;
#[path = "deploy/strangers.rs"]
mod strangers;
mod support;
#[path = "deploy/upgrades.rs"]
mod upgrades;
#[path = "deploy/written.rs"]
mod written;
#[path = "deploy/wrong.rs"]
mod wrong;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bsn_cli::deploy::run::Turn;
use bsn_cli::devnet::serve::now;
use bsn_rpc::Fee;
use bsn_rpc::proto::cosmos::bank::v1beta1::MsgSend;
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::pack;
use bsn_rpc::query::Numbers;
use bsn_rpc::read::tx_hash;
use operator::{Operator, Voter, fails, proxy};
use serde_json::{Value, json};
use support::until;

#[test]
fn from_nothing_to_a_final_block_and_to_the_next_release() {
    let alice = Operator::new("alice");
    std::fs::remove_file(alice.at("bsn.toml")).unwrap();
    let init = [
        "init",
        "--network",
        "regtest",
        "--node",
        &alice.node(),
        "--babylon-node",
        &alice.babylon(),
        "--gas-prices",
        "0.001ustake",
    ];
    let (code, out, err) = alice.bsn(&init);
    assert!(code == 0 && out.ends_with("Next: bsn deploy --plan\n"), "{out}{err}");
    let written = std::fs::read_to_string(alice.at("bsn.toml")).unwrap();
    for line in
        ["id = \"bsn-devnet-1\"", "ics20_channel = \"channel-0\"", "k = 1\nw = 2", "network = \"regtest\""]
    {
        assert!(written.contains(line), "{written}");
    }
    fails(&alice.bsn(&init), "is there already: add --force to write over it");

    // Somebody plans who holds no key.
    let (code, out, err) = alice.bsn(&["deploy", "--plan", "--gov", "--from", &alice.address()]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("store bsn.wasm") && !out.contains("FAIL"), "{out}");
    let (_, out, _) = alice.bsn(&["deploy", "--plan", "--gov", "--output", "json"]);
    let plan: Value = serde_json::from_str(&out).unwrap();
    let planned = plan["addresses"]["bsn"].as_str().unwrap().to_owned();

    let voter = Voter::start(&alice.devnet);
    let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
    assert!(code == 0 && out.contains("propose: proposal 1\n"), "{out}{err}");
    let record = alice.record();
    assert_eq!(record["bsn"]["address"], planned, "the address was known before");
    assert_eq!((&record["bsn"]["code_id"], &record["btc_light_client"]["code_id"]), (&json!(1), &json!(2)));
    assert_eq!(record["babylon"]["chain_id"], "bbn-devnet-1");
    assert!(record["babylon"]["consumer_id"].as_str().unwrap().starts_with("07-tendermint-"));
    // Hooks, pins and gas are what the plan said, in one proposal.
    assert_eq!(alice.devnet.client.pinned_codes().unwrap(), [1, 2]);
    assert_eq!(alice.devnet.client.module_contracts().unwrap().unwrap().btc_finality_contract, planned);
    let (code, out, _) = alice.deploy(&["--gov"]);
    assert!(code == 0 && out.starts_with("bsn "), "a second call finds everything done: {out}");

    let (code, out, err) = alice.bsn(&["connect", "--wait-at-most", "90s"]);
    assert!(code == 0 && out.trim_end().ends_with("is final"), "{out}{err}");
    let (code, out, err) = alice.bsn(&["relayer", "rly"]);
    assert!(code == 0 && out.contains("Both channels are open"), "{out}{err}");
    let config = std::fs::read_to_string(alice.at("relayer/rly/config/config.yaml")).unwrap();
    assert!(
        config.contains("rule: \"allowlist\"") && config.contains("client-id: 07-tendermint-"),
        "{config}"
    );
    let script = std::fs::read_to_string(alice.at("relayer/open-channel.sh")).unwrap();
    assert!(
        script.contains("--client-tp 120000s") && script.contains(&format!("wasm.{planned}")),
        "{script}"
    );

    // Its operator has no `bsn.toml`.
    std::fs::rename(alice.at("bsn.toml"), alice.at("kept.toml")).unwrap();
    let (node, babylon) = (alice.node(), alice.babylon());
    let relayer = ["relayer", "rly", "--node", &node, "--babylon-node", &babylon, "--out", "theirs"];
    fails(&alice.bsn(&relayer), "name what gas costs: --gas-prices");
    let prices = ["--gas-prices", "0.001ustake", "--babylon-gas-prices", "0.002ubbn"];
    let linked = [&relayer[..], &prices, &["--ics20-channel", "channel-0"]].concat();
    let (code, out, err) = alice.bsn(&linked);
    assert!(code == 0 && out.contains("Both channels are open"), "{out}{err}");
    assert_eq!(std::fs::read_to_string(alice.at("theirs/rly/config/config.yaml")).unwrap(), config);
    std::fs::rename(alice.at("kept.toml"), alice.at("bsn.toml")).unwrap();

    alice.artifacts("#2");
    let (code, out, err) = alice.with_words(&["upgrade", "--wait"]);
    assert!(
        code == 0 && out.starts_with("Upgraded: configuration, admin and finality are as before."),
        "{out}{err}"
    );
    let info = alice.devnet.client.contract_info(&planned).unwrap().unwrap();
    assert_eq!((info.code_id, &alice.record()["bsn"]["code_id"]), (3, &json!(3)));
    let before: Value = serde_json::from_str(
        &std::fs::read_to_string(alice.at("deployments/bsn-devnet-1.before.json")).unwrap(),
    )
    .unwrap();
    assert_eq!(before["answers"]["config"]["network"], "regtest");
    let last = alice.finalized();
    until("finality after the upgrade", || (alice.finalized() > last + 3).then_some(()));
    drop(voter);
}

/// A call that is killed after each step, with and without what it noted, ends where one that is not does.
/// The relayer opens the channel, and finality providers register, in blocks that others have transactions in.
#[test]
fn no_transaction_is_lost_while_the_relayer_and_the_finality_providers_join() {
    let alice = Operator::new("alice");
    alice.devnet.control("fault/stop-relayer");
    let voter = Voter::start(&alice.devnet);
    let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
    assert!(code == 0, "{out}{err}");
    drop(voter);
    let mallory = operator::wallet(1);
    let numbers = alice.devnet.client.account(&mallory.address).unwrap();
    let amount = vec![Coin { denom: "ustake".to_owned(), amount: "1".to_owned() }];
    let (from_address, to_address) = (mallory.address.clone(), alice.address());
    let message = pack(&MsgSend { from_address, to_address, amount });
    let fee = Fee::new(1_000, "ustake", 2_000_000);
    let txs: Vec<Vec<u8>> = (0..8)
        .map(|ahead| Numbers { sequence: numbers.sequence + ahead, ..numbers })
        .map(|numbers| mallory.sign("bsn-devnet-1", std::slice::from_ref(&message), &fee, numbers).unwrap())
        .collect();
    let sent = txs.clone();
    let joined = alice.devnet.handle.run_blocking(move |engine| {
        engine.trouble.relayer_stopped = false;
        for tx in &sent {
            engine.check_tx(tx).unwrap();
            engine.produce(now());
        }
        (engine.net.channel.is_some(), engine.net.fps.len())
    });
    assert_eq!(joined.unwrap(), (true, 4));
    for tx in &txs {
        let found = alice.devnet.client.tx(&tx_hash(tx)).unwrap();
        assert_eq!(found.map(|found| found.code), Some(0), "of {}", tx_hash(tx));
    }
}

#[test]
fn a_call_that_is_killed_after_any_step_is_continued() {
    for keeps_notes in [true, false] {
        let alice = Operator::new("alice");
        let voter = Voter::start(&alice.devnet);
        let mut went = Vec::new();
        loop {
            if !keeps_notes {
                let _ = std::fs::remove_file(alice.at("deployments/bsn-devnet-1.json"));
            }
            match alice.begin().turn().unwrap() {
                Turn::Went(said) => went.push(said),
                Turn::Waits(_) => std::thread::sleep(std::time::Duration::from_millis(300)),
                Turn::Done => break,
                other => panic!("{other:?}"),
            }
        }
        let names: Vec<&str> = went.iter().filter_map(|said| said.split(':').next()).collect();
        let steps = [
            "store bsn.wasm",
            "store btc-light-client.wasm",
            "instantiate bsn, which makes the others",
            "propose",
        ];
        assert_eq!(names[..4], steps, "{went:?}");
        assert_eq!((alice.codes(), alice.proposals()), (2, 1), "nothing was done twice");
        assert_eq!(alice.record()["bsn"]["address"].as_str().unwrap(), alice.registered());
        drop(voter);
    }
}

/// Killed between sending and the block: the next call waits for what is on its way, and sends nothing twice.
#[test]
fn what_was_on_its_way_when_a_call_was_killed_is_not_sent_again() {
    let alice = Operator::new("alice");
    alice.devnet.control("fault/stop-chain");
    let mut child = alice.command(&alice.words(&["deploy", "--yes"])).spawn().unwrap();
    until("the transaction to be on its way", || {
        let sent = alice.devnet.client.call("num_unconfirmed_txs", &json!({})).unwrap();
        (sent["n_txs"] != "0").then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(alice.record()["deploy"]["pending"]["step"], "store bsn.wasm");
    alice.devnet.control("fault/start-chain");
    let Turn::Went(said) = alice.begin().turn().unwrap() else { panic!("it settles") };
    assert_eq!(said, "store bsn.wasm: code 1 (sent by an earlier call)");
    assert_eq!(alice.codes(), 1);
    assert_eq!(alice.record()["deploy"].get("pending"), None);
}

#[test]
fn two_operators_make_one_proposal_and_end_with_the_same_contract() {
    let alice = Operator::new("alice");
    let bob = alice.other("bob", 1);
    let (code, out, _) = alice.deploy(&["--gov"]);
    assert!(code == 0 && out.contains("propose: proposal 1\n"), "{out}");
    let (code, out, err) = bob.deploy(&["--gov"]);
    assert!(code == 0 && out.contains("proposal 1 does this already: it is adopted\n"), "{out}{err}");
    // Nobody votes: it is voted down, and said so to whoever stays.
    let (code, _, err) = bob.deploy(&["--gov", "--wait"]);
    assert!(code == 1 && err.contains("proposal 1 was voted down; call again for a new proposal"), "{err}");
    let voter = Voter::start(&alice.devnet);
    let both = std::thread::scope(|scope| {
        let calls = [&alice, &bob].map(|who| scope.spawn(|| who.deploy(&["--gov", "--wait"])));
        calls.map(|call| call.join().unwrap())
    });
    // Of two that propose in the same block one fails whole; calling again finds everything done.
    assert!(both.iter().any(|(code, ..)| *code == 0), "{both:?}");
    for who in [&alice, &bob] {
        let (code, out, err) = who.deploy(&["--gov"]);
        assert!(code == 0, "{out}{err}");
        assert_eq!(who.record()["bsn"]["address"].as_str().unwrap(), alice.registered());
    }
    drop(voter);
}

#[test]
fn a_chain_of_small_transactions_gets_a_proposal_for_each_code() {
    let alice = Operator::new("alice");
    let voter = Voter::start(&alice.devnet);
    let (code, out, err) = alice.deploy(&["--gov", "--split", "--expedited", "--wait"]);
    assert!(code == 0 && out.contains("propose: proposal 3\n"), "{out}{err}");
    assert_eq!((alice.codes(), alice.proposals()), (2, 3));
    drop(voter);
}

#[test]
fn what_is_not_ready_is_said_before_anything_is_sent() {
    let alice = Operator::new("alice");
    alice.configure("ics20_channel = \"channel-9\"");
    let (code, out, err) = alice.deploy(&[]);
    assert!(code == 1 && out.is_empty(), "{out}");
    assert!(
        err.contains("there is no channel-9 on this chain")
            && err.ends_with("(all of them: bsn deploy --plan)\n"),
        "{err}"
    );
    alice.configure("ics20_channel = \"channel-0\"\nk = 7");
    let (_, _, err) = alice.deploy(&[]);
    assert!(err.contains("Babylon has k = 1 and w = 2, bsn.toml has 7 and 2"), "{err}");
    alice.configure("ics20_channel = \"channel-0\"");
    alice.devnet.control("fault/expire-client?side=here");
    let plan = || alice.bsn(&["deploy", "--plan", "--gov"]);
    let (code, _, err) =
        until("the expiry", || Some(plan()).filter(|(_, out, _)| out.contains("which is expired")));
    assert!(code == 1 && err.starts_with("Error: 1 of ") && err.ends_with(" checks fail\n"), "{code} {err}");
    assert!(alice.deploy(&[]).2.contains("which is expired"));
    assert_eq!((alice.codes(), alice.proposals()), (0, 0));
    alice.devnet.control("fault/revive-client?side=here");
    // Half a record is named with what to do, and then the chain tells the rest.
    let (code, ..) = until("the client", || Some(plan()).filter(|(_, out, _)| !out.contains("FAIL")));
    assert_eq!(code, 0);
    std::fs::write(alice.at("deployments/bsn-devnet-1.json"), "{\"version\":1,").unwrap();
    fails(&alice.deploy(&[]), "is no JSON; delete it and call again: the chain tells the rest");
}

#[test]
fn without_a_key_here_others_sign() {
    let alice = Operator::new("alice");
    let (code, out, err) = alice.bsn(&["deploy", "--generate-only", "--from", &alice.address()]);
    assert_eq!(code, 0, "{err}");
    let tx: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(tx["body"]["messages"][0]["@type"], "/cosmwasm.wasm.v1.MsgStoreCode");
    assert_eq!(tx["signatures"], json!([]));
    let lines = [
        format!("  bbncd tx sign tx.json --from {} --chain-id bsn-devnet-1", alice.address()),
        format!("  bbncd tx sign tx.json --multisig {} --from MEMBER ", alice.address()),
        "  bbncd tx multisign tx.json ".to_owned(),
        "  bbncd tx broadcast signed.json".to_owned(),
    ];
    assert!(lines.iter().all(|line| err.contains(line)), "{err}");
    let (code, out, err) = alice.deploy(&["--dry-run"]);
    assert!(code == 0 && out.starts_with("store bsn.wasm would use "), "{out}{err}");
    assert_eq!(alice.codes(), 0, "nothing was sent");
    // Nobody agreed.
    let (code, _, err) = alice.with_words_unasked(&["deploy"]);
    assert!(code == 1 && err.ends_with("Error: not agreed: nothing was sent\n"), "{err}");
    assert_eq!(alice.codes(), 0);
}

/// The node answers so many times and then dies, at many points of the way; the next call goes on from there.
#[test]
fn a_node_that_dies_leaves_nothing_half_done() {
    let alice = Operator::new("alice");
    let voter = Voter::start(&alice.devnet);
    let mut deaths = 0;
    for answers in (4..400).step_by(9) {
        let is_dead = Arc::new(AtomicBool::new(false));
        let node = proxy(alice.devnet.at[0], answers, Arc::clone(&is_dead));
        let (code, out, err) = alice.deploy(&["--gov", "--wait", "--node", &node, "--timeout", "2s"]);
        if code == 0 {
            assert!(out.contains("bsn "), "{out}");
            break;
        }
        deaths += 1;
        assert!(is_dead.load(Ordering::Relaxed), "{err}");
        let last = err.lines().last().unwrap_or_default();
        let errors = err.lines().filter(|line| line.starts_with("Error: ")).count();
        assert!(errors == 1 && last.starts_with("Error: ") && last.contains(&node), "{err}");
    }
    assert!(deaths > 3, "it died {deaths} times");
    let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
    assert!(code == 0, "{out}{err}");
    assert_eq!(alice.record()["bsn"]["address"].as_str().unwrap(), alice.registered());
    assert_eq!((alice.codes(), alice.proposals()), (2, 1), "nothing was done twice");
    drop(voter);
}
