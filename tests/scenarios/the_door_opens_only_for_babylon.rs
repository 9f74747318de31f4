//! Proves: C-11, C-12, K9, K10
//!
//! Only Babylon, over its own connection and in its own protocol, gets a channel, and only one.

use devnet::ibc::{Agreeable, Link, OpenChannel};
use devnet::network::{Network, Setup};

use super::support::{health, power, start, text};

fn closed_door() -> Network {
    let mut network = Network::deploy(&Setup::new(7, &[])).unwrap();
    network.link.app.babylon.params.one_channel_per_client = false;
    network
}

#[test]
fn other_protocols_ports_and_orders_are_refused_from_either_end() {
    let fresh = closed_door();
    let good = OpenChannel::zoneconcierge(&fresh.bsn);
    let transfer = OpenChannel::transfer();
    let bad = [
        (OpenChannel { remote_port: "transfer".into(), ..good.clone() }, "counterparty port"),
        (OpenChannel { version: "zoneconcierge-2".into(), ..good.clone() }, "version must be"),
        (OpenChannel { version: String::new(), ..good.clone() }, "version must be"),
        (OpenChannel { order: transfer.order.clone(), ..good.clone() }, "ordered"),
    ];
    for (open, why) in bad {
        let mut network = fresh.clone();
        let refusal = text(network.link.open_from_remote(&mut network.chain, &open));
        assert!(refusal.contains(why), "{open:?}: {refusal}");
        let refusal = text(network.link.open_from_chain(&mut network.chain, &open));
        assert!(refusal.contains(why), "{open:?}: {refusal}");
        network.chain.next_block();
        assert_eq!(health(&network)["channel"]["state"], "none");
    }
    let mut network = fresh;
    network.open_channel().unwrap();
    assert_eq!(health(&network)["channel"]["state"], "open");
}

#[test]
fn another_connection_is_refused() {
    let mut network = closed_door();
    let mut stranger = Link::connect(&mut network.chain, Agreeable);
    let open = OpenChannel::zoneconcierge(&network.bsn);
    let refusal = text(stranger.open_from_remote(&mut network.chain, &open));
    assert!(refusal.contains("connection"), "{refusal}");
    let refusal = text(stranger.open_from_chain(&mut network.chain, &open));
    assert!(refusal.contains("connection"), "{refusal}");
    network.open_channel().unwrap();
}

#[test]
fn a_second_channel_is_refused() {
    let mut network = start(&[40, 30]);
    network.link.app.babylon.params.one_channel_per_client = false;
    let before = health(&network)["channel"]["channel_id"].clone();
    let refusal = text(network.open_channel());
    assert!(refusal.contains("already has an open IBC channel"), "{refusal}");
    network.chain.next_block();
    assert_eq!(health(&network)["channel"]["channel_id"], before);
}

#[test]
fn of_two_handshakes_one_ends_open() {
    let mut network = closed_door();
    let open = OpenChannel::zoneconcierge(&network.bsn);
    let first = network.link.init_and_try(&mut network.chain, &open).unwrap();
    let second = network.link.init_and_try(&mut network.chain, &open).unwrap();
    network.link.ack_and_confirm(&mut network.chain, &first).unwrap();
    text(network.link.ack_and_confirm(&mut network.chain, &second));
    network.chain.next_block();
    assert_eq!(health(&network)["channel"]["channel_id"], first.local.as_str());
}

#[test]
fn a_stranger_cannot_close_it() {
    let mut network = start(&[40, 30]);
    let ids = network.channel.clone().unwrap();
    text(network.chain.close_channel(&ids.port, &ids.local));
    network.chain.next_block();
    assert!(network.chain.channel(&ids.port, &ids.local).unwrap().is_open());
    assert_eq!(health(&network)["channel"]["state"], "open");
}

#[test]
fn a_packet_that_names_another_channel_changes_nothing() {
    let mut network = start(&[40, 30]);
    let ids = network.channel.clone().unwrap();
    network.add_fp(7, 1_000).unwrap();
    let client = network.link.app.client.clone();
    let data = network.link.app.babylon.take_staking_packet(&client).unwrap();
    network.link.send(&network.chain, &ids.remote, data, 3_600).unwrap();
    let remote = network.link.remote_channel(&ids.remote).unwrap();
    let good = remote.sent.values().next_back().unwrap().clone();
    let mut foreign = good.clone();
    foreign.src.channel_id = "channel-77".into();
    let mut other_port = good.clone();
    other_port.src.port_id = "transfer".into();
    for packet in [foreign, other_port] {
        text(network.chain.receive_packet(&packet, None));
    }
    network.chain.next_block();
    assert_eq!(power(&network, 2, network.chain.height()), 0);
    let (received, _) = network.chain.receive_packet(&good, None).unwrap();
    assert!(received.failure.is_none(), "{received:?}");
}
