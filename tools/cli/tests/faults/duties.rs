//! The duties that are due only where a chain's hooks fail or a packet came too early: each on a devnet that needs it, and on which
//! nobody but the keeper does it.

use std::sync::Arc;

use actors::FinalityProvider;
use actors::babylon::Stake;
use actors::finality_provider::Appchain;
use bsn_cli::devnet::Engine;
use proto::Message;
use proto::zoneconcierge::{OutboundPacket, outbound_packet::Packet};
use serde_json::{Value, json};

use crate::keep::{allow, rows};
use crate::support::{Running, until};
use crate::watchers::Caller;

fn devnet() -> (Arc<Running>, Caller) {
    let devnet = Arc::new(Running::start());
    let alice = Caller::new(&devnet, 0);
    (devnet, alice)
}

fn on<T: Send + 'static>(devnet: &Running, work: impl FnOnce(&mut Engine) -> T + Send + 'static) -> T {
    devnet.handle.run_blocking(work).unwrap()
}

fn ask(devnet: &Running, message: Value) -> Value {
    devnet.client.smart(&devnet.bsn(), &message).unwrap()
}

fn health(devnet: &Running) -> Value {
    ask(devnet, json!({ "health": {} }))
}

/// From the next block on these hooks are lost, until longer than a test lasts; waits until a keeper takes note of it.
fn silence(devnet: &Running, fault: &str) {
    devnet.control(&format!("fault/{fault}"));
    until("silent hooks", || {
        let last = health(devnet)["hooks"]["last_end_block"].as_u64().unwrap();
        (devnet.client.height().unwrap() > last + 13).then_some(())
    });
}

/// One round of one duty: the state and the reason of each act.
fn keeps(caller: &Caller, duty: &str) -> Vec<(String, String)> {
    let (code, out, err) = caller.sign(&["keep", "--once", "--json", "--duties", duty]);
    assert_eq!(code, 0, "{out}{err}");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows(&out).iter().map(|row| (text(row, "state"), text(row, "why"))).collect()
}

#[test]
fn stake_whose_time_is_over_ends_though_no_hook_follows_bitcoin() {
    let (devnet, alice) = devnet();
    let sats = |devnet: &Running, key: &str| {
        let ask = json!({ "finality_provider_info": { "btc_pk_hex": key } });
        devnet.client.smart(&devnet.bsn(), &ask).unwrap()["total_active_sats"].as_u64().unwrap()
    };
    let key = on(&devnet, |engine| {
        let fp = engine.net.fps[0].public_key();
        let stake = Stake { staking_time: 110, unbonding_time: 100, ..Stake::new(&[fp], 1_000_000) };
        engine.net.link.app.babylon.delegate(stake).unwrap();
        engine.net.fps[0].public_key_hex()
    });
    let before = sats(&devnet, &key);
    until("the stake", || (sats(&devnet, &key) == before + 1_000_000).then_some(()));
    assert!(keeps(&alice, "follow").is_empty(), "the hooks do it");
    silence(&devnet, "lost-hook?blocks=1000");
    // A packet with headers would have them followed: here a keeper brings them.
    devnet.control("fault/stop-relayer");
    on(&devnet, |engine| engine.net.miner.mine_blocks(12));
    allow(&devnet, &[0]);
    let esplora = format!("esplora=http://{}", devnet.at[2]);
    let brought = alice.sign(&["keep", "--once", "--duties", "headers", "--bitcoin", &esplora]);
    assert!(brought.0 == 0 && brought.1.starts_with("done  headers "), "{brought:?}");
    assert_eq!(sats(&devnet, &key), before + 1_000_000, "nobody has followed");
    let kept = keeps(&alice, "follow");
    assert!(
        matches!(&kept[..], [(state, why)] if state == "done" && why.starts_with("no EndBlock has taken effect for ")),
        "{kept:?}"
    );
    assert_eq!(sats(&devnet, &key), before);
}

