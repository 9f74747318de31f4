//! Proves: C-31, K23
//!
//! A height is timestamped when both halves of the checkpoint are w deep in our own light client; what Babylon says
//! of it that is not so moves nothing, and nothing goes back.

use devnet::network::Network;
use serde_json::{Value, json};

use super::support::{ask, health, run, start, start_with, text};

fn timestamps(network: &Network) -> Value {
    health(network)["timestamps"].clone()
}

/// Timestamped height, last epoch, and how many checkpoints wait.
fn standing(network: &Network) -> (u64, u64, u64) {
    let is = timestamps(network);
    (is["height"].as_u64().unwrap(), is["epoch"].as_u64().unwrap(), is["waiting"].as_u64().unwrap())
}

fn trust(network: &Network) -> String {
    let trust = timestamps(network)["trust"].as_str().unwrap().to_owned();
    trust.split(' ').next().unwrap().trim_end_matches(':').to_owned()
}

fn alarms(network: &Network) -> String {
    health(network)["alarms"].to_string()
}

/// All headers of the miners' chain from `from` on, except the last `less`.
fn send_headers(network: &mut Network, from: u32, less: u32) {
    let tip = network.miner.tip_height() - less;
    let headers = network.miner.headers(from, tip);
    network.send_headers(headers);
}

/// A network whose light client has seen w blocks itself, and so knows.
fn grown() -> Network {
    let mut network = start(&[40, 30]);
    assert_eq!(trust(&network), "babylon", "its first headers are the last two");
    network.mine(4);
    network.timestamp().unwrap();
    run(&mut network, 2);
    assert_eq!((trust(&network), standing(&network).2), ("bitcoin".to_owned(), 0));
    network
}

#[test]
fn a_checkpoint_waits_until_it_is_deep_enough_here() {
    let mut network = grown();
    let known = network.miner.tip_height();
    let before = standing(&network);
    let mut timestamp = network.next_timestamp().unwrap();
    timestamp.btc_headers = None;
    let height = timestamp.header.as_ref().unwrap().height;
    network.send_timestamp(timestamp);
    assert_eq!(standing(&network), (before.0, before.1, 1), "its blocks are not known here yet");
    // Both halves, the second 1 deep: w is 2.
    send_headers(&mut network, known + 1, 1);
    assert_eq!(standing(&network), (before.0, before.1, 1));
    send_headers(&mut network, known + 1, 0);
    assert_eq!(standing(&network), (height, before.1 + 1, 0));
    assert_eq!(trust(&network), "bitcoin");
    assert_eq!(ask(&network, json!({"last_consumer_height": {}}))["height"], height);
}

#[test]
fn a_checkpoint_that_a_reorganization_drops_does_not_count_until_it_is_back() {
    let mut network = grown();
    let before = standing(&network);
    let epoch = network.link.app.babylon.epoch();
    let mut timestamp = network.next_timestamp().unwrap();
    let height = timestamp.header.as_ref().unwrap().height;
    timestamp.btc_headers = None;
    // The four blocks with the checkpoint and on top of it are gone, six others are there.
    network.miner.reorg(4, 6);
    send_headers(&mut network, 1, 0);
    network.send_timestamp(timestamp.clone());
    network.mine(10);
    send_headers(&mut network, 1, 0);
    assert_eq!(standing(&network), (before.0, before.1, 1));
    // Somebody writes it into Bitcoin again, and Babylon says where.
    network.resubmit_checkpoint(epoch, &mut timestamp).unwrap();
    network.see_bitcoin();
    network.send_timestamp(timestamp);
    assert_eq!(standing(&network), (before.0, before.1, 1));
    network.mine(2);
    assert_eq!(standing(&network), (height, before.1 + 1, 0));
}

#[test]
fn a_forged_checkpoint_is_an_alarm_and_moves_nothing() {
    let mut network = grown();
    let before = standing(&network);
    let good = network.next_timestamp().unwrap();
    let mut forgeries = Vec::new();
    // The parts contradict each other: it does not even wait.
    let mut other_epoch = good.clone();
    other_epoch.raw_checkpoint.as_mut().unwrap().epoch_num += 1;
    let mut other_signer = good.clone();
    other_signer.raw_checkpoint.as_mut().unwrap().bitmap[0] ^= 1;
    let mut other_block = good.clone();
    other_block.epoch_info.as_mut().unwrap().sealer_block_hash[0] ^= 1;
    let mut swapped = good.clone();
    swapped.proof.as_mut().unwrap().proof_epoch_submitted.swap(0, 1);
    let mut one_half = good.clone();
    one_half.proof.as_mut().unwrap().proof_epoch_submitted.pop();
    let mut no_epoch = good.clone();
    no_epoch.epoch_info = None;
    forgeries.extend([other_epoch, other_signer, other_block, swapped, one_half, no_epoch]);
    // The parts agree, but the transaction is not in that block.
    let mut not_there = good.clone();
    let half = &mut not_there.proof.as_mut().unwrap().proof_epoch_submitted[0];
    half.proof[3] ^= 1;
    forgeries.push(not_there);
    for (number, forgery) in forgeries.into_iter().enumerate() {
        let carried = network.send_timestamp(forgery);
        assert!(carried.iter().all(|delivery| delivery.error.is_none()));
        let events = carried.iter().filter_map(|delivery| delivery.report.as_ref());
        let alarmed = events.flat_map(|report| &report.events).any(|event| event.ty == "wasm-alarm");
        assert!(alarmed, "forgery {number}");
        assert_eq!(standing(&network), before, "forgery {number}");
    }
    assert!(alarms(&network).contains("is not what is in Bitcoin"), "{}", alarms(&network));
    network.send_timestamp(good);
    assert_eq!((standing(&network).1, trust(&network)), (before.1 + 1, "bitcoin".to_owned()));
}

