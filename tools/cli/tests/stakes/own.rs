//! What a chain without Babylon asks of its people: timestamps, registrations, delegations and locks that they bring, payouts.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bitcoin_spv::Transaction;
use bsn_cli::committee::Request;
use bsn_cli::committee::whole::Asked;
use bsn_cli::keep::headers::hash_of;
use bsn_cli::stake::make::make;
use cosmwasm_std::testing::MockApi;
use eots::SecretKey;
use primitives::{AppHash, SigningContext};
use serde_json::json;
use timestamping::OwnTimestamp;

use crate::bitcoin::Lie;
use crate::chain::KEPT;
use crate::common::maker::{coin, key, secret, spender, transaction};
use crate::common::{K, World};
use crate::node::{Node, SENDER};
use crate::stage::{changed, funded};

const CHANGE: &str = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

/// The transaction in a PSBT, as rust-bitcoin reads it.
fn unsigned(node: &Node, name: &str) -> Vec<u8> {
    let text = fs::read_to_string(node.path(name)).unwrap();
    let psbt = bitcoin::Psbt::deserialize(&STANDARD.decode(text.trim()).unwrap()).unwrap();
    bitcoin::consensus::serialize(&psbt.unsigned_tx)
}

fn txid(tx: &[u8]) -> String {
    Transaction::parse(tx).unwrap().txid.to_string()
}

fn ends_with_1(ran: (i32, String), why: &str) {
    assert!(ran.0 == 1 && ran.1.contains(why), "{why}: {} {}", ran.0, ran.1);
}

fn ends_well(ran: (i32, String), said: &str) {
    assert!(ran.0 == 0 && ran.1.contains(said), "{said}: {} {}", ran.0, ran.1);
}

#[test]
fn a_timestamp_is_written_and_proven_once_it_is_deep() {
    let node = Node::new("timestamp");
    let heights: Vec<String> = (0..3).map(|n| node.pass(0x10 + n).to_string()).collect();
    let paying = funded(&node.stage.both, 1, 90_000).at.to_string();
    let make =
        ["timestamp", "make", "--coin", &paying, "--change", CHANGE, "--fee", "500", "--psbt", "stamp.psbt"];
    ends_with_1(node.run(&make), "no block is final yet: name a height by --height");
    ends_with_1(node.run(&[&make[..], &["--height", "999999999"]].concat()), "has not seen block 999999999");
    assert!(!node.path("stamp.psbt").exists());
    ends_well(node.run(&[&make[..], &["--height", &heights[1]]].concat()), "WHICH IS NOT FINAL");

    let tx = unsigned(&node, "stamp.psbt");
    let parsed = Transaction::parse(&tx).unwrap();
    let context = SigningContext::bitcoin_timestamp(&Node::chain_id(), &node.bsn());
    let height: u64 = heights[1].parse().unwrap();
    let stamp = OwnTimestamp { height: height.into(), app_hash: AppHash::from_bytes([0x11; 32]) };
    assert_eq!(OwnTimestamp::find(&parsed, &context), Some(stamp));
    assert_eq!((parsed.outputs[0].value, parsed.outputs[1].value), (0, 89_500));

    let id = parsed.txid.to_string();
    let prove = ["timestamp", "prove", &id];
    ends_with_1(node.send(&prove), &format!("knows no transaction {id}"));
    node.stage.both.publish(&tx);
    ends_with_1(node.send(&prove), "it is in no block yet");
    node.stage.both.mine(&[&tx]);
    node.stage.both.extend(K - 1);
    ends_with_1(node.send(&prove), "is 5 of 6 deep. --wait waits for it");
    node.stage.both.extend(1);
    ends_well(node.send(&prove), &format!("block {height} is timestamped, in block 10"));
    ends_well(node.send(&prove), &format!("block {height} needs no proof"));
    let old = node.run(&[&make[..], &["--height", &heights[0]]].concat());
    ends_with_1(old, &format!("height {} is not above {height}", heights[0]));
}

