//! `bsn fish` beside a devnet: who signs twice is slashed, wherever the votes stand, and nobody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bsn_cli::devnet::Options;
use bsn_rpc::proto::cosmos::authz::v1beta1::MsgExec;
use bsn_rpc::proto::cosmos::tx::v1beta1::{TxBody, TxRaw};
use bsn_rpc::proto::cosmwasm::wasm::v1::MsgExecuteContract;
use bsn_rpc::proto::{Message, pack};
use merkle::Tree;
use primitives::AppHash;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::proxy::{Does, before};
use crate::support::{Running, options, until};
use crate::watchers::{Caller, events};

fn devnet() -> Arc<Running> {
    Arc::new(Running::start())
}

fn key_of(devnet: &Running, index: usize) -> String {
    devnet.handle.run_blocking(move |engine| engine.net.fps[index].public_key_hex()).unwrap()
}

fn slashed_at(devnet: &Running, key: &str) -> u64 {
    let ask = json!({ "finality_provider": { "btc_pk_hex": key } });
    devnet.client.smart(&devnet.bsn(), &ask).unwrap()["slashed_height"].as_u64().unwrap()
}

/// Waits until a finality provider is in jail, and without power at the heights that come.
fn jail(devnet: &Running, index: usize) -> String {
    let key =
        devnet.control(&format!("fault/jail?fp={index}"))["seen"]["btc_pk_hex"].as_str().unwrap().to_owned();
    let ask = json!({ "signing_info": { "btc_pk_hex": key } });
    until("the jail", || {
        devnet.client.smart(&devnet.bsn(), &ask).unwrap()["jailed_until"].is_number().then_some(())
    });
    let height = devnet.client.height().unwrap();
    until("heights without it", || (devnet.client.height().unwrap() >= height + 3).then_some(()));
    key
}

/// Lets it sign twice, and gives the block that both votes are in: they fail there.
fn double_sign(devnet: &Running, index: usize) -> u64 {
    let block = devnet.control(&format!("fault/double-sign?fp={index}"))["from_height"].as_u64().unwrap();
    until("the votes", || (devnet.client.height().unwrap() > block).then_some(()));
    let (_, txs) = devnet.client.results(block).unwrap();
    let refused = txs.iter().filter(|tx| tx.code != 0 && tx.log.contains("jailed")).count();
    assert!(
        refused >= 2,
        "the contract refuses both: {:?}",
        txs.iter().map(|tx| &tx.log).collect::<Vec<_>>()
    );
    block
}

/// C-09
#[test]
fn a_double_signer_in_jail_is_slashed_within_three_blocks_while_three_race() {
    let mut instantiate = options().instantiate;
    instantiate["missed_blocks_window"] = json!(6);
    // Blocks as chains have them, and not faster than a program can be started.
    let slow = Options { block_time: Duration::from_secs(1), instantiate, ..options() };
    let devnet = Arc::new(Running::with(slow));
    let callers = [0, 1, 2].map(|index| Caller::new(&devnet, index));
    let key = jail(&devnet, 3);
    let mut watchers = callers.each_ref().map(|caller| caller.start(&["fish", "--json", "--every", "100ms"]));
    watchers.iter_mut().for_each(|watcher| drop(watcher.hears("watching")));
    let block = double_sign(&devnet, 3);
    let slashed = watchers.each_mut().map(|watcher| watcher.hears("slashed"));
    assert!(slashed.iter().all(|event| event["fp"] == key.as_str()), "{slashed:?}");
    assert_eq!(slashed.iter().filter(|event| event["by_us"] == true).count(), 1, "{slashed:?}");
    let at = slashed_at(&devnet, &key);
    println!("signed twice in block {block}, slashed in block {at}");
    // What waits in a mempool is seen before it is in a block.
    assert!(at >= block && at <= block + 3, "signed twice in block {block}, slashed in block {at}");
    until("the slashing on Babylon", || {
        devnet.control("babylon")["slashed"].as_array().unwrap().contains(&json!(key)).then_some(())
    });
}

