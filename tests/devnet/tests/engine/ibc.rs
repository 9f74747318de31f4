use cosmwasm_std::{IbcOrder, to_json_vec};
use devnet::{
    Failure,
    ibc::{Ack, Agreeable, ChannelIds, ChannelState, IbcError, Item, Link, OpenChannel, Pending, Side},
};
use serde_json::{Value, json};

use crate::probe::{World, call, count, fail, sequence, submessage, submessages, world};

pub struct Wired {
    pub w: World,
    pub link: Link<Agreeable>,
    pub ids: ChannelIds,
}

pub fn wired(order: IbcOrder) -> Wired {
    let mut w = world();
    let mut link = Link::connect(&mut w.chain, Agreeable);
    let open = OpenChannel { order, ..OpenChannel::zoneconcierge(&w.probe) };
    let ids = link.open_from_remote(&mut w.chain, &open).unwrap();
    Wired { w, link, ids }
}

impl Wired {
    pub fn send(&mut self, action: &Value) -> u64 {
        let data = to_json_vec(action).unwrap();
        self.link.send(&self.w.chain, &self.ids.remote, data, 3_600).unwrap()
    }

    /// The probe sends a packet.
    pub fn send_from_probe(&mut self, seconds: u64) {
        let at = self.w.chain.now().time.plus_seconds(seconds);
        let packet = json!({ "ibc": { "send_packet": {
            "channel_id": self.ids.local, "data": "aGk=", "timeout": { "block": null, "timestamp": at },
        } } });
        self.w.run(submessages(&[submessage(packet, "never", None)])).unwrap();
    }

    pub fn state(&self) -> ChannelState {
        self.w.chain.channel(&self.ids.port, &self.ids.local).unwrap().state
    }

    pub fn pending(&self, item: Item, to: Side, sequence: u64) -> Pending {
        Pending { item, to, remote_channel: self.ids.remote.clone(), sequence }
    }

    pub fn journal(&self) -> Vec<String> {
        self.w.journal(&self.w.probe)
    }
}

#[test]
fn either_side_can_begin_a_handshake() {
    let mut t = wired(IbcOrder::Ordered);
    assert_eq!(t.journal(), ["open try", &format!("connect {}", t.ids.local)]);
    assert_eq!(t.state(), ChannelState::Open);
    let open = OpenChannel::zoneconcierge(&t.w.other);
    let ids = t.link.open_from_chain(&mut t.w.chain, &open).unwrap();
    assert_eq!(t.w.journal(&t.w.other), ["open init", &format!("connect {}", ids.local)]);
    assert!(t.link.remote_channel(&ids.remote).unwrap().is_open());
}

#[test]
fn a_packet_is_processed_and_its_acknowledgement_is_the_contracts() {
    let mut t = wired(IbcOrder::Ordered);
    t.send(&count());
    let deliveries = t.link.relay(&mut t.w.chain);
    let received = deliveries[0].received.as_ref().unwrap();
    assert_eq!(received.ack, Ack::Processed(b"ok".to_vec()));
    assert!(deliveries[0].report.as_ref().unwrap().usage.sdk_gas() > 0);
    assert_eq!(deliveries[1].what, t.pending(Item::Ack, Side::Remote, 1));
    assert_eq!(t.w.count(&t.w.probe), 1);
    assert!(t.link.pending(&t.w.chain).is_empty());
}