#[test]
fn a_lie_and_a_timestamp_of_another_chain_are_named_before_anything_is_paid() {
    let node = Node::new("lies");
    let height = node.pass(0x10);
    let context = |chain: &str| SigningContext::bitcoin_timestamp(chain, &node.bsn());
    let stamp = |byte| OwnTimestamp { height: height.into(), app_hash: AppHash::from_bytes([byte; 32]) };
    let written = |n, script| transaction(&[coin(n)], &[bitcoin_spv::Output { value: 0, script }]);
    let lie = written(1, stamp(0x99).script(&context(&Node::chain_id())));
    let foreign = written(2, stamp(0x10).script(&context("another-1")));
    node.stage.both.mine(&[&lie]);
    node.stage.both.mine(&[&foreign]);
    node.stage.both.extend(K);
    let said = format!("says that block {height} has the application hash {}", "99".repeat(32));
    ends_with_1(node.send(&["timestamp", "prove", &txid(&lie)]), &said);
    ends_with_1(node.send(&["timestamp", "prove", &txid(&foreign)]), "has no timestamp of this chain");
    assert_eq!(node.run(&["timestamp", "prove", "zz"]).0, 2);
}

#[test]
fn another_bitcoin_or_another_block_than_the_light_clients_is_named() {
    let node = Node::new("blocks");
    let height = node.pass(0x10);
    let context = SigningContext::bitcoin_timestamp(&Node::chain_id(), &node.bsn());
    let stamp = OwnTimestamp { height: height.into(), app_hash: AppHash::from_bytes([0x10; 32]) };
    let tx = transaction(&[coin(1)], &[bitcoin_spv::Output { value: 0, script: stamp.script(&context) }]);
    let at = node.stage.both.mine(&[&tx]);
    node.stage.both.extend(K);
    let (id, net) = (txid(&tx), &node.stage.net);
    let (file, _) = finished(&node, "mine.json", 1, &Node::chain_id(), 6);
    net.lock().unwrap().lie = Lie::Chain;
    ends_with_1(node.send(&["timestamp", "prove", &id]), "serves another Bitcoin");
    ends_with_1(node.send(&["stake", "submit", &file]), "serves another Bitcoin");
    net.lock().unwrap().lie = Lie::Nothing;
    {
        let mut net = net.lock().unwrap();
        let block = net.blocks.get_mut(&at).unwrap();
        block.header[79] ^= 1;
        block.hash = hash_of(&block.header);
    }
    ends_with_1(node.send(&["timestamp", "prove", &id]), &format!("has block {at} as "));
}

#[test]
fn a_finality_provider_registers_itself_once() {
    let node = Node::new("register");
    let fp = secret(0x41);
    let file = node.desk.key_file("fp.key", &fp);
    let register = ["register", "--fp-key-file", &file];
    ends_with_1(node.run(&register), "nobody signs");
    ends_well(node.send(&[&register[..], &["--dry-run"]].concat()), "would register");
    ends_well(node.send(&register), &format!("{} is registered; its operator is cosmwasm1", key(&fp)));
    ends_with_1(node.send(&register), "is registered already on cosmos-testnet-14002");
    let missing = node.send(&["register", "--fp-key-file", "nowhere"]);
    ends_with_1(missing, "nowhere");
}

#[test]
fn who_waits_is_told_how_deep_it_is_until_it_is_proven() {
    let node = Node::new("wait");
    let height = node.pass(0x10);
    let context = SigningContext::bitcoin_timestamp(&Node::chain_id(), &node.bsn());
    let stamp = OwnTimestamp { height: height.into(), app_hash: AppHash::from_bytes([0x10; 32]) };
    let tx = transaction(&[coin(1)], &[bitcoin_spv::Output { value: 0, script: stamp.script(&context) }]);
    node.stage.both.mine(&[&tx]);
    let (file, staked) = finished(&node, "mine.json", 1, &Node::chain_id(), 6);
    let id = txid(&tx);
    for args in [
        &["timestamp", "prove", &id, "--wait", "--every", "10ms"][..],
        &["stake", "submit", &file, "--wait", "--every", "10ms"],
    ] {
        if args[0] == "stake" {
            node.stage.both.mine(&[&staked]);
        }
        let mut left = K;
        let (code, said) = node.run_while(&[args, &SENDER].concat(), |answers| {
            if answers % 12 == 0 && left > 0 {
                node.stage.both.extend(1);
                left -= 1;
            }
        });
        assert!(code == 0 && said.contains("5 of 6 deep"), "{code}: {said}");
    }
    assert_eq!(power(&node), 1_000_000);
}