#[test]
fn neither_epochs_nor_heights_go_back() {
    let mut network = grown();
    let first = network.next_timestamp().unwrap();
    send_headers(&mut network, 1, 0);
    run(&mut network, 3);
    network.timestamp().unwrap();
    let now = standing(&network);
    let shown = ask(&network, json!({"last_consumer_header": {}}));
    // An earlier epoch again.
    network.send_timestamp(first.clone());
    assert_eq!(standing(&network), now);
    // A later epoch with a lower header, as Babylon's table of an epoch may have it.
    let lower = first.header.as_ref().unwrap().height;
    assert!(lower < now.0);
    let time = network.chain.header(lower).unwrap().time.nanos();
    let hash = network.app_hash(lower);
    network.timestamp_of(lower, &hash, time).unwrap();
    assert_eq!(standing(&network), (now.0, now.1 + 1, 0));
    assert_eq!(ask(&network, json!({"last_consumer_header": {}})), shown);
    assert_eq!(ask(&network, json!({"last_consumer_height": {}}))["height"], now.0);
    let found = ask(&network, json!({"consumer_header": {"height": lower}}));
    assert_eq!(found["babylon_epoch"], now.1 + 1);
}

#[test]
fn babylons_word_counts_only_while_our_client_is_young() {
    let over = json!({"btc_confirmation_depth": 10, "checkpoint_finalization_timeout": 100});
    let mut network = start_with(&[40, 30], over);
    assert_eq!(trust(&network), "babylon", "it began twenty-one blocks below the tip");
    run(&mut network, 3);
    network.mine(100);
    network.timestamp().unwrap();
    assert_eq!(trust(&network), "bitcoin");
    // Old enough to know: what is unknown now waits.
    let before = standing(&network);
    let mut timestamp = network.next_timestamp().unwrap();
    timestamp.btc_headers = None;
    network.send_timestamp(timestamp);
    assert_eq!(standing(&network), (before.0, before.1, 1));
}

#[test]
fn without_a_light_client_everything_is_babylons_word() {
    let mut network = start_with(&[40, 30], json!({"btc_light_client_code_id": null}));
    assert_eq!(trust(&network), "babylon");
    let rows = ask(&network, json!({"trust": {}}))["rows"].clone();
    let row =
        |what: &str| rows.as_array().unwrap().iter().find(|row| row["what"] == what).unwrap()["how"].clone();
    assert_eq!(
        (row("bitcoin headers"), row("checkpoints are in bitcoin")),
        (json!("trusted"), json!("trusted"))
    );
    let before = standing(&network);
    network.timestamp().unwrap();
    assert_eq!(standing(&network).1, before.1 + 1);
}

#[test]
fn a_refused_header_does_not_cost_the_timestamp() {
    let mut network = grown();
    let before = standing(&network);
    let mut timestamp = network.next_timestamp().unwrap();
    let height = timestamp.header.as_ref().unwrap().height;
    let forged = network.miner.forge_without_work();
    timestamp.btc_headers.as_mut().unwrap().headers.push(forged);
    network.send_timestamp(timestamp);
    assert_eq!(health(&network)["bitcoin"]["refused"], 1);
    assert_eq!(standing(&network), (before.0, before.1, 1), "it waits for headers, and is not lost");
    network.see_bitcoin();
    let headers = network.miner.headers(1, network.miner.tip_height());
    network.send_headers(headers);
    assert_eq!(standing(&network), (height, before.1 + 1, 0));
}

#[test]
fn epochs_are_answered_as_the_incumbent_does() {
    let mut network = grown();
    network.timestamp().unwrap();
    let last = standing(&network).1;
    let sealed = network.link.app.babylon.sealed(last).unwrap().clone();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let epoch = ask(&network, json!({"babylon_last_epoch": {}}));
    assert_eq!(epoch["epoch_number"], last);
    assert_eq!(epoch["sealer_app_hash"], hex(&sealed.epoch.sealer_app_hash));
    assert_eq!(epoch["first_block_height"], sealed.epoch.first_block_height);
    assert_eq!(ask(&network, json!({"babylon_epoch": {"epoch_number": last}})), epoch);
    let checkpoint = ask(&network, json!({"babylon_checkpoint": {"epoch_number": last}}));
    let expected = json!({
        "epoch_num": last, "block_hash": hex(&sealed.raw_checkpoint.block_hash),
        "bitmap": hex(&sealed.raw_checkpoint.bitmap), "bls_multi_sig": hex(&sealed.raw_checkpoint.bls_multi_sig),
    });
    assert_eq!(checkpoint, expected);
    assert_eq!(ask(&network, json!({"babylon_base_epoch": {}}))["epoch_number"], 1);
    for height in [0, 1_000_000] {
        let error = text(network.query::<Value>(&json!({"consumer_header": {"height": height}})));
        assert!(error.contains("not found"), "{error}");
    }
}
