//! A devnet whose stake is verified: it counts once `bsn prove` has shown it, and `bsn slash` takes it.

use std::sync::Arc;
use std::time::Duration;

use bsn_cli::devnet::Options;
use serde_json::{Value, json};

use crate::support::{Running, options, until};
use crate::watchers::Caller;
use crate::{ask, finalized};

const SATS: u64 = 500_000_000;

/// Stake is verified, and Bitcoin finds a block each second.
fn start() -> Arc<Running> {
    let bitcoin_time = Duration::from_secs(1);
    Arc::new(Running::with(Options { verified: true, bitcoin_time, ..options() }))
}

fn sats(devnet: &Running, index: usize) -> u64 {
    let key = devnet.handle.run_blocking(move |engine| engine.net.fps[index].public_key_hex()).unwrap();
    let info = ask(devnet, json!({ "finality_provider_info": { "btc_pk_hex": key } }));
    info["total_active_sats"].as_u64().unwrap()
}

fn standing(devnet: &Running, stake: &Value) -> String {
    let item = json!({ "item": { "txid": stake["txid"], "output": stake["output"] } });
    let verifier = devnet.facts()["btc_staking"].as_str().unwrap().to_owned();
    // Before the packet is there, nothing is known.
    let Ok(item) = devnet.client.smart(&verifier, &item) else { return String::new() };
    let standing = item["standing"].as_object().and_then(|is| is.keys().next().cloned());
    standing.unwrap_or_default()
}

/// How deep a transaction is in the devnet's Bitcoin; none where it is in no block.
fn depth(devnet: &Running, txid: &str) -> Option<u64> {
    let path = format!("/tx/{txid}/status");
    let status = devnet
        .handle
        .run_blocking(move |engine| {
            let tip = engine.net.miner.tip_height();
            Some((bsn_cli::devnet::esplora::answer(engine, &path)?.err()?, tip))
        })
        .unwrap();
    let (status, tip) = status?;
    Some(u64::from(tip) - status["block_height"].as_u64()?)
}

fn until_deep(devnet: &Running, txid: &Value) {
    let txid = txid.as_str().unwrap();
    until("a block of Bitcoin", || depth(devnet, txid).filter(|depth| *depth >= 2));
}

#[test]
fn stake_waits_until_it_is_proven_and_counts_until_it_is_spent() {
    let devnet = start();
    let esplora = format!("esplora=http://{}", devnet.at[2]);
    let before = sats(&devnet, 1);
    assert_eq!(before, 3_500_000_000, "what there is in the beginning is proven");
    let last = finalized(&devnet);
    until("a final block", || (finalized(&devnet) > last).then_some(()));

    let stake = devnet.control(&format!("fault/delegate?fp=1&sats={SATS}"))["seen"].clone();
    until_deep(&devnet, &stake["txid"]);
    assert_eq!((standing(&devnet, &stake).as_str(), sats(&devnet, 1)), ("waiting", before));
    let alice = Caller::new(&devnet, 0);
    let (code, out, err) = alice.sign(&["prove", "--once", "--json", "--bitcoin", &esplora]);
    assert!(code == 0 && out.contains("\"stakes\""), "{out}{err}");
    assert_eq!((standing(&devnet, &stake).as_str(), sats(&devnet, 1)), ("active", before + SATS));

    let txid = stake["txid"].as_str().unwrap();
    let spent = devnet.control(&format!("fault/undelegate?txid={txid}"))["seen"]["spent_by"].clone();
    until("the end", || (sats(&devnet, 1) == before).then_some(()));
    assert_eq!(standing(&devnet, &stake), "ended");
    assert!(depth(&devnet, spent.as_str().unwrap()).is_some());
    let (status, _, body) = devnet.http("GET", &format!("/devnet/fault/undelegate?txid={txid}"), "");
    assert!(status == 400 && body.contains("ended"), "{body}");
}