#[test]
fn an_error_is_acknowledged_in_the_contracts_words_and_undone() {
    let mut t = wired(IbcOrder::Ordered);
    t.send(&sequence(&[count(), fail("bad item")]));
    let deliveries = t.link.relay(&mut t.w.chain);
    let received = deliveries[0].received.as_ref().unwrap();
    assert_eq!(received.ack, Ack::Refused(br#"{"error":"kind: Other, error: bad item"}"#.to_vec()));
    assert_eq!(t.w.count(&t.w.probe), 0);
    assert_eq!(t.state(), ChannelState::Open);
}

#[test]
fn a_failed_submessage_of_a_packet_is_acknowledged_as_a_code() {
    let mut t = wired(IbcOrder::Ordered);
    let message = submessage(call(&t.w.other, &fail("secret")), "never", None);
    t.send(&sequence(&[count(), submessages(&[message])]));
    let deliveries = t.link.relay(&mut t.w.chain);
    let text = deliveries[0].received.as_ref().unwrap().ack.text();
    assert_eq!(text, r#"{"error":"ABCI error: wasm/5: error handling packet: see events for details"}"#);
    assert_eq!(t.w.count(&t.w.probe), 0);
}

#[test]
fn a_panic_blocks_an_ordered_channel_until_it_is_gone() {
    let mut t = wired(IbcOrder::Ordered);
    t.send(&json!({ "panic": {} }));
    t.send(&count());
    let deliveries = t.link.relay(&mut t.w.chain);
    assert_eq!(deliveries.len(), 1);
    assert!(deliveries[0].error.is_some() && deliveries[0].received.is_none());
    assert_eq!(t.w.count(&t.w.probe), 0);
    assert_eq!(t.link.pending(&t.w.chain), [t.pending(Item::Packet, Side::Chain, 1)]);
}

#[test]
fn a_panic_on_an_unordered_channel_blocks_only_itself() {
    let mut t = wired(IbcOrder::Unordered);
    t.send(&json!({ "panic": {} }));
    t.send(&count());
    t.link.relay(&mut t.w.chain);
    assert_eq!(t.w.count(&t.w.probe), 1);
    assert_eq!(t.link.pending(&t.w.chain), [t.pending(Item::Packet, Side::Chain, 1)]);
}

#[test]
fn ordered_packets_come_in_order_and_none_comes_twice() {
    for order in [IbcOrder::Ordered, IbcOrder::Unordered] {
        let mut t = wired(order.clone());
        t.send(&count());
        t.send(&count());
        let packets: Vec<_> = t.link.remote_channel(&t.ids.remote).unwrap().sent.values().cloned().collect();
        let second_first = t.w.chain.receive_packet(&packets[1], None);
        match order {
            IbcOrder::Ordered => {
                let expected = Failure::Ibc(IbcError::OutOfOrder { got: 2, expected: 1 });
                assert_eq!(second_first.unwrap_err(), expected);
            }
            IbcOrder::Unordered => assert!(second_first.is_ok()),
        }
        t.link.relay(&mut t.w.chain);
        assert_eq!(t.w.count(&t.w.probe), 2);
        for packet in &packets {
            let again = t.w.chain.receive_packet(packet, None).unwrap_err();
            assert_eq!(again, Failure::Ibc(IbcError::Redundant(packet.sequence)));
        }
        assert_eq!(t.w.count(&t.w.probe), 2);
    }
}

#[test]
fn a_packet_that_runs_out_of_the_relayers_gas_waits() {
    let mut t = wired(IbcOrder::Ordered);
    t.send(&json!({ "loop": {} }));
    t.link.gas_limit = Some(300_000);
    let deliveries = t.link.relay(&mut t.w.chain);
    assert!(deliveries[0].error.as_ref().unwrap().to_string().contains("out of gas"));
    assert!(deliveries[0].received.is_none());
}

#[test]
fn a_packet_forged_from_another_port_is_refused() {
    let mut t = wired(IbcOrder::Ordered);
    t.send(&count());
    let mut packet = t.link.remote_channel(&t.ids.remote).unwrap().sent[&1].clone();
    packet.src.port_id = "transfer".to_owned();
    let error = t.w.chain.receive_packet(&packet, None).unwrap_err();
    assert!(matches!(error, Failure::Ibc(IbcError::InvalidPacket { .. })), "{error}");
}

#[test]
fn the_contract_decides_whether_a_stranger_closes_its_channel() {
    let mut t = wired(IbcOrder::Ordered);
    t.w.chain.close_channel(&t.ids.port, &t.ids.local).unwrap(); // the probe agrees
    assert_eq!(t.state(), ChannelState::Closed);
    assert_eq!(t.journal().last().unwrap(), &format!("close init {}", t.ids.local));
    t.link.relay(&mut t.w.chain);
    assert!(!t.link.remote_channel(&t.ids.remote).unwrap().is_open());
    let refused = t.link.send(&t.w.chain, &t.ids.remote, vec![], 60);
    assert!(refused.is_err());
}

#[test]
fn a_close_on_the_other_side_is_confirmed_here() {
    let mut t = wired(IbcOrder::Ordered);
    assert!(t.link.close_from_remote(&t.ids.remote).is_err(), "by default the other side refuses");
    t.link.force_close_remote(&t.ids.remote).unwrap();
    t.link.relay(&mut t.w.chain);
    assert_eq!(t.state(), ChannelState::Closed);
    assert_eq!(t.journal().last().unwrap(), &format!("close confirm {}", t.ids.local));
}

#[test]
fn a_contract_sees_its_open_channel_and_no_closed_one() {
    let mut t = wired(IbcOrder::Ordered);
    let ask = |t: &Wired| -> Value {
        let request = json!({ "ibc": { "channel": { "channel_id": t.ids.local, "port_id": null } } });
        t.w.chain.query(&t.w.probe, &json!({ "chain": { "request": request } })).unwrap()
    };
    let seen = ask(&t);
    assert_eq!(seen["channel"]["connection_id"], json!(t.link.connection_id));
    assert_eq!(seen["channel"]["counterparty_endpoint"]["port_id"], json!("zoneconcierge"));
    t.w.chain.close_channel(&t.ids.port, &t.ids.local).unwrap();
    assert_eq!(ask(&t)["channel"], json!(null));
}