#[test]
fn the_past_is_read_and_what_is_settled_is_a_success() {
    let devnet = devnet();
    let (alice, bob) = (Caller::new(&devnet, 0), Caller::new(&devnet, 1));
    let key = jail(&devnet, 3);
    let block = double_sign(&devnet, 3);
    assert_eq!(slashed_at(&devnet, &key), 0, "the contract alone never learns of it");
    let (from, to) = ((block - 5).to_string(), (block + 1).to_string());
    let range = ["fish", "--json", "--from-height", &from, "--to-height", &to];

    // Without a key it is said what would be done, with another exit code.
    let (code, out, err) = alice.bsn(&[&range[..], &["--node", &alice.node(), "--dry-run"]].concat());
    assert_eq!((code, events(&out, "dry_run").len()), (5, 1), "{out}{err}");
    assert!(
        err.contains("100 %  height ") && err.ends_with("evidence was found and not sent: see above\n"),
        "{err}"
    );
    let found = &events(&out, "double_signing")[0];
    assert_eq!(
        (&found["fp"], &found["message"]["submit_evidence"]["fp_pubkey_hex"]),
        (&json!(key), &json!(key))
    );
    assert_eq!(slashed_at(&devnet, &key), 0);

    let store = ["--store", "signed"];
    let (code, out, err) = alice.sign(&[&range[..], &store].concat());
    assert_eq!((code, &events(&out, "slashed")[0]["by_us"]), (0, &json!(true)), "{out}{err}");
    assert!(slashed_at(&devnet, &key) > block);
    let (code, out, err) = bob.sign(&range);
    assert_eq!((code, &events(&out, "slashed")[0]["by_us"]), (0, &json!(false)), "{out}{err}");
    // What was signed is remembered over a restart, and of one chain alone.
    let (code, out, err) = alice.sign(&[&range[..], &store].concat());
    assert_eq!((code, events(&out, "double_signing")[0]["node"].as_str()), (0, Some("signed")), "{out}{err}");
    let text = std::fs::read_to_string(alice.folder.join("signed")).unwrap();
    std::fs::write(alice.folder.join("signed"), text.replace("bsn-devnet-1", "other-1")).unwrap();
    let (code, _, err) = alice.sign(&[&range[..], &store].concat());
    assert!(code == 1 && err.ends_with("on bsn-devnet-1: name another file\n"), "{err}");
}

/// A block of a node with these transactions instead.
fn with_txs(mut block: Value, txs: &[Vec<u8>], hash: &str) -> Value {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let shown: Vec<String> = txs.iter().map(|tx| STANDARD.encode(tx)).collect();
    block["block"]["data"]["txs"] = json!(shown);
    let root = Tree::new(txs.iter().map(Sha256::digest)).root();
    block["block"]["header"]["data_hash"] = json!(hex::encode_upper(root));
    block["block_id"]["hash"] = json!(hash);
    block
}

fn tx_of(contract: &str, vote: &Value) -> Vec<u8> {
    let execute = pack(&MsgExecuteContract {
        sender: String::new(),
        contract: contract.to_owned(),
        msg: vote.to_string().into_bytes(),
        funds: Vec::new(),
    });
    let messages = vec![pack(&MsgExec { grantee: String::new(), msgs: vec![execute] })];
    let body_bytes = TxBody { messages, ..Default::default() }.encode_to_vec();
    TxRaw { body_bytes, auth_info_bytes: Vec::new(), signatures: vec![vec![0; 64]] }.encode_to_vec()
}