#[test]
fn what_lies_below_the_light_client_carries_its_way_or_is_named() {
    let node = Node::new("old");
    let height = node.pass(0x10);
    let context = SigningContext::bitcoin_timestamp(&Node::chain_id(), &node.bsn());
    let stamp = OwnTimestamp { height: height.into(), app_hash: AppHash::from_bytes([0x10; 32]) };
    let tx = transaction(&[coin(1)], &[bitcoin_spv::Output { value: 0, script: stamp.script(&context) }]);
    let (file, staked) = finished(&node, "old.json", 1, &Node::chain_id(), 6);
    node.stage.both.mine(&[&tx]);
    node.stage.both.mine(&[&staked]);
    node.stage.both.extend(KEPT + 5);
    ends_with_1(
        node.send(&["timestamp", "prove", &txid(&tx)]),
        "the lowest header that the light client keeps",
    );
    assert_eq!(node.send(&["stake", "submit", &file]).0, 0);
    ends_well(node.send(&["stake", "submit", &file]), "it counts from block");
}

#[test]
fn a_stake_that_was_spent_is_not_brought() {
    let node = Node::new("spent");
    let (file, staked) = finished(&node, "spent.json", 1, &Node::chain_id(), 6);
    let at = bitcoin_spv::OutPoint { txid: Transaction::parse(&staked).unwrap().txid, index: 0 };
    node.stage.both.mine(&[&staked]);
    node.stage.both.mine(&[&spender(at, 0)]);
    node.stage.both.extend(K);
    ends_with_1(node.send(&["stake", "submit", &file, "--wait"]), &format!("{at} counts no more: "));
    assert_eq!(power(&node), 0);
}

/// The file that `bsn stake finish` leaves, and the staking transaction.
fn finished(node: &Node, name: &str, n: u32, chain_id: &str, signed: usize) -> (String, Vec<u8>) {
    let stage = &node.stage;
    let item = make(&stage.plan(vec![funded(&stage.both, n, 1_200_000)]), &stage.maker.staker).unwrap();
    let shares = stage.shares(&item, 6);
    let whole = Asked::read(&item, &stage.versions()).unwrap().whole(&stage.versions(), &shares).unwrap();
    let item = if signed == 0 { item } else { whole };
    let file = serde_json::to_string(&Request::new(chain_id, &item)).unwrap();
    fs::write(node.path(name), file).unwrap();
    (name.to_owned(), proto::decode::delegation(&item).unwrap().staking_tx)
}

fn power(node: &Node) -> u64 {
    let (world, maker) = (&node.stage.both.world, &node.stage.maker);
    World::power(&mut world.borrow_mut(), maker)
}

#[test]
fn finished_delegations_are_brought_once_they_are_deep() {
    let node = Node::new("submit");
    let id = Node::chain_id();
    let (one, tx) = finished(&node, "one.json", 1, &id, 6);
    let (two, later) = finished(&node, "two.json", 2, &id, 6);
    let submit = ["stake", "submit", &one, &two];
    ends_with_1(node.send(&submit), "knows no such transaction. --wait waits for it");
    node.stage.both.mine(&[&tx]);
    node.stage.both.extend(K - 1);
    ends_with_1(node.send(&submit[..3]), "5 of 6 deep");
    assert_eq!(power(&node), 0);
    node.stage.both.extend(1);
    ends_with_1(node.send(&submit), "knows no such transaction");
    assert_eq!(power(&node), 1_000_000, "what is deep enough is brought");
    ends_well(node.send(&submit[..3]), "is known to btc-staking: it counts");
    node.stage.both.mine(&[&later]);
    node.stage.both.extend(K);
    assert_eq!(node.send(&submit).0, 0);
    assert_eq!(power(&node), 2_000_000);
}

#[test]
fn a_file_of_another_chain_or_without_signatures_is_named() {
    let node = Node::new("bad-files");
    let (foreign, _) = finished(&node, "foreign.json", 1, "another-1", 6);
    let (bare, _) = finished(&node, "bare.json", 2, &Node::chain_id(), 0);
    fs::write(node.path("broken.json"), "{").unwrap();
    let large = changed(&node.stage.item(), |item| item.slashing_tx = vec![7; 100_000]);
    fs::write(
        node.path("large.json"),
        serde_json::to_string(&Request::new(&Node::chain_id(), &large)).unwrap(),
    )
    .unwrap();
    ends_with_1(node.send(&["stake", "submit", "large.json"]), "large.json: it has ");
    ends_with_1(node.send(&["stake", "submit", &foreign]), "foreign.json: it is for another-1");
    ends_with_1(node.send(&["stake", "submit", &bare]), "bare.json: ");
    ends_with_1(node.send(&["stake", "submit", "broken.json"]), "broken.json: ");
    ends_with_1(node.send(&["stake", "submit", "nowhere.json"]), "nowhere.json");
}

