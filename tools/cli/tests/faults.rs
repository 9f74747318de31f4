//! Each fault does what its line says; `bsn fish`, `bsn keep` and `bsn slash` do something about it.

#[path = "faults/alone.rs"]
mod alone;
#[path = "faults/bitcoind.rs"]
mod bitcoind;
#[path = "faults/duties.rs"]
mod duties;
#[path = "faults/fish.rs"]
mod fish;
#[path = "faults/keep.rs"]
mod keep;
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "doctor/proxy.rs"]
mod proxy;
#[path = "faults/slash.rs"]
mod slash;
#[path = "faults/stake.rs"]
mod stake;
mod support;
#[path = "faults/watchers.rs"]
mod watchers;

use serde_json::{Value, json};
use support::{Running, until};

fn ask(devnet: &Running, message: Value) -> Value {
    devnet.client.smart(&devnet.bsn(), &message).unwrap()
}

fn finalized(devnet: &Running) -> u64 {
    ask(devnet, json!({ "last_finalized_height": {} })).as_u64().unwrap_or_default()
}

fn events_at(devnet: &Running, height: u64, kind: &str) -> usize {
    let height = until("a block", || (devnet.client.height().unwrap() >= height).then_some(height));
    devnet.client.results(height).unwrap().0.iter().filter(|event| event.kind == kind).count()
}

#[test]
fn a_hole_has_no_anchor_and_finality_goes_on() {
    let devnet = Running::start();
    let height = devnet.control("fault/hole?blocks=2")["from_height"].as_u64().unwrap();
    until("the hole", || (devnet.client.height().unwrap() > height + 3).then_some(()));
    let error = devnet.client.smart(&devnet.bsn(), &json!({ "block": { "height": height } })).unwrap_err();
    assert!(error.to_string().contains(&format!("Block {height} is not found")), "{error}");
    until("finality beyond the hole", || (finalized(&devnet) > height + 2).then_some(()));
}

#[test]
fn starved_hooks_leave_an_error_in_the_block() {
    let devnet = Running::start();
    let height = devnet.control("fault/starved-hooks?blocks=1&gas=100")["from_height"].as_u64().unwrap();
    assert!(events_at(&devnet, height, "contract_communication_error") >= 1);
    assert_eq!(events_at(&devnet, height + 1, "contract_communication_error"), 0);
}

#[test]
fn who_is_jailed_may_come_back() {
    let devnet = Running::start();
    let key = devnet.control("fault/jail?fp=3")["seen"]["btc_pk_hex"].as_str().unwrap().to_owned();
    let until_when =
        || ask(&devnet, json!({ "signing_info": { "btc_pk_hex": key } }))["jailed_until"].as_u64();
    until("the jail", until_when);
    until("the end of the term", || {
        devnet.control("fault/unjail?fp=3");
        std::thread::sleep(std::time::Duration::from_millis(500));
        until_when().is_none().then_some(())
    });
}

#[test]
fn a_double_signer_is_slashed_here_and_on_babylon() {
    let devnet = Running::start();
    let key = devnet.control("fault/double-sign?fp=3")["seen"]["btc_pk_hex"].as_str().unwrap().to_owned();
    until("the slashing on Babylon", || {
        devnet.control("babylon")["slashed"].as_array().unwrap().contains(&json!(key)).then_some(())
    });
    let before = finalized(&devnet);
    until("finality without it", || (finalized(&devnet) > before + 3).then_some(()));
}

#[test]
fn the_channel_closes_at_both_ends() {
    let devnet = Running::start();
    let seen = devnet.control("fault/close-channel")["seen"].clone();
    let port = format!("wasm.{}", devnet.bsn());
    let id = seen["channel"].as_str().unwrap();
    until("the channel's end", || {
        (devnet.client.channel(&port, id).unwrap().unwrap().state == 4).then_some(())
    });
}

#[test]
fn a_client_expires_and_is_revived() {
    let devnet = Running::start();
    let port = format!("wasm.{}", devnet.bsn());
    let id = devnet.facts()["channel"].as_str().unwrap().to_owned();
    let client = devnet.client.client_of_channel(&port, &id).unwrap().unwrap().id;
    let status = |wanted: &str| (devnet.client.client_status(&client).unwrap() == wanted).then_some(());
    devnet.control("fault/expire-client");
    until("the expiry", || status("Expired"));
    devnet.control("fault/revive-client");
    until("the revival", || status("Active"));
}

#[test]
fn bitcoin_reorganizes_and_a_wrong_header_is_refused() {
    let devnet = Running::start();
    let tip = devnet.control("fault/reorg?depth=3")["seen"]["tip"].as_u64().unwrap();
    let light_client = devnet.facts()["btc_light_client"].as_str().unwrap().to_owned();
    let known = || {
        let answer = devnet.client.smart(&light_client, &json!({ "btc_tip_header": {} })).unwrap();
        answer["height"].as_u64()
    };
    until("the new branch", || known().filter(|height| *height >= tip));
    devnet.control("fault/wrong-headers");
    let before = finalized(&devnet);
    until("finality after it", || (finalized(&devnet) > before + 3).then_some(()));
}

#[test]
fn the_chain_stops_and_goes_on() {
    let devnet = Running::start();
    devnet.control("fault/stop-chain");
    let height = devnet.client.height().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(600));
    assert_eq!(devnet.client.height().unwrap(), height);
    devnet.control("fault/start-chain");
    until("a block", || (devnet.client.height().unwrap() > height).then_some(()));
}

#[test]
fn a_fault_that_is_none_says_which_there_are() {
    let devnet = Running::start();
    let (status, _, body) = devnet.http("GET", "/devnet/fault/nothing", "");
    assert!(status == 400 && body.contains("there is no fault `nothing`: lost-hook, "), "{body}");
    let (_, _, body) = devnet.http("GET", "/devnet/fault/jail?fp=9", "");
    assert!(body.contains("there is no finality provider 9: they are 0 to 3"), "{body}");
}
