//! Proves: C-15, C-45
//!
//! A channel that timed out, or whose clients expired, is replaced through a new client. What came over it is left
//! behind in good order: evidence goes out again, its providers' power ends, and the two sides agree again.

use devnet::ibc::{Item, RelayFault, Side};
use devnet::network::Network;
use serde_json::{Value, json};

use super::support::{ask, execute_as, health, key, outbox, power, run, set, start_with, text, vote_for};

const DAY: u64 = 86_400;

fn started() -> Network {
    start_with(&[40, 30, 20, 10], json!({"orphan_grace": 2 * DAY, "anchor_retention_s": 30 * DAY}))
}

fn rebind(network: &mut Network) -> Result<devnet::TxReport, devnet::TxError> {
    let (admin, connection) = (network.admin.clone(), network.link.connection_id.clone());
    execute_as(network, &admin, &json!({"rebind_connection": {"connection_id": connection}}))
}

/// A packet of Babylon's times out, and its channel with it.
fn time_out(network: &mut Network) {
    network.link.faults.push(RelayFault::Outage { to: Side::Chain, height: u64::MAX });
    network.add_fp(7, 5).unwrap();
    network.relay();
    network.chain.skip_seconds(2 * DAY);
    network.chain.next_block();
    let carried = network.relay();
    assert!(carried.iter().any(|one| one.what.item == Item::Timeout), "{carried:?}");
    network.link.faults.clear();
    network.relay();
    assert_eq!(health(network)["channel"]["state"], "closed");
}

/// New clients, the channel bound to them, four finality providers under the new consumer id.
fn replace(network: &mut Network) -> devnet::ibc::Link<devnet::network::BabylonEnd> {
    let old = network.reconnect().unwrap();
    rebind(network).unwrap();
    network.chain.next_block();
    network.open_channel().unwrap();
    for stake in [40, 30, 20, 10] {
        let index = network.add_fp(7, stake).unwrap();
        network.relay();
        network.commit(index, network.chain.height() + 1, 2_000).unwrap();
    }
    network.chain.next_blocks(2);
    network.timestamp().unwrap();
    network.chain.next_block();
    old
}

fn alarms(network: &Network) -> String {
    health(network)["alarms"].to_string()
}

#[test]
fn after_a_timeout_and_both_sides_agree_again() {
    let mut network = started();
    time_out(&mut network);
    let text = text(network.open_channel());
    assert!(text.contains("channel"), "Babylon has one channel per client: {text}");
    let old_ids: Vec<_> = (0..4).map(|index| key(&network, index)).collect();
    replace(&mut network);

    let channel = health(&network)["channel"].clone();
    assert_eq!(
        (&channel["state"], &channel["connection_id"]),
        (&json!("open"), &json!(network.link.connection_id))
    );
    assert_eq!(channel["previous"].as_array().unwrap().len(), 1);
    assert_eq!(channel["consumer_id"], json!(network.link.app.client));
    assert_eq!(ask(&network, json!({"state_digest": {}})), network.babylon_digest());
    assert_eq!(network.babylon_digest()["fps"], 4);

    // The old ones had their last packet two days ago: their time is over, and they are marked.
    run(&mut network, 3);
    assert!(old_ids.iter().all(|key| !set(&network, network.chain.height()).contains_key(key)));
    let info = ask(&network, json!({"finality_provider_info": {"btc_pk_hex": old_ids[0]}}));
    assert_eq!(info["total_active_sats"], 40 * 100_000_000_u64, "the stake is still known");
    network.offline = (0..5).collect();
    let before = network.finalized();
    run(&mut network, 12);
    assert!(network.finalized() > before + 3, "{} {before}", network.finalized());
}

#[test]
fn with_both_clients_expired_and_neither_timeout_nor_close_provable() {
    let mut network = started();
    assert!(text(rebind_elsewhere(&mut network)).contains("it is alive"));
    network.chain.skip_seconds(DAY);
    network.chain.next_block();
    network.link.set_client_expired(&mut network.chain, true);
    network.link.remote_client_expired = true;
    let mut old = replace(&mut network);
    let channel = health(&network)["channel"].clone();
    assert_eq!(channel["state"], "open");
    assert_eq!(channel["previous"][0]["channel_id"], "channel-0");

    // The old channel comes back to life: nothing that comes over it counts.
    old.set_client_expired(&mut network.chain, false);
    old.remote_client_expired = false;
    let before = ask(&network, json!({"state_digest": {}}));
    let fp = network.fps[0].public_key();
    old.app.babylon.delegate(devnet::actors::Stake::new(&[fp], 77)).unwrap();
    let carried = old.relay(&mut network.chain);
    let ack = carried.iter().find_map(|one| one.received.clone()).expect("a packet was carried");
    assert!(String::from_utf8_lossy(ack.ack.bytes().unwrap()).contains("error"), "{ack:?}");
    assert_eq!(ask(&network, json!({"state_digest": {}})), before);
}

