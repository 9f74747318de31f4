//! `bsn stake withdraw` and `bsn stake self` as their people call them: what is refused before a transaction is made, and what comes
//! back.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bitcoin_spv::{OutPoint, Transaction};
use bsn_cli::committee::Request;
use bsn_cli::committee::whole::Asked;
use bsn_cli::slash::interpreter;
use bsn_cli::stake::make::make;
use bsn_cli::stake::own::lock;
use bsn_cli::stake::unbond;
use eots::SecretKey;
use primitives::{FpPublicKey, SigningContext, Txid};
use serde_json::Value;

use crate::bitcoin::Block;
use crate::common::K;
use crate::common::maker::{coin, key, secret, transaction};
use crate::desk::Desk;
use crate::node::Node;
use crate::stage::{CHAIN, Stage, funded};

const ADDRESS: &str = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

fn ends_with_1(ran: (i32, String), why: &str) {
    assert!(ran.0 == 1 && ran.1.contains(why), "{why}: {} {}", ran.0, ran.1);
}

fn ends_well(ran: (i32, String), said: &str) -> String {
    assert!(ran.0 == 0 && ran.1.contains(said), "{said}: {} {}", ran.0, ran.1);
    ran.1
}

/// A delegation with all its signatures: its file's text for this chain, its stake, and the transaction that locks it.
fn whole(stage: &Stage, chain_id: &str) -> (String, OutPoint, Vec<u8>, Vec<u8>) {
    let item = make(&stage.plan(vec![funded(&stage.both, 1, 1_200_000)]), &stage.maker.staker).unwrap();
    let (asked, versions) = (Asked::read(&item, &stage.versions()).unwrap(), stage.versions());
    let item = asked.whole(&versions, &stage.shares(&item, 6)).unwrap();
    let staking = proto::decode::delegation(&item).unwrap().staking_tx;
    let early = unbond::complete(&item, &versions, &stage.maker.staker).unwrap().tx;
    let text = serde_json::to_string(&Request::new(chain_id, &item)).unwrap();
    (text, asked.unsigned.delegation().stake, staking, early)
}

