//! Proves: C-30, K22
//!
//! The light client follows the chain of most work and nothing else, whoever sends it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use devnet::network::{Network, Setup};
use serde_json::{Value, json};

use super::support::{health, start, text};

fn shown(hash: &[u8; 32]) -> String {
    hash.iter().rev().map(|byte| format!("{byte:02x}")).collect()
}

fn tip(network: &Network) -> (u64, String) {
    let tip: Value = network.ask_bitcoin(&json!({ "btc_tip_header": {} })).unwrap();
    (tip["height"].as_u64().unwrap(), tip["hash"].as_str().unwrap().to_owned())
}

fn miners_tip(network: &Network) -> (u64, String) {
    (network.miner.tip_height().into(), shown(&network.miner.tip().hash))
}

fn refused(network: &Network) -> u64 {
    health(network)["bitcoin"]["refused"].as_u64().unwrap()
}

/// By height and by hash, the light client has the miners' chain from its base up, and nothing above.
fn follows_the_miners(network: &Network) {
    assert_eq!(tip(network), miners_tip(network));
    let base: Value = network.ask_bitcoin(&json!({ "btc_base_header": {} })).unwrap();
    let base = u32::try_from(base["height"].as_u64().unwrap()).unwrap();
    for height in base..=network.miner.tip_height() {
        let hash = shown(&network.miner.block_at(height).unwrap().hash);
        let found: Value = network.ask_bitcoin(&json!({ "btc_header": { "height": height } })).unwrap();
        assert_eq!(found["hash"], hash);
        let found: Value = network.ask_bitcoin(&json!({ "btc_header_by_hash": { "hash": hash } })).unwrap();
        assert_eq!(found["height"], height);
    }
    let above = json!({ "btc_header": { "height": network.miner.tip_height() + 1 } });
    assert!(network.ask_bitcoin::<Value>(&above).is_err());
    assert_eq!(health(network)["bitcoin"]["tip_height"], network.miner.tip_height());
}

#[test]
fn headers_arrive_and_a_reorganization_leaves_nothing_stale() {
    let mut network = start(&[40, 30]);
    network.mine(5);
    follows_the_miners(&network);
    let lost: Vec<_> = (0..3).map(|down| network.miner.tip_height() - down).collect();
    let lost: Vec<_> =
        lost.iter().map(|height| shown(&network.miner.block_at(*height).unwrap().hash)).collect();
    network.miner.reorg(3, 4);
    network.see_bitcoin();
    follows_the_miners(&network);
    for hash in lost {
        let asked = json!({ "btc_header_by_hash": { "hash": hash } });
        assert!(network.ask_bitcoin::<Value>(&asked).is_err(), "{hash} is stale");
    }
    assert_eq!(refused(&network), 0);
}

#[test]
fn a_fork_of_equal_work_changes_nothing() {
    let mut network = start(&[40, 30]);
    network.mine(3);
    let before = tip(&network);
    let fork = network.miner.reorg(2, 2);
    assert!(network.send_headers(fork).iter().all(|delivery| delivery.error.is_none()));
    assert_eq!((tip(&network), refused(&network)), (before, 1));
    network.mine(1);
    follows_the_miners(&network);
}

#[test]
fn a_header_without_work_is_refused_and_the_channel_lives() {
    let mut network = start(&[40, 30]);
    network.mine(2);
    let before = tip(&network);
    let forged = network.miner.forge_without_work();
    let carried = network.send_headers(vec![forged.clone()]);
    let events =
        carried.iter().filter_map(|delivery| delivery.report.as_ref()).flat_map(|report| &report.events);
    let told = events.filter(|event| event.ty == "wasm-btc_headers_refused").count();
    assert_eq!((told, refused(&network), tip(&network)), (1, 1, before.clone()));
    // A good header before a forged one of the same message does not stand either: a packet is one chain.
    let mut headers = network.miner.mine_blocks(1);
    headers.push(network.miner.forge_without_work());
    network.send_headers(headers);
    assert_eq!((refused(&network), tip(&network)), (2, before));
    network.see_bitcoin();
    follows_the_miners(&network);
    let alarms = health(&network)["alarms"].to_string();
    assert!(alarms.contains("refused headers of 2 packets"), "{alarms}");
}

#[test]
fn the_first_headers_never_come_from_a_stranger() {
    let mut network = Network::deploy(&Setup::new(7, &[])).unwrap();
    assert_eq!(
        network.predicted_light_client().as_ref(),
        Some(&network.light_client),
        "by the real checksum"
    );
    let headers = network.miner.mine_blocks(2);
    let raw = BASE64_STANDARD.encode([&headers[0].header[..], &headers[1].header].concat());
    let message = json!({ "raw_btc_headers": { "headers": raw, "first_work": "32", "first_height": 1 } });
    let (sender, client) = (network.sender.clone(), network.light_client.clone());
    let error = text(network.chain.execute(&sender, &client, &message));
    assert!(error.contains("unauthorized"), "{error}");
    network.open_channel().unwrap();
    network.see_bitcoin();
    follows_the_miners(&network);
}

/// Real headers of signet, whose challenge is not in them: whoever has a laptop could mine a heavier chain.
#[test]
fn a_strangers_flood_of_a_signet_client_is_refused() {
    let Some(headers) = vectors::load("bitcoin/signet-headers-0-2015.bin") else { return };
    let listed = Network::deploy(&Setup::new(7, &[])).unwrap().admin;
    let client = json!({
        "network": "signet", "btc_confirmation_depth": 10, "checkpoint_finalization_timeout": 100,
        "submitters": [listed],
        "checkpoint": { "height": 0, "header_hex": hex(&headers[..80]) },
    });
    let client = BASE64_STANDARD.encode(client.to_string());
    let over = json!({ "network": "signet", "btc_light_client_msg": client });
    let mut network = Network::deploy(&Setup::new(7, &[]).with(over)).unwrap();
    let (stranger, address) = (network.sender.clone(), network.light_client.clone());
    let flood = |from: usize, count: usize| {
        let raw = BASE64_STANDARD.encode(&headers[80 * from..80 * (from + count)]);
        json!({ "raw_btc_headers": { "headers": raw } })
    };
    for from in [1, 101, 1_001] {
        let refused = network.chain.execute(&stranger, &address, &flood(from, 100)).unwrap_err();
        assert!(refused.to_string().contains("may not submit headers on this network"), "{refused}");
        assert!(refused.usage.sdk_gas() < 400_000, "{}", refused.usage.sdk_gas());
    }
    assert_eq!(tip(&network).0, 0);
    network.chain.execute(&listed, &address, &flood(1, 100)).unwrap();
    assert_eq!(tip(&network).0, 100);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
