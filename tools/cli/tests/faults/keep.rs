//! `bsn keep` beside a devnet: what is due is done once, whoever is there, and within the budget.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bsn_cli::devnet::Options;
use bsn_rpc::proto::cosmwasm::wasm::v1::MsgExecuteContract;
use bsn_rpc::proto::pack;
use bsn_rpc::{Fee, Key, Wallet};
use serde_json::{Value, json};

use crate::proxy::{Does, before};
use crate::support::{Running, options, until};
use crate::watchers::Caller;

/// The account of the devnet's words at a place.
fn wallet(index: u32) -> Wallet {
    use bsn_cli::devnet::account;
    let key = Key::from_mnemonic(account::MNEMONIC, &account::path(index)).unwrap();
    Wallet::new(key, "bbnc").unwrap()
}

pub fn light_client(devnet: &Running) -> String {
    devnet.facts()["btc_light_client"].as_str().unwrap().to_owned()
}

/// The admin lets these accounts submit headers: outside of mainnet work is cheap.
pub fn allow(devnet: &Running, indices: &[u32]) {
    let (admin, submitters) =
        (wallet(3), indices.iter().map(|index| wallet(*index).address).collect::<Vec<_>>());
    let msg = json!({ "update_config": { "submitters": submitters } }).to_string().into_bytes();
    let (sender, contract) = (admin.address.clone(), light_client(devnet));
    let message = pack(&MsgExecuteContract { sender, contract, msg, funds: Vec::new() });
    admin.deliver(&devnet.client, "bsn-devnet-1", &[message], &Fee::new(1_000, "ustake", 500_000)).unwrap();
}

pub fn tip(devnet: &Running) -> (u64, String) {
    let answer = devnet.client.smart(&light_client(devnet), &json!({ "btc_tip_header": {} })).unwrap();
    (answer["height"].as_u64().unwrap(), answer["hash"].as_str().unwrap().to_owned())
}

/// Bitcoin stands still, and nobody carries its blocks: the light client lacks a branch.
pub fn lagging(devnet: &Running, depth: u32) -> u64 {
    devnet.control("fault/stop-bitcoin");
    until("the last block", || {
        let miners = devnet.handle.run_blocking(|engine| engine.net.miner.tip_height()).unwrap();
        (tip(devnet).0 == u64::from(miners)).then_some(())
    });
    devnet.control("fault/stop-relayer");
    devnet.control(&format!("fault/reorg?depth={depth}"))["seen"]["tip"].as_u64().unwrap()
}

pub fn rows(out: &str) -> Vec<Value> {
    out.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|row: &Value| row["duty"].is_string())
        .collect()
}

#[test]
fn two_keepers_bring_a_branch_and_neither_fails() {
    let devnet = Arc::new(Running::start());
    let esplora = format!("esplora=http://{}", devnet.at[2]);
    let (alice, bob) = (Caller::new(&devnet, 0), Caller::new(&devnet, 1));
    let theirs = lagging(&devnet, 3);
    let before = tip(&devnet);
    let headers = ["keep", "--duties", "headers", "--bitcoin", &esplora];

    // Who may not, is told so by the light client before anything is paid.
    let (code, out, err) = alice.sign(&[&headers[..], &["--once"]].concat());
    assert!(code == 1 && out.starts_with("NOT   headers ") && err.contains("may not"), "{out}{err}");
    allow(&devnet, &[0, 1]);

    let (code, out, err) = alice.sign(&[&headers[..], &["--dry-run", "--gas-prices", "0.01ustake"]].concat());
    let said = "another branch, which leaves ours 3 below its tip";
    assert!(
        code == 0 && out.contains("would be sent") && out.contains(said) && out.contains("ustake"),
        "{out}{err}"
    );
    assert_eq!(tip(&devnet), before, "a dry run sends nothing");

    let once = &[&headers[..], &["--once", "--json"]].concat();
    let race = std::thread::scope(|scope| {
        let both = [&alice, &bob].map(|caller| scope.spawn(move || caller.sign(once)));
        both.map(|one| one.join().unwrap())
    });
    let states: Vec<String> =
        race.iter().flat_map(|(_, out, _)| rows(out)).map(|row| row["state"].to_string()).collect();
    println!("{states:?}");
    assert!(race.iter().all(|(code, ..)| *code == 0), "{race:?}");
    assert!(states.iter().any(|state| state == "\"done\""), "{race:?}");
    let (height, hash) = tip(&devnet);
    assert_eq!(height, theirs);
    let miners = devnet.handle.run_blocking(|engine| engine.net.miner.tip().hash).unwrap();
    assert_eq!(hash, hex::encode(miners.iter().rev().copied().collect::<Vec<u8>>()));

    let (code, out, err) = bob.sign(&[&headers[..], &["--dry-run"]].concat());
    assert_eq!((code, out.as_str(), err.as_str()), (0, "Nothing is due.\n", ""));
}