#[test]
fn the_stake_of_who_signed_twice_is_slashed_in_bitcoin() {
    let devnet = start();
    let esplora = format!("esplora=http://{}", devnet.at[2]);
    let guilty = devnet.control("fault/double-sign?fp=3")["seen"]["btc_pk_hex"].as_str().unwrap().to_owned();
    let asked = json!({ "finality_provider": { "btc_pk_hex": guilty } });
    until("the slashing", || {
        ask(&devnet, asked.clone())["slashed_height"].as_u64().filter(|height| *height > 0)
    });
    let caller = Caller::new(&devnet, 0);
    let node = caller.node();
    let slash = ["slash", "--json", "--node", &node, "--fp", &guilty, "--bitcoin", &esplora];
    let rows = |more: &[&str]| {
        let (code, out, err) = caller.bsn(&[&slash[..], more].concat());
        assert_eq!(code, 0, "{out}{err}");
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    let shown = rows(&[]);
    assert_eq!(shown.len(), 2, "its one stake, and what would unbond it: {shown:?}");
    // Whoever does not hold the keys sends nothing, and what is not there is not spent.
    let text = |row: &Value| row["hex"].as_str().unwrap().to_owned();
    let mut forged = hex::decode(text(&shown[0])).unwrap();
    let at = forged.len() - 40;
    forged[at] ^= 1;
    for (tx, why) in [
        (hex::encode(forged), "mandatory-script-verify-flag-failed"),
        (text(&shown[1]), "bad-txns-inputs-missingorspent"),
        ("00".to_owned(), "TX decode failed"),
    ] {
        let (status, body) = post(&devnet, &tx);
        assert!(status == 400 && body.contains(why), "{body}");
    }
    let sent = rows(&["--broadcast"]);
    assert_eq!((sent[0]["state"].as_str(), &sent[0]["txid"]), (Some("sent"), &shown[0]["txid"]));
    until_deep(&devnet, &sent[0]["txid"]);
    let (status, body) = post(&devnet, &text(&shown[0]));
    assert_eq!((status, Some(body.as_str())), (200, sent[0]["txid"].as_str()), "it is known");
    let stake = sent[0]["stake"].as_str().unwrap().split_once(':').unwrap().0.to_owned();
    let (status, _, body) = devnet.http("GET", &format!("/devnet/fault/undelegate?txid={stake}"), "");
    assert!(status == 400 && body.contains("txn-mempool-conflict"), "{body}");
}

/// `bsn unbond --stake` asks the chain: what it keeps of a stake fits together, whoever made it, and what it does not keep is named.
#[test]
fn the_early_end_of_a_lost_file_is_looked_for_on_the_chain() {
    let devnet = start();
    let esplora = format!("esplora=http://{}", devnet.at[2]);
    let seen = devnet.control(&format!("fault/delegate?fp=1&sats={SATS}"))["seen"].clone();
    until_deep(&devnet, &seen["txid"]);
    let stake = format!("{}:{}", seen["txid"].as_str().unwrap(), seen["output"]);
    let caller = Caller::new(&devnet, 0);
    let (node, key) = (caller.node(), format!("{}\n", "12".repeat(32)));
    let unbond = |stake: &str, more: &[&str]| {
        let args = [&["unbond", "--node", &node, "--stake", stake][..], more].concat();
        let out = caller.command(&args).env("BSN_STAKER_KEY", key.trim()).output().unwrap();
        (out.status.code().unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let (code, err) = unbond(&stake, &[]);
    assert!(
        code == 1 && err.starts_with("Error: the key is of ") && err.contains("and the stake of"),
        "{err}"
    );
    let ask = ["--ask", "again.request.json", "--bitcoin", &esplora];
    let (code, err) = unbond(&stake, &ask);
    assert!(code == 1 && err.contains(&format!("the stake {stake} is under Babylon's committee")), "{err}");
    let unknown = format!("{}:0", "ab".repeat(32));
    let (code, err) = unbond(&unknown, &[]);
    assert!(code == 1 && err.contains(&format!("keeps no slashing data of {unknown}")), "{err}");
    for (more, why) in [
        (&["--params", "x"][..], "cannot be used with"),
        (&["--delegation", "x"], "cannot be used with"),
        (&["--ask", "x"], "--bitcoin <KIND=URL>"),
        (&["--share", "x", "--ask", "y", "--bitcoin", "esplora=http://x"], "cannot be used with"),
    ] {
        let (code, err) = unbond(&stake, more);
        assert!(code == 2 && err.contains(why), "{more:?}: {err}");
    }
    let (code, _, err) = caller.bsn(&["unbond", "--node", &node]);
    assert!(code == 2 && err.contains("--delegation <FILE>"), "{err}");
}

fn post(devnet: &Running, tx: &str) -> (u16, String) {
    let node = bsn_rpc::Node::new(&format!("http://{}", devnet.at[2]), Duration::from_secs(10)).unwrap();
    node.post(&format!("http://{}/tx", devnet.at[2]), tx).unwrap()
}