#[test]
fn a_staker_takes_the_stake_back_from_the_file() {
    let mut stage = Stage::new();
    stage.maker.time = 150;
    let desk = Desk::new(&stage, "back");
    let (text, at, staking, _) = whole(&stage, CHAIN);
    fs::write(desk.path("mine.json"), text).unwrap();
    let (own, stranger) =
        (desk.key_file("own.key", &stage.maker.staker), desk.key_file("other.key", &secret(0x12)));
    let base = ["stake", "withdraw", "--delegation", "mine.json", "--to", ADDRESS, "--fee"];
    let ours = ["500", "--key-file", &own];
    let with = |more: &[&str]| desk.bsn(&[&base[..], more].concat());
    ends_with_1(with(&ours), &format!("has nothing unspent of {at}"));
    let height = stage.both.mine(&[&staking]);
    stage.both.extend(148);
    let first = height + 150;
    let early = format!(
        "{at}, the stake, is locked for 150 blocks from block {height} on: block {first} is the first that may take it, Bitcoin is \
         at {}, and 1 more must come before that",
        first - 2
    );
    ends_with_1(with(&[&ours[..], &["--broadcast"]].concat()), &early);
    ends_with_1(with(&["500", "--psbt", "back.psbt"]), &early);
    assert!(!desk.path("back.psbt").exists());
    stage.both.extend(1);
    ends_with_1(with(&["500"]), "whose signatures? Name the key of the staker");
    ends_with_1(with(&["500", "--key-file", &stranger, "--broadcast"]), "the key is of ");
    ends_with_1(with(&["500001", "--key-file", &own, "--broadcast"]), "a fee of 500001 sats is absurd");
    ends_with_1(with(&["0", "--key-file", &own]), "a fee of at least 1 sat is due");
    assert_eq!(with(&["500", "--psbt", "back.psbt", "--broadcast"]).0, 2);
    let nowhere =
        ["stake", "withdraw", "--delegation", "mine.json", "--to", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"];
    assert_eq!(desk.bsn(&[&nowhere[..], &["--fee", "500"]].concat()).0, 2);
    assert!(stage.net.lock().unwrap().sent.is_empty());

    let said = ends_well(with(&ours), &format!("{at}: the withdrawal is complete\n  txid     "));
    assert!(
        said.contains(&format!("takes    the stake, {at}: 1000000 sats, locked for 150 blocks from block"))
    );
    assert!(said.contains(&format!("pays     999500 sats to {ADDRESS}\n  fee      500 sats\n  hex      ")));
    assert!(stage.net.lock().unwrap().sent.is_empty());
    let json = with(&[&ours[..], &["--broadcast", "--output", "json"]].concat());
    let event: Value = serde_json::from_str(&ends_well(json, "")).unwrap();
    assert_eq!(stage.net.lock().unwrap().sent, [event["hex"].as_str().unwrap()]);
    let tx = hex::decode(event["hex"].as_str().unwrap()).unwrap();
    let parsed = Transaction::parse(&tx).unwrap();
    let expected = serde_json::json!({ "event": "withdrawal", "stake": at.to_string(), "takes": "stake",
        "spends": at.to_string(), "spent_sats": 1_000_000, "locked_blocks": 150, "height": height,
        "txid": parsed.txid.to_string(), "sats": 999_500, "to": ADDRESS, "fee_sats": 500, "replaces": null,
        "sent": true, "hex": event["hex"], "psbt": null });
    assert_eq!(event, expected);
    let spent = Transaction::parse(&staking).unwrap().outputs[0].clone();
    assert_eq!(interpreter::check(&spent, &tx), Ok(()));

    // A wallet that has the key gets the same transaction, and a higher fee replaces what waits.
    ends_well(
        with(&["500", "--psbt", "back.psbt"]),
        "psbt     back.psbt, for the wallet that has the key of ",
    );
    ends_with_1(with(&["500", "--psbt", "back.psbt"]), "is there already");
    let psbt = STANDARD.decode(fs::read_to_string(desk.path("back.psbt")).unwrap().trim()).unwrap();
    let psbt = bitcoin::Psbt::deserialize(&psbt).unwrap();
    assert_eq!(bitcoin::consensus::serialize(&psbt.unsigned_tx), parsed.stripped);
    stage.both.publish(&tx);
    ends_well(with(&["900", "--key-file", &own]), &format!("replaces {}, which waits", parsed.txid));
    assert!(!ends_well(with(&ours), "").contains("replaces"), "the same is none");
    stage.both.mine(&[&tx]);
    ends_with_1(with(&ours), &format!("{at}, the stake, was spent already, by {}", parsed.txid));
}

/// Wallets of mainnet do not look for coins by keys of a test network, nor the other way about.
#[test]
fn nothing_is_paid_to_an_address_of_another_network() {
    let mut stage = Stage::new();
    stage.maker.time = 150;
    let desk = Desk::new(&stage, "back-network");
    let (text, _, staking, _) = whole(&stage, CHAIN);
    fs::write(desk.path("mine.json"), text).unwrap();
    let own = desk.key_file("own.key", &stage.maker.staker);
    stage.both.mine(&[&staking]);
    stage.both.extend(150);
    // The addresses of BIP-173.
    let (main, test) =
        ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx");
    let with = |to: &str| {
        let args = ["stake", "withdraw", "--delegation", "mine.json", "--to", to, "--fee", "500"];
        desk.bsn(&[&args[..], &["--key-file", &own]].concat())
    };
    ends_with_1(with(main), &format!("{main} is an address of mainnet, and "));
    ends_well(with(test), "the withdrawal is complete");
    let genesis = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";
    let hash = *Txid::from_display_hex(genesis).unwrap().as_bytes();
    stage.net.lock().unwrap().blocks.insert(0, Block { header: [0; 80], hash, txids: Vec::new() });
    ends_well(with(main), "the withdrawal is complete");
    for address in [test, ADDRESS] {
        ends_with_1(with(address), &format!("{address} is an address of a test network, and "));
    }
}

#[test]
fn a_file_of_another_chain_and_one_that_is_none_are_named() {
    let stage = Stage::new();
    let desk = Desk::new(&stage, "back-files");
    let own = desk.key_file("own.key", &stage.maker.staker);
    fs::write(desk.path("foreign.json"), whole(&stage, "another-1").0).unwrap();
    fs::write(desk.path("broken.json"), "{").unwrap();
    let with = |more: &[&str]| {
        let base = ["stake", "withdraw", "--to", ADDRESS, "--fee", "500", "--key-file", &own];
        desk.bsn(&[&base[..], more].concat())
    };
    ends_with_1(with(&["--delegation", "foreign.json"]), "it is for another-1, not for app-1");
    ends_with_1(with(&["--delegation", "nowhere.json"]), "nowhere.json");
    assert_eq!(with(&["--delegation", "broken.json"]).0, 1);
    assert_eq!(with(&[]).0, 2);
}

#[test]
fn an_early_end_comes_back_from_what_the_chain_keeps() {
    let node = Node::new("back-chain");
    let both = &node.stage.both;
    let (text, at, staking, early) = whole(&node.stage, &Node::chain_id());
    let own = node.desk.key_file("staker.key", &node.stage.maker.staker);
    fs::write(node.path("mine.json"), &text).unwrap();
    let height = both.mine(&[&staking]);
    both.extend(K);
    assert_eq!(node.send(&["stake", "submit", "mine.json"]).0, 0);
    let with = |stake: &str, more: &[&str]| {
        let base = ["stake", "withdraw", "--stake", stake, "--to", ADDRESS, "--fee", "500"];
        node.run(&[&base[..], &["--key-file", &own], more].concat())
    };
    let unknown = OutPoint { index: 7, ..at }.to_string();
    ends_with_1(with(&unknown, &[]), &format!("keeps no slashing data of {unknown}"));
    ends_with_1(with(&at.to_string(), &[]), "is locked for 5000 blocks from");
    // The contract knows that it was spent, and keeps what it was.
    let spent_at = both.mine(&[&early]);
    both.extend(K);
    let bare = Transaction::parse(&early).unwrap();
    let proof = both.world.borrow().bitcoin.spend(at, &bare.stripped, spent_at);
    assert_eq!(both.world.borrow_mut().spend(proof), "ended");
    let unbonded = OutPoint { txid: bare.txid, index: 0 };
    let from =
        format!("{unbonded}, what its early end left, is locked for 100 blocks from block {spent_at} on");
    ends_with_1(with(&at.to_string(), &[]), &from);
    both.extend(99 - K);
    ends_well(with(&at.to_string(), &["--broadcast"]), "the withdrawal was sent");
    let sent = hex::decode(&node.stage.net.lock().unwrap().sent[0]).unwrap();
    assert_eq!(interpreter::check(&bare.outputs[0], &sent), Ok(()));
    assert!(height < spent_at);
}

/// A lock of so many sats and blocks, mined.
fn locked(node: &Node, fp: &SecretKey, sats: u64, time: u16) -> (OutPoint, Vec<u8>) {
    let context = SigningContext::self_stake(&Node::chain_id(), &node.bsn());
    let output = lock(&context, &FpPublicKey::from(fp.public_key()), time).unwrap();
    let tx = transaction(&[coin(5)], &[output.key().output(sats)]);
    node.stage.both.mine(&[&tx]);
    (OutPoint { txid: Transaction::parse(&tx).unwrap().txid, index: 0 }, tx)
}

#[test]
fn a_finality_provider_takes_its_lock_back_with_and_without_its_chain() {
    let node = Node::new("back-self");
    let (both, fp) = (&node.stage.both, &node.stage.maker.fp);
    let (at, tx) = locked(&node, fp, 250_000, 144);
    let (own, other) = (node.desk.key_file("fp.key", fp), node.desk.key_file("other.key", &secret(0x41)));
    let shown = at.to_string();
    let with = |at: &str, time: &str, more: &[&str]| {
        let base = ["stake", "self", "withdraw", at, "--time", time, "--to", ADDRESS, "--fee", "500"];
        node.run(&[&base[..], more].concat())
    };
    let ours = ["--fp-key-file", &own];
    both.extend(142);
    ends_with_1(with(&shown, "144", &ours), "and 1 more must come before that");
    both.extend(1);
    ends_with_1(with(&shown, "143", &ours), "is not locked for 143 blocks by");
    let stranger = format!("is not locked for 144 blocks by {}", key(&secret(0x41)));
    ends_with_1(with(&shown, "144", &["--fp-key-file", &other]), &stranger);
    ends_with_1(with(&shown.replace(":0", ":9"), "144", &ours), "has no such output");
    let unknown = format!("{}:0", "11".repeat(32));
    ends_with_1(with(&unknown, "144", &ours), &format!("has nothing unspent of {unknown}"));
    ends_with_1(with(&shown, "144", &["--psbt", "back.psbt"]), "whose lock? Name it by --fp");
    let psbt = ["--psbt", "back.psbt", "--fp", &key(fp).to_string()];
    ends_well(with(&shown, "144", &psbt), "the withdrawal is to be signed");
    ends_well(with(&shown, "144", &ours), "takes    the lock, ");
    // Its time is found where nobody remembers it.
    let base = ["stake", "self", "withdraw", &shown, "--to", ADDRESS, "--fee", "500"];
    ends_well(node.run(&[&base[..], &ours].concat()), "250000 sats, locked for 144 blocks from block");
    assert!(node.stage.net.lock().unwrap().sent.is_empty());

    // Nobody answers for a chain that has stopped; the lock shows that both names are right.
    let bsn = node.bsn();
    let alone = |id: &str| {
        let args = ["stake", "self", "withdraw", &shown, "--time", "144", "--to", ADDRESS, "--fee", "500"];
        let named = ["--chain-id", id, "--contract", &bsn, "--broadcast", "--fp-key-file", &own];
        let mut program = node.desk.program(&[&args[..], &named].concat());
        let out = program.env("BSN_BITCOIN", node.desk.flags.last().unwrap()).output().unwrap();
        let text = [out.stdout, out.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (out.status.code().unwrap(), text.concat())
    };
    ends_with_1(alone("another-1"), "is not locked for 144 blocks by");
    ends_well(alone(&Node::chain_id()), "the withdrawal was sent");
    let sent = hex::decode(&node.stage.net.lock().unwrap().sent[0]).unwrap();
    assert_eq!(interpreter::check(&Transaction::parse(&tx).unwrap().outputs[0], &sent), Ok(()));
    both.mine(&[&sent]);
    ends_with_1(with(&shown, "144", &ours), "the lock, was spent already, by ");
}

/// A lock that is known to the contract is no delegation.
#[test]
fn a_lock_is_not_taken_for_a_delegation() {
    let node = Node::new("back-other");
    let fp = &node.stage.maker.fp;
    let (at, _) = locked(&node, fp, 250_000, 2_000);
    node.stage.both.extend(K);
    let (shown, fp) = (at.to_string(), key(fp).to_string());
    assert_eq!(node.send(&["stake", "self", "prove", &shown, "--time", "2000", "--fp", &fp]).0, 0);
    let own = node.desk.key_file("fp.key", &node.stage.maker.fp);
    let args = ["stake", "withdraw", "--stake", &shown, "--to", ADDRESS, "--fee", "500", "--key-file", &own];
    ends_with_1(node.run(&args), "`bsn stake self withdraw` takes it back");
}

#[test]
fn a_lock_that_would_not_count_is_refused_before_it_is_made() {
    let node = Node::new("terms");
    let paying = funded(&node.stage.both, 1, 400_000).at.to_string();
    let own = node.desk.key_file("fp.key", &node.stage.maker.fp);
    let make = |sats: &str, time: &str| {
        let args = ["stake", "self", "make", "--sats", sats, "--time", time, "--fp-key-file", &own];
        let wallet = ["--coin", &paying, "--change", ADDRESS, "--fee", "500", "--psbt", "lock.psbt"];
        node.run(&[&args[..], &wallet].concat())
    };
    let small = "a lock of 99999 sats would not count: btc-staking asks for at least 100000 sats";
    ends_with_1(make("99999", "2000"), small);
    let short = "a lock of 999 blocks would not count: btc-staking asks for at least 1000 blocks";
    ends_with_1(make("100000", "999"), short);
    assert!(!node.path("lock.psbt").exists());
    ends_well(make("100000", "1000"), "100000 sats to bcrt1p");
}