#[test]
fn votes_on_another_fork_are_found_and_forged_ones_frame_nobody() {
    let devnet = devnet();
    let (caller, bsn) = (Caller::new(&devnet, 0), devnet.bsn());
    let (key, honest) = (key_of(&devnet, 3), key_of(&devnet, 2));
    let height = until("a vote", || {
        let (ask, first) =
            (json!({ "last_finalized_height": {} }), devnet.client.status().unwrap().earliest_height);
        devnet.client.smart(&bsn, &ask).unwrap().as_u64().filter(|height| *height > first + 3)
    });
    // The fork node's block holds a vote of the one for another hash, and what would be one of the other.
    let votes = devnet.handle.run_blocking(move |engine| {
        let other = AppHash::from_bytes([0x66; 32]);
        let mut forged = engine.net.fps[2].vote(height, &other).unwrap();
        forged["submit_finality_signature"]["signature"] =
            json!("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=");
        [engine.net.fps[3].vote(height, &other).unwrap(), forged]
    });
    let txs: Vec<Vec<u8>> = votes.unwrap().iter().map(|vote| tx_of(&bsn, vote)).collect();
    let forked = height + 1;
    let fork = before(&caller.node(), move |method, params, truth| {
        match (method, params["height"].as_str().and_then(|text| text.parse::<u64>().ok())) {
            ("block", Some(asked)) if asked == forked => Does::Says(with_txs(truth(), &txs, "AB")),
            _ => Does::Pass,
        }
    });
    until("blocks", || (devnet.client.height().unwrap() > forked + 2).then_some(()));
    let (from, to) = ((height - 1).to_string(), (forked + 2).to_string());
    let range = ["fish", "--json", "--from-height", &from, "--to-height", &to, "--fork-node", &fork];
    let (code, out, err) = caller.sign(&range);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(
        (events(&out, "fork").len(), &events(&out, "fork")[0]["height"]),
        (1, &json!(forked)),
        "{out}"
    );
    let found = events(&out, "double_signing");
    assert_eq!(
        (found.len(), &found[0]["fp"], &found[0]["height"]),
        (1, &json!(key), &json!(height)),
        "{out}"
    );
    assert_eq!(events(&out, "slashed")[0]["by_us"], true, "{out}");
    assert_eq!(events(&out, "end")[0]["forged"], 1, "{out}");
    assert!(slashed_at(&devnet, &key) > 0 && slashed_at(&devnet, &honest) == 0);
}

#[test]
fn a_nonce_at_two_heights_is_an_alarm_with_a_code_of_its_own() {
    let devnet = devnet();
    let (caller, bsn) = (Caller::new(&devnet, 0), devnet.bsn());
    let (from, txs) = devnet
        .handle
        .run_blocking(move |engine| {
            let height = engine.height();
            let fp = &engine.net.fps[3];
            let other = AppHash::from_bytes([0x66; 32]);
            let votes = [fp.vote(height, &other), fp.vote_with_nonce_of(height, height + 1, &other)];
            (height, votes.map(|vote| tx_of(&bsn, &vote.unwrap())))
        })
        .unwrap();
    let fork = before(&caller.node(), move |method, params, truth| {
        match (method, params["height"].as_str().and_then(|text| text.parse::<u64>().ok())) {
            ("block", Some(asked)) if asked == from => Does::Says(with_txs(truth(), &txs, "AB")),
            _ => Does::Pass,
        }
    });
    let at = from.to_string();
    let (code, out, err) =
        caller.sign(&["fish", "--from-height", &at, "--to-height", &at, "--fork-node", &fork]);
    assert_eq!(code, 4, "{out}{err}");
    assert!(out.contains("ALARM: ") && out.contains(" used one nonce at the heights "), "{out}");
    assert!(err.ends_with("the contract can take no evidence of it: see the alarm above\n"), "{err}");
    assert_eq!(slashed_at(&devnet, &key_of(&devnet, 3)), 0);
}

/// As one that begins anew from a snapshot: what it has not is said, and the watch goes on.
#[test]
fn a_node_that_drops_blocks_which_were_not_read_is_watched_on() {
    let devnet = devnet();
    let caller = Caller::new(&devnet, 0);
    let is_cut = Arc::new(AtomicBool::new(false));
    let cut = Arc::clone(&is_cut);
    let node = before(&caller.node(), move |method, _, truth| match method {
        "status" if cut.load(Ordering::SeqCst) => {
            let mut status = truth();
            let info = &mut status["sync_info"];
            let tip: u64 = info["latest_block_height"].as_str().unwrap().parse().unwrap();
            info["earliest_block_height"] = json!((tip + 1).to_string());
            Does::Says(status)
        }
        _ => Does::Pass,
    });
    let mut watcher = caller.start_at(&node, &["fish", "--json", "--every", "100ms"]);
    watcher.hears("watching");
    let height = devnet.client.height().unwrap();
    until("blocks", || (devnet.client.height().unwrap() > height + 5).then_some(()));
    is_cut.store(true, Ordering::SeqCst);
    let why = watcher.hears("away")["why"].as_str().unwrap().to_owned();
    assert!(why.contains(" keeps no block from ") && why.ends_with("they were not read from it"), "{why}");
    is_cut.store(false, Ordering::SeqCst);
    watcher.hears("back");
    // Who signs twice after that is slashed.
    let key = jail(&devnet, 3);
    double_sign(&devnet, 3);
    assert_eq!(watcher.hears("slashed")["fp"], key.as_str());
}