#[test]
fn a_budget_that_is_used_up_is_kept_over_a_restart() {
    let devnet = Arc::new(Running::start());
    let esplora = format!("esplora=http://{}", devnet.at[2]);
    let alice = Caller::new(&devnet, 0);
    allow(&devnet, &[0]);
    lagging(&devnet, 2);
    let priced = [
        "keep",
        "--once",
        "--duties",
        "headers",
        "--bitcoin",
        &esplora,
        "--gas-prices",
        "1ustake",
        "--state",
        "spent",
    ];
    let (code, out, err) = alice.sign(&[&priced[..], &["--budget", "100000000ustake"]].concat());
    assert!(code == 0 && out.starts_with("done  headers "), "{out}{err}");
    devnet.control("fault/reorg?depth=1");
    let (code, out, err) = alice.sign(&[&priced[..], &["--budget", "1000ustake"]].concat());
    assert!(code == 1 && err.contains("the budget of 1000ustake a day is used up: "), "{out}{err}");
    assert!(!err.contains("used up: 0ustake"), "what was spent before the restart counts: {err}");
    let (code, _, err) = alice.sign(&[&priced[..], &["--budget", "1000uother"]].concat());
    assert!(code == 1 && err.contains("the budget is in uother, and the fee in ustake"), "{err}");
}

#[test]
fn an_own_provider_leaves_jail_after_its_term_and_no_other_does() {
    let mut instantiate = options().instantiate;
    instantiate["jail_duration"] = json!(5);
    let devnet = Arc::new(Running::with(Options { instantiate, ..options() }));
    let operator = Caller::new(&devnet, 13);
    let key = devnet.control("fault/jail?fp=3")["seen"]["btc_pk_hex"].as_str().unwrap().to_owned();
    let ask = json!({ "signing_info": { "btc_pk_hex": key } });
    let jailed = || devnet.client.smart(&devnet.bsn(), &ask).unwrap()["jailed_until"].as_u64();
    until("the jail", jailed);
    let (code, out, err) = operator.sign(&["keep", "--once", "--json"]);
    assert!(
        code == 0 && rows(&out).is_empty() && jailed().is_some(),
        "nobody said that it is ours: {out}{err}"
    );
    let unjail = ["keep", "--json", "--duties", "unjail", "--fp", &key];
    until("the end of the term", || {
        let (code, out, err) = operator.sign(&[&unjail[..], &["--once"]].concat());
        assert_eq!(code, 0, "{out}{err}");
        rows(&out).first().is_some_and(|row| row["state"] == "done").then_some(())
    });
    assert_eq!(jailed(), None);
    // Another one's account is refused by the contract, before anything is paid.
    let other = devnet.control("fault/jail?fp=2")["seen"]["btc_pk_hex"].as_str().unwrap().to_owned();
    let ask = json!({ "signing_info": { "btc_pk_hex": other } });
    until("the jail", || devnet.client.smart(&devnet.bsn(), &ask).unwrap()["jailed_until"].as_u64());
    until("the refusal", || {
        let (code, out, err) = operator.sign(&["keep", "--once", "--duties", "unjail", "--fp", &other]);
        (code == 1).then(|| assert!(err.contains("nauthorized") || err.contains("may not"), "{out}{err}"))
    });
}

/// A server that answers each path as a test says.
fn pages(answer: impl Fn(&str) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut buffer = [0; 4_096];
            let count = stream.read(&mut buffer).unwrap_or_default();
            let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
            let body = answer(text.split(' ').nth(1).unwrap_or_default());
            let length = body.len();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    url
}

