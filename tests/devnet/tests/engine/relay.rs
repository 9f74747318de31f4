use cosmwasm_std::IbcOrder;
use devnet::ibc::{ChannelState, Item, RelayFault, Side};

use crate::{ibc::wired, probe::count};

#[test]
fn a_packet_of_ours_is_acknowledged() {
    let mut t = wired(IbcOrder::Ordered);
    t.send_from_probe(60);
    assert_eq!(t.w.chain.packets_in_flight(&t.ids.port, &t.ids.local).len(), 1);
    t.link.relay(&mut t.w.chain);
    assert_eq!(t.journal().last().unwrap(), r#"ack 1 {"result":"AQ=="}"#);
    assert!(t.w.chain.packets_in_flight(&t.ids.port, &t.ids.local).is_empty());
}

#[test]
fn a_dropped_packet_of_ours_times_out_and_an_ordered_channel_ends() {
    for order in [IbcOrder::Ordered, IbcOrder::Unordered] {
        let mut t = wired(order.clone());
        t.send_from_probe(60);
        let dropped = t.pending(Item::Packet, Side::Remote, 1);
        t.link.faults.push(RelayFault::Drop(dropped));
        assert!(t.link.relay(&mut t.w.chain).is_empty());
        t.w.chain.next_blocks(11);
        t.link.relay(&mut t.w.chain);
        let journal = t.journal();
        assert_eq!(journal.iter().filter(|line| *line == "timeout 1").count(), 1);
        assert!(!journal.iter().any(|line| line.starts_with("close")), "a timeout is not a close");
        let is_open = order == IbcOrder::Unordered;
        assert_eq!(t.state() == ChannelState::Open, is_open);
        assert_eq!(t.link.remote_channel(&t.ids.remote).unwrap().is_open(), is_open);
    }
}

#[test]
fn a_dropped_packet_of_the_other_side_times_out_there_and_closes_both_ends() {
    let mut t = wired(IbcOrder::Ordered);
    t.send(&count());
    let dropped = t.pending(Item::Packet, Side::Chain, 1);
    t.link.faults.push(RelayFault::Drop(dropped));
    t.w.chain.skip_seconds(3_600);
    t.w.chain.next_block();
    let deliveries = t.link.relay(&mut t.w.chain);
    let items: Vec<_> = deliveries.iter().map(|d| (d.what.item, d.what.to)).collect();
    assert_eq!(items, [(Item::Timeout, Side::Remote), (Item::CloseConfirm, Side::Chain)]);
    assert_eq!(t.state(), ChannelState::Closed);
    assert_eq!(t.w.count(&t.w.probe), 0);
}

#[test]
fn a_delayed_packet_arrives_at_its_height_and_its_followers_wait() {
    let mut t = wired(IbcOrder::Ordered);
    let height = t.w.chain.height() + 4;
    let what = t.pending(Item::Packet, Side::Chain, 1);
    t.link.faults.push(RelayFault::Delay { what, height });
    t.send(&count());
    t.send(&count());
    while t.w.chain.height() + 1 < height {
        assert!(t.link.relay(&mut t.w.chain).is_empty());
        t.w.chain.next_block();
    }
    t.link.relay(&mut t.w.chain);
    assert_eq!(t.w.count(&t.w.probe), 2);
}

#[test]
fn unordered_packets_can_be_delivered_in_any_order() {
    let mut t = wired(IbcOrder::Unordered);
    for _ in 0..3 {
        t.send(&count());
    }
    for what in t.link.pending(&t.w.chain).into_iter().rev() {
        assert!(t.link.deliver(&mut t.w.chain, &what).error.is_none());
    }
    assert_eq!(t.journal()[2..], ["receive 3", "receive 2", "receive 1"]);
}

#[test]
fn an_outage_holds_one_direction_only() {
    let mut t = wired(IbcOrder::Ordered);
    t.w.chain.next_block();
    let height = t.w.chain.height() + 3;
    t.link.faults.push(RelayFault::Outage { to: Side::Remote, height });
    t.send(&count());
    t.send_from_probe(600);
    t.link.relay(&mut t.w.chain);
    assert_eq!(t.w.count(&t.w.probe), 1);
    assert!(!t.journal().iter().any(|line| line.starts_with("ack")));
    t.w.chain.run_to(height);
    t.link.relay(&mut t.w.chain);
    assert!(t.journal().iter().any(|line| line.starts_with("ack 1")));
}

#[test]
fn with_both_clients_expired_nothing_can_be_proven() {
    let mut t = wired(IbcOrder::Ordered);
    t.send(&count());
    t.send_from_probe(60);
    t.link.set_client_expired(&mut t.w.chain, true);
    t.link.remote_client_expired = true;
    t.w.chain.next_blocks(20);
    let deliveries = t.link.relay(&mut t.w.chain);
    assert!(!deliveries.is_empty() && deliveries.iter().all(|d| d.error.is_some()));
    assert_eq!(t.state(), ChannelState::Open);
    assert!(t.w.chain.close_channel(&t.ids.port, &t.ids.local).is_err());
    t.link.set_client_expired(&mut t.w.chain, false);
    t.link.remote_client_expired = false;
    t.link.relay(&mut t.w.chain);
    assert_eq!(t.state(), ChannelState::Closed, "the timeout is proven at last");
}

#[test]
fn the_fork_of_a_chain_has_its_own_packets() {
    let mut t = wired(IbcOrder::Ordered);
    t.w.chain.next_block();
    let mut fork = t.w.chain.fork("b");
    let mut link = t.link.clone();
    t.send(&count());
    t.link.relay(&mut t.w.chain);
    assert!(link.relay(&mut fork).is_empty());
    assert_eq!(fork.query::<u64>(&t.w.probe, &serde_json::json!({ "count": {} })), Ok(0));
}