#[test]
fn a_bad_node_or_a_wrong_call_is_one_sentence() {
    let devnet = devnet();
    let caller = Caller::new(&devnet, 0);
    let [node, babylon, _] = devnet.at.map(|at| format!("http://{at}"));
    let fails = |args: &[&str], line: &str| {
        let (code, out, err) = caller.bsn(&[&["fish", "--dry-run"], args].concat());
        assert_eq!(
            (code, out.as_str(), err.as_str()),
            (1, "", format!("Error: {line}\n").as_str()),
            "{args:?}"
        );
    };
    let line = format!("{node} serves the chain `bsn-devnet-1`, not `other-1`");
    fails(&["--node", &node, "--chain-id", "other-1"], &line);
    let (code, _, err) = caller.bsn(&["fish", "--dry-run", "--node", "http://127.0.0.1:1"]);
    assert!(code == 1 && err.starts_with("Error: http://127.0.0.1:1 cannot be reached: "), "{err}");
    fails(
        &["--node", &node, "--from-height", "9", "--to-height", "3"],
        "--from-height 9 is above --to-height 3",
    );
    let (code, _, err) = caller.bsn(&["fish", "--node", &node]);
    assert!(code == 1 && err.starts_with("Error: nobody signs: name a key"), "{err}");
    let (code, _, err) = caller.bsn(&["fish", "--node", &node, "--generate-only", "--from", "x"]);
    assert!(code == 1 && err.starts_with("Error: --generate-only cannot be used here"), "{err}");

    // What a node withholds or cuts is not believed; the other node's blocks are read all the same.
    let height = until("a block with votes", || devnet.client.height().ok().filter(|height| *height > 5));
    let at = (height - 1).to_string();
    let withholds = before(&node, |method, _, truth| match method {
        "block" => {
            let mut block = truth();
            block["block"]["data"]["txs"] = json!([]);
            Does::Says(block)
        }
        _ => Does::Pass,
    });
    let cuts = before(&node, |method, _, _| if method == "block" { Does::Cut } else { Does::Pass });
    let range = ["--from-height", &at, "--to-height", &at, "--every", "10ms"];
    for (bad, why) in [
        (
            &withholds,
            format!(
                "{withholds} does not show the whole block {at}: the transactions are not those that its header names"
            ),
        ),
        (&cuts, format!("{cuts} sent half an answer to block: ")),
        (&babylon, format!("{babylon} serves the chain `bbn-devnet-1`, not `bsn-devnet-1`")),
    ] {
        let args = [&["fish", "--dry-run", "--node", &node, "--fork-node", bad], &range[..]].concat();
        let (code, out, err) = caller.bsn(&args);
        assert!(code == 0 && err.contains(&why), "{out}{err}");
        assert!(out.trim_end().ends_with("transactions of 1 blocks: 0 found"), "{out}");
    }
    // Where nobody can be read, that is a failure.
    let (code, _, err) = caller.bsn(&[&["fish", "--dry-run", "--node", &withholds], &range[..]].concat());
    assert!(code == 1 && err.contains("Error: ") && err.contains("does not show the whole block"), "{err}");
    // Before the first block that is kept.
    let (code, _, err) =
        caller.bsn(&["fish", "--dry-run", "--node", &node, "--from-height", "1", "--to-height", "1"]);
    assert!(code == 1 && err.contains(&format!("{node} keeps no block below ")), "{err}");
}