fn rebind_elsewhere(network: &mut Network) -> Result<devnet::TxReport, devnet::TxError> {
    let admin = network.admin.clone();
    execute_as(network, &admin, &json!({"rebind_connection": {"connection_id": "connection-77"}}))
}

#[test]
fn orphans_keep_their_power_for_the_grace_and_no_longer() {
    let mut network = started();
    network.chain.skip_seconds(DAY);
    network.chain.next_block();
    replace(&mut network);
    assert!(alarms(&network).contains("lose their power"), "{}", alarms(&network));
    assert!(power(&network, 0, network.chain.height()) > 0);
    let digest = ask(&network, json!({"state_digest": {}}));
    assert_eq!(digest, network.babylon_digest(), "orphans are not in the digest");
    network.chain.skip_seconds(DAY);
    run(&mut network, 2);
    assert_eq!(power(&network, 0, network.chain.height()), 0);
    assert!(power(&network, 4, network.chain.height()) > 0);
    assert!(!alarms(&network).contains("lose their power"));
}

#[test]
fn evidence_in_flight_goes_out_again_and_stops_at_refused_for_an_orphan() {
    let mut network = started();
    network.link.faults.push(RelayFault::Outage { to: Side::Remote, height: u64::MAX });
    let height = network.chain.height();
    vote_for(&mut network, 3, height, height).unwrap();
    vote_for(&mut network, 3, height, height - 1).unwrap();
    run(&mut network, 3);
    assert_eq!(outbox(&network), ["in_flight"]);
    network.chain.skip_seconds(2 * DAY);
    network.chain.next_block();
    let mut old = replace(&mut network);

    // A late acknowledgement on the retired channel says nothing.
    old.faults.clear();
    let state = outbox(&network);
    old.relay(&mut network.chain);
    assert_eq!(outbox(&network), state);
    for _ in 0..300 {
        network.relay();
        if outbox(&network) == ["refused"] {
            break;
        }
    }
    assert_eq!(outbox(&network), ["refused"], "it is of another consumer there");
    let item = ask(&network, json!({"outbox": {}}))["items"][0].clone();
    assert_eq!(item["tries"], 3);
    assert_eq!(network.link.app.answers.len(), 3);
    let fp = ask(&network, json!({"finality_provider": {"btc_pk_hex": key(&network, 3)}}));
    assert!(fp["slashed_height"].as_u64() > Some(0), "it stays slashed here");
}

#[test]
fn a_move_is_announced_and_a_packet_calls_it_off() {
    let mut network = start_with(&[40, 30], json!({"rebind_delay": DAY, "anchor_retention_s": 30 * DAY}));
    network.chain.skip_seconds(DAY);
    network.chain.next_block();
    rebind_elsewhere(&mut network).unwrap();
    assert!(alarms(&network).contains("moves to connection connection-77"));
    let trust = ask(&network, json!({"trust": {}})).to_string();
    assert!(trust.contains("connection-77"), "{trust}");
    assert_eq!(health(&network)["channel"]["state"], "open");
    let mut alive = network.clone();
    alive.add_fp(7, 1).unwrap();
    alive.relay();
    assert!(!alarms(&alive).contains("connection-77"));
    alive.chain.skip_seconds(DAY);
    alive.chain.next_blocks(2);
    assert_eq!(health(&alive)["channel"]["state"], "open");

    network.chain.skip_seconds(DAY);
    network.chain.next_blocks(2);
    assert_eq!(health(&network)["channel"]["state"], "closed");
    assert_eq!(health(&network)["channel"]["connection_id"], "connection-77");
}

#[test]
fn silence_is_told() {
    let mut network = started();
    assert!(!alarms(&network).contains("sent nothing"));
    network.chain.skip_seconds(7 * 3_600);
    let told = |block: &devnet::BlockReport| {
        let events = block.hooks.iter().flat_map(|hook| &hook.events);
        events
            .filter(|event| event.ty == "wasm-alarm")
            .any(|event| format!("{event:?}").contains("sent nothing"))
    };
    let blocks = network.chain.next_blocks(100);
    assert_eq!(blocks.iter().filter(|block| told(block)).count(), 1);
    assert!(alarms(&network).contains("sent nothing"));
    let age: Value = health(&network)["channel"]["last_packet_age_s"].clone();
    assert!(age.as_u64() > Some(7 * 3_600), "{age}");
}