#[test]
fn evidence_reaches_babylon_though_no_hook_sends_it() {
    let (devnet, alice) = devnet();
    silence(&devnet, "lost-hook?blocks=1000");
    // The chain takes no packet while the client is expired: it waits for an EndBlock.
    devnet.control("fault/expire-client");
    let height = devnet.client.height().unwrap();
    until("the expiry", || (devnet.client.height().unwrap() > height + 1).then_some(()));
    let key = devnet.control("fault/double-sign?fp=3")["seen"]["btc_pk_hex"].as_str().unwrap().to_owned();
    until("the evidence", || {
        (ask(&devnet, json!({ "outbox": {} }))["items"][0]["state"] == "waiting").then_some(())
    });
    devnet.control("fault/revive-client");
    // A block applies it behind its transactions.
    let height = devnet.client.height().unwrap();
    until("the revival", || (devnet.client.height().unwrap() > height + 1).then_some(()));
    let slashed = || devnet.control("babylon")["slashed"].as_array().unwrap().contains(&json!(key));
    assert!(!slashed());
    let kept = keeps(&alice, "outbox");
    assert!(
        matches!(&kept[..], [(state, why)] if state == "done" && why.starts_with("no EndBlock has sent it for ")),
        "{kept:?}"
    );
    until("the slashing on Babylon", || slashed().then_some(()));
}

/// BeginBlock works items off, a portion each; here it is called no more, and a keeper that stays sees that nothing moves.
#[test]
fn what_waits_in_the_queue_is_worked_off_though_no_hook_does() {
    let (devnet, alice) = devnet();
    let pause = |is_paused: bool| {
        on(&devnet, move |engine| {
            let (admin, bsn) = (engine.net.admin.clone(), engine.net.bsn.clone());
            let message = json!({ "set_paused": { "packet_intake": is_paused } });
            engine.net.chain.execute(&admin, &bsn, &message).unwrap();
        });
    };
    let queued = || health(&devnet)["staking"]["queued"].as_u64().unwrap();
    pause(true);
    on(&devnet, |engine| engine.net.add_fp(99, 1).unwrap());
    until("items in the queue", || (queued() > 0).then_some(()));
    devnet.control("fault/hole?blocks=1000");
    let (fps, height) = (health(&devnet)["staking"]["fps"].clone(), devnet.client.height().unwrap());
    until("hooks that are lost", || (devnet.client.height().unwrap() > height + 2).then_some(()));
    pause(false);
    let mut keeper = alice.start(&["keep", "--json", "--duties", "queue", "--every", "200ms"]);
    let row = keeper.says("the queue's turn", |line| line["duty"] == "queue" && line["state"] == "done");
    assert!(row["why"].as_str().unwrap().contains("items have waited for "), "{row}");
    assert_eq!(queued(), 0);
    assert_ne!(health(&devnet)["staking"]["fps"], fps, "the finality provider is there");
}

/// Stake of a finality provider whom Babylon had not shown yet.
#[test]
fn stake_that_came_too_early_counts_once_its_reason_is_gone() {
    const SEED: u64 = 55;
    let (devnet, alice) = devnet();
    let quarantined = || health(&devnet)["staking"]["quarantined"].as_u64().unwrap();
    let key = on(&devnet, |engine| {
        let net = &mut engine.net;
        let appchain = Appchain { chain_id: net.chain.chain_id().to_owned(), contract: net.bsn.clone() };
        let key =
            FinalityProvider::new(SEED, u32::try_from(net.fps.len()).unwrap(), &appchain).public_key_hex();
        let fp = net.fps[0].public_key();
        net.link.app.babylon.delegate(Stake::new(&[fp], 1_000)).unwrap();
        let app = &mut net.link.app;
        let packet = app.babylon.take_staking_packet(&app.client).unwrap();
        let Some(Packet::BtcStaking(mut items)) = OutboundPacket::decode(&packet[..]).unwrap().packet else {
            panic!("it carries no stake")
        };
        items.active_del[0].fp_btc_pk_list = vec![key.clone()];
        net.queue(Packet::BtcStaking(items));
        key
    });
    until("an item in quarantine", || (quarantined() == 1).then_some(()));
    let kept = keeps(&alice, "quarantine");
    assert!(
        matches!(&kept[..], [(state, _)] if state == "no_effect"),
        "nothing is paid for nothing: {kept:?}"
    );
    on(&devnet, |engine| engine.net.add_fp(SEED, 1).unwrap());
    let sats = || {
        let ask = json!({ "finality_provider_info": { "btc_pk_hex": key } });
        devnet.client.smart(&devnet.bsn(), &ask).ok()?["total_active_sats"].as_u64()
    };
    let before = until("the finality provider's own stake", || sats().filter(|sats| *sats > 0));
    let kept = keeps(&alice, "quarantine");
    assert!(matches!(&kept[..], [(state, _)] if state == "done"), "{kept:?}");
    assert_eq!((quarantined(), sats()), (0, Some(before + 1_000)));
}