#[test]
fn a_finality_provider_locks_its_own_coins_and_is_told_what_that_means() {
    let node = Node::new("self");
    let both = &node.stage.both;
    let own = |secret: &SecretKey| node.desk.key_file("fp.key", secret);
    let paying = funded(both, 1, 400_000).at.to_string();
    let stranger = own(&secret(0x41));
    let make = |file: &str| {
        let args = [
            "stake",
            "self",
            "make",
            "--sats",
            "250000",
            "--time",
            "2000",
            "--coin",
            &paying,
            "--change",
            CHANGE,
            "--fee",
            "500",
            "--psbt",
            "lock.psbt",
            "--fp-key-file",
            file,
        ];
        node.run(&args)
    };
    ends_with_1(make(&stranger), "its stake would not count. `bsn register` comes first");
    assert!(!node.path("lock.psbt").exists());
    let (code, said) = make(&own(&node.stage.maker.fp));
    assert!(code == 0 && said.contains("DANGER: the voting key IS the money"), "{said}");
    assert!(said.contains("250000 sats to bcrt1p"), "{said}");

    let tx = unsigned(&node, "lock.psbt");
    both.mine(&[&tx]);
    let (at, fp) = (format!("{}:0", txid(&tx)), key(&node.stage.maker.fp).to_string());
    let prove =
        |at: &str, time: &str| node.send(&["stake", "self", "prove", at, "--time", time, "--fp", &fp]);
    ends_with_1(prove(&at, "2001"), "is not locked for 2001 blocks by");
    ends_with_1(prove(&at.replace(":0", ":7"), "2000"), "has no such output");
    ends_with_1(prove(&at, "2000"), "0 of 6 deep");
    both.extend(K);
    assert_eq!(prove(&at, "2000").0, 0);
    assert_eq!(power(&node), 250_000);
    ends_well(prove(&at, "2000"), "is known to btc-staking: it counts");
}

/// Below the least stake: the contract refuses it, before anything is sent.
#[test]
fn what_the_contract_refuses_is_named_with_its_rule() {
    let node = Node::new("refused");
    let both = &node.stage.both;
    let fp = key(&node.stage.maker.fp);
    let context = SigningContext::self_stake(&Node::chain_id(), &node.bsn()).digest();
    let output = covenant::SelfStakeOutput::new(&eots::Native, &context, &fp, 2_000).unwrap();
    let tx = transaction(&[coin(5)], &[output.key().output(99_999)]);
    both.mine(&[&tx]);
    both.extend(K);
    let before = both.world.borrow().records();
    let at = format!("{}:0", txid(&tx));
    let ran = node.send(&["stake", "self", "prove", &at, "--time", "2000", "--fp", &fp.to_string()]);
    ends_with_1(ran, &format!("{at} is refused, self: "));
    assert_eq!(both.world.borrow().records(), before);
}

#[test]
fn a_staker_names_where_it_is_paid() {
    let node = Node::new("payout");
    let file = node.desk.key_file("staker.key", &node.stage.maker.staker);
    let (first, second) = (MockApi::default().addr_make("first"), MockApi::default().addr_make("second"));
    let set = |to: &str| node.send(&["payout", "set", to, "--key-file", &file]);
    ends_with_1(set("cosmos1qqqq"), "cosmos1qqqq");
    ends_well(set(first.as_str()), &format!("are paid to {first}, in block 10"));
    ends_well(set(first.as_str()), "already");
    ends_well(set(second.as_str()), &format!("are paid to {second}, in block 10"));
    let staker = key(&node.stage.maker.staker).to_string();
    let asked = serde_json::from_value(json!({ "payout": { "staker_pk_hex": staker } })).unwrap();
    let answer: serde_json::Value = node.stage.both.world.borrow().query(asked).unwrap();
    assert_eq!(answer, json!({ "address": second, "counter": 2 }));
    ends_with_1(node.send(&["payout", "set", first.as_str()]), "whose rewards?");
    let unknown = format!("{}:0", "11".repeat(32));
    ends_with_1(node.send(&["payout", "claim", &unknown]), &format!("{unknown} is not claimed: "));
}
