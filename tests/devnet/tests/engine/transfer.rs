use cosmwasm_std::{IbcPacket, coins};
use devnet::ibc::{
    ChannelIds, Counterparty, Link, OpenChannel, RemoteChannel, TransferPacket, error_ack, success_ack,
};
use serde_json::json;

use crate::probe::{World, submessage, submessages, world};

/// Takes transfers, or not, and keeps what they said.
#[derive(Debug, Clone, Default)]
struct Bank {
    refuses: bool,
    seen: Vec<TransferPacket>,
}

impl Counterparty for Bank {
    fn on_receive(&mut self, _: &RemoteChannel, packet: &IbcPacket) -> Vec<u8> {
        self.seen.extend(TransferPacket::parse(packet));
        if self.refuses { error_ack("ABCI code: 1: error handling packet") } else { success_ack(&[1]) }
    }
}

fn rich() -> (World, Link<Bank>, ChannelIds) {
    let mut w = world();
    w.chain.mint(&w.probe.clone(), 100, "ustake");
    let mut link = Link::connect(&mut w.chain, Bank::default());
    let ids = link.open_from_remote(&mut w.chain, &OpenChannel::transfer()).unwrap();
    (w, link, ids)
}

/// The probe sends 40 with a memo, and hears whether that worked.
fn transfer(w: &mut World, channel: &str) {
    let at = w.chain.now().time.plus_seconds(60);
    let message = json!({ "ibc": { "transfer": {
        "channel_id": channel, "to_address": "bbn1receiver", "amount": { "denom": "ustake", "amount": "40" },
        "timeout": { "block": null, "timestamp": at }, "memo": "rewards",
    } } });
    w.run(submessages(&[submessage(message, "always", None)])).unwrap();
}

#[test]
fn coins_wait_in_escrow_and_the_memo_travels() {
    let (mut w, mut link, ids) = rich();
    transfer(&mut w, &ids.local);
    assert_eq!(w.journal(&w.probe).last().unwrap(), "reply 7 ok");
    assert_eq!(w.chain.balances(&w.probe), coins(60, "ustake"));
    link.relay(&mut w.chain);
    assert_eq!(link.app.seen[0].memo, "rewards");
    assert_eq!(link.app.seen[0].sender, w.probe);
    assert_eq!(w.chain.balances(&w.probe), coins(60, "ustake"));
    assert_eq!(w.chain.supply("ustake"), 100);
}

#[test]
fn a_refused_or_timed_out_transfer_comes_back_without_a_word() {
    for refuses in [true, false] {
        let (mut w, mut link, ids) = rich();
        link.app.refuses = refuses;
        transfer(&mut w, &ids.local);
        let lines = w.journal(&w.probe).len();
        if !refuses {
            w.chain.next_blocks(11);
        }
        link.relay(&mut w.chain);
        assert_eq!(w.chain.balances(&w.probe), coins(100, "ustake"));
        assert_eq!(w.journal(&w.probe).len(), lines, "the contract is not told");
    }
}

#[test]
fn a_transfer_that_cannot_leave_fails_at_once() {
    let (mut w, mut link, ids) = rich();
    link.set_client_expired(&mut w.chain, true);
    transfer(&mut w, &ids.local);
    assert_eq!(w.journal(&w.probe).last().unwrap(), "reply 7 error: codespace: client, code: 29");
    link.set_client_expired(&mut w.chain, false);
    link.force_close_remote(&ids.remote).unwrap();
    link.relay(&mut w.chain);
    transfer(&mut w, &ids.local);
    assert_eq!(w.journal(&w.probe).last().unwrap(), "reply 7 error: codespace: channel, code: 5");
    transfer(&mut w, "channel-99");
    assert_eq!(w.journal(&w.probe).last().unwrap(), "reply 7 error: codespace: channel, code: 3");
    assert_eq!(w.chain.balances(&w.probe), coins(100, "ustake"));
}

#[test]
fn foreign_coins_arrive_as_vouchers_and_ours_come_home() {
    let (mut w, mut link, ids) = rich();
    transfer(&mut w, &ids.local);
    link.relay(&mut w.chain);
    for denom in ["ubbn".to_owned(), format!("transfer/{}/ustake", ids.remote)] {
        let (receiver, sender) = (w.user.clone(), "bbn1sender".to_owned());
        let packet = TransferPacket { amount: "5".into(), denom, memo: String::new(), receiver, sender };
        link.send(&w.chain, &ids.remote, serde_json::to_vec(&packet).unwrap(), 60).unwrap();
    }
    link.relay(&mut w.chain);
    let balances = w.chain.balances(&w.user);
    assert_eq!(balances.len(), 2);
    assert!(balances[0].denom.starts_with("ibc/"));
    assert_eq!(balances[1], coins(5, "ustake")[0]);
    assert_eq!(w.chain.supply("ustake"), 100);
}