#[test]
fn a_bad_source_or_a_wrong_call_is_one_sentence_and_costs_the_other_duties_nothing() {
    let devnet = Arc::new(Running::start());
    let alice = Caller::new(&devnet, 0);
    let node = alice.node();
    let dry = |args: &[&str]| alice.bsn(&[&["keep", "--dry-run", "--node", &node], args].concat());
    let other = pages(|path| match path {
        "/blocks/tip/height" => "900000".to_owned(),
        _ => "ab".repeat(32),
    });
    let page = pages(|_| "<html>".to_owned());
    for (bitcoin, why) in [
        (format!("esplora={other}"), format!("{other} serves another Bitcoin: its block ")),
        (
            format!("esplora={page}"),
            format!("{page} is no esplora server: it answered /blocks/tip/height with `<html>`"),
        ),
        ("esplora=http://127.0.0.1:1".to_owned(), "http://127.0.0.1:1 cannot be reached: ".to_owned()),
        (format!("rpc={page}"), format!("{page} is no bitcoind: it answered getblockcount with `<html>`")),
    ] {
        let (code, out, err) = dry(&["--bitcoin", &bitcoin]);
        assert!(code == 1 && out == "Nothing is due.\n" && err.contains(&why), "{bitcoin}: {out}{err}");
    }
    let chain = format!("{node} serves the chain `bsn-devnet-1`, not `other-1`");
    let calls: [([&str; 2], &str); 4] = [
        (["--duties", "headers"], "the duty headers needs --bitcoin esplora=URL or --bitcoin rpc=URL"),
        (["--duties", "unjail"], "the duty unjail needs --fp with the key of your own finality provider"),
        (["--budget", "much"], "`much` is no budget such as 50000uapp"),
        (["--chain-id", "other-1"], &chain),
    ];
    for (args, line) in calls {
        let (code, out, err) = dry(&args);
        assert_eq!((code, out.as_str(), err), (1, "", format!("Error: {line}\n")), "{args:?}");
    }
    let (code, _, err) = dry(&["--duties", "sweep"]);
    assert!(code == 2 && err.contains("`sweep` is no duty: unjail, outbox, headers"), "{err}");
    let (code, _, err) = dry(&["--fp", "abc"]);
    assert!(code == 1 && err.starts_with("Error: "), "{err}");
    let (code, _, err) = alice.bsn(&["keep", "--once", "--node", "http://127.0.0.1:1"]);
    assert!(code == 1 && err.starts_with("Error: http://127.0.0.1:1 cannot be reached: "), "{err}");
}

/// Its node hangs up on every question for a while, as one that is restarted; another branch wins meanwhile.
#[test]
fn a_keeper_that_stays_outlives_its_node_and_says_so_once() {
    let devnet = Arc::new(Running::start());
    let esplora = format!("esplora=http://{}", devnet.at[2]);
    let alice = Caller::new(&devnet, 0);
    allow(&devnet, &[0]);
    let is_away = Arc::new(AtomicBool::new(false));
    let away = Arc::clone(&is_away);
    let node = before(
        &alice.node(),
        move |_, _, _| {
            if away.load(Ordering::SeqCst) { Does::Cut } else { Does::Pass }
        },
    );
    let args = ["keep", "--json", "--duties", "headers", "--bitcoin", &esplora, "--every", "200ms"];
    let mut keeper = alice.start_at(&node, &args);
    let brings = |theirs: u64| until("the branch", || (tip(&devnet).0 == theirs).then_some(()));
    brings(lagging(&devnet, 4));
    keeper.says("what it did", |line| line["duty"] == "headers" && line["state"] == "done");
    is_away.store(true, Ordering::SeqCst);
    let said = keeper.says("trouble", |line| line["note"].is_string());
    assert!(said["note"].as_str().unwrap().contains("sent half an answer to "), "{said}");
    let theirs = devnet.control("fault/reorg?depth=2")["seen"]["tip"].as_u64().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    assert!(tip(&devnet).0 < theirs, "nobody else brings it");
    is_away.store(false, Ordering::SeqCst);
    brings(theirs);
    assert!(keeper.runs());
    let notes: Vec<&Value> = keeper.said.iter().filter(|line| line["note"].is_string()).collect();
    assert_eq!(notes.len(), 1, "what is as it was is not said again: {notes:?}");
}
