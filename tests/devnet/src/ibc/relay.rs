//! The relayer: what waits to be carried, and carrying it.

use std::collections::BTreeSet;

use cosmwasm_std::IbcPacket;

use super::{
    ChannelState, Counterparty, Item, Link, LinkError, Pending, Received, RemoteChannel, Side, channel::key,
    packet::has_elapsed,
};
use crate::{Chain, report::TxReport, state::BlockNow};

/// What came of carrying something.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// What was carried.
    pub what: Pending,
    /// The transaction on our chain, if it went there and succeeded.
    pub report: Option<TxReport>,
    /// The acknowledgement our chain gave, if it was a packet to it.
    pub received: Option<Received>,
    /// Why it was refused. It goes on waiting.
    pub error: Option<LinkError>,
}

impl<C: Counterparty> Link<C> {
    /// Everything that waits, faults disregarded: to our chain first, by channel and sequence. An
    /// ordered channel shows only the packet and the acknowledgement that are next.
    pub fn pending(&self, chain: &Chain) -> Vec<Pending> {
        let now = chain.now();
        self.channels.values().flat_map(|channel| self.pending_on(chain, channel, now)).collect()
    }

    fn pending_on(&self, chain: &Chain, remote: &RemoteChannel, now: BlockNow) -> Vec<Pending> {
        let state = chain.world().state();
        let local = &remote.counterparty;
        let Some(channel) = state.ibc.channel(&local.port_id, &local.channel_id) else { return Vec::new() };
        let pending = |item, to, sequence| Pending { item, to, remote_channel: remote.id.clone(), sequence };
        let mut all = Vec::new();
        let one_closed =
            |a: ChannelState, b: ChannelState| a == ChannelState::Closed && b == ChannelState::Open;
        for (sequence, packet) in &remote.sent {
            let receipt = key(local, *sequence);
            let was_received = if channel.is_ordered() {
                *sequence < channel.next_receive
            } else {
                state.ibc.receipts.get(&receipt).is_some()
            };
            if was_received {
                if state.ibc.acks.get(&receipt).is_some() && remote.is_open() {
                    all.push(pending(Item::Ack, Side::Remote, *sequence));
                }
            } else if has_elapsed(&packet.timeout, now) || channel.state == ChannelState::Closed {
                all.push(pending(Item::Timeout, Side::Remote, *sequence));
            } else if channel.is_open() && (!channel.is_ordered() || *sequence == channel.next_receive) {
                all.push(pending(Item::Packet, Side::Chain, *sequence));
            }
        }
        let of_channel = (key(local, 0), key(local, u64::MAX));
        let range = (std::ops::Bound::Included(&of_channel.0), std::ops::Bound::Included(&of_channel.1));
        for ((_, _, sequence), packet) in state.ibc.commitments.range(range) {
            if remote.has_received(*sequence) {
                if channel.is_open() && (!channel.is_ordered() || *sequence == channel.next_ack) {
                    all.push(pending(Item::Ack, Side::Chain, *sequence));
                }
            } else if has_elapsed(&packet.timeout, now) || remote.state == ChannelState::Closed {
                all.push(pending(Item::Timeout, Side::Chain, *sequence));
            } else if remote.is_open() && (!remote.is_ordered() || *sequence == remote.next_receive) {
                all.push(pending(Item::Packet, Side::Remote, *sequence));
            }
        }
        if one_closed(remote.state, channel.state) {
            all.push(pending(Item::CloseConfirm, Side::Chain, 0));
        }
        if one_closed(channel.state, remote.state) {
            all.push(pending(Item::CloseConfirm, Side::Remote, 0));
        }
        all
    }

    /// Lets the other application send what it has, then carries everything that waits and that no
    /// fault holds back, until nothing more moves. What is refused is tried once per call.
    pub fn relay(&mut self, chain: &mut Chain) -> Vec<Delivery> {
        chain.open_block();
        self.collect_outgoing(chain);
        let mut refused = BTreeSet::new();
        let mut deliveries = Vec::new();
        loop {
            let now = chain.now();
            let next = self.pending(chain).into_iter().find(|pending| {
                !refused.contains(pending) && !self.faults.iter().any(|fault| fault.holds(pending, now))
            });
            let Some(next) = next else { return deliveries };
            let delivery = self.deliver(chain, &next);
            if delivery.error.is_some() {
                refused.insert(next);
            }
            deliveries.push(delivery);
        }
    }

    fn collect_outgoing(&mut self, chain: &Chain) {
        if self.remote_client_expired {
            return;
        }
        let open: Vec<String> =
            self.channels.values().filter(|c| c.is_open()).map(|c| c.id.clone()).collect();
        for outgoing in self.app.outgoing(&open) {
            let timeout = chain.now().time.plus_seconds(outgoing.timeout_seconds);
            if let Some(channel) = self.channels.get_mut(&outgoing.channel_id).filter(|c| c.is_open()) {
                channel.send(outgoing.data, timeout);
            }
        }
    }

    /// Carries one thing, whatever the faults say: for tests that choose the order themselves.
    pub fn deliver(&mut self, chain: &mut Chain, what: &Pending) -> Delivery {
        chain.open_block();
        let mut delivery = Delivery { what: what.clone(), report: None, received: None, error: None };
        let result = match what.to {
            Side::Chain => self.deliver_to_chain(chain, what, &mut delivery),
            Side::Remote => self.deliver_to_remote(chain, what),
        };
        delivery.error = result.err();
        delivery
    }

    fn deliver_to_chain(
        &mut self,
        chain: &mut Chain,
        what: &Pending,
        delivery: &mut Delivery,
    ) -> Result<(), LinkError> {
        let remote = self.remote_mut(&what.remote_channel)?.clone();
        let local = remote.counterparty.clone();
        let relayer = self.relayer.clone();
        let gas = self.gas_limit;
        let now = chain.now();
        let report = match what.item {
            Item::Packet => {
                let packet = remote.sent.get(&what.sequence).ok_or_else(|| unknown(what))?;
                let (received, report) =
                    chain.relay_tx_report(gas, |world| world.receive(packet, &relayer))?;
                delivery.received = Some(received);
                report
            }
            Item::Ack => {
                let packet = committed(chain, what, &remote)?;
                let ack = remote.acks.get(&what.sequence).ok_or_else(|| unknown(what))?;
                let acknowledge = |world: &std::rc::Rc<crate::world::World>| {
                    world.acknowledge(&packet, ack, &relayer).map(|events| ((), events))
                };
                chain.relay_tx_report(gas, acknowledge)?.1
            }
            Item::Timeout => {
                let packet = committed(chain, what, &remote)?;
                let is_closed = remote.state == ChannelState::Closed;
                if remote.has_received(what.sequence) {
                    return Err(LinkError::Remote("the packet was received".to_owned()));
                }
                let time_out = |world: &std::rc::Rc<crate::world::World>| {
                    world.time_out(&packet, now, is_closed, &relayer).map(|events| ((), events))
                };
                chain.relay_tx_report(gas, time_out)?.1
            }
            Item::CloseConfirm => {
                if remote.state != ChannelState::Closed {
                    return Err(LinkError::Remote("the channel is not closed".to_owned()));
                }
                let confirm = |world: &std::rc::Rc<crate::world::World>| {
                    world.close_confirm(&local.port_id, &local.channel_id).map(|events| ((), events))
                };
                chain.relay_tx_report(gas, confirm)?.1
            }
        };
        delivery.report = Some(report);
        Ok(())
    }

    fn deliver_to_remote(&mut self, chain: &Chain, what: &Pending) -> Result<(), LinkError> {
        if self.remote_client_expired {
            return Err(LinkError::Remote(format!("client {} is not active", self.remote_client_id)));
        }
        let mut remote = self.remote_mut(&what.remote_channel)?.clone();
        let now = chain.now();
        let local = remote.counterparty.clone();
        match what.item {
            Item::Packet => {
                let packet = committed(chain, what, &remote)?;
                check_receivable(&remote, &packet, now)?;
                let ack = self.app.on_receive(&remote, &packet);
                remote.acks.insert(what.sequence, ack);
                remote.next_receive = remote.next_receive.max(what.sequence + 1);
            }
            Item::Ack => {
                let ack = chain.world().state().ibc.acks.get(&key(&local, what.sequence)).cloned();
                let ack = ack.ok_or_else(|| unknown(what))?;
                let packet = remote.sent.remove(&what.sequence).ok_or_else(|| unknown(what))?;
                self.app.on_ack(&remote, &packet, &ack);
            }
            Item::Timeout => {
                let packet = remote.sent.remove(&what.sequence).ok_or_else(|| unknown(what))?;
                if remote.is_ordered() {
                    remote.state = ChannelState::Closed;
                }
                self.app.on_timeout(&remote, &packet).map_err(LinkError::Remote)?;
            }
            Item::CloseConfirm => {
                remote.state = ChannelState::Closed;
                self.app.on_close_confirm(&remote);
            }
        }
        self.channels.insert(remote.id.clone(), remote);
        Ok(())
    }
}

/// The packet of ours that `what` is about.
fn committed(chain: &Chain, what: &Pending, remote: &RemoteChannel) -> Result<IbcPacket, LinkError> {
    let packet =
        chain.world().state().ibc.commitments.get(&key(&remote.counterparty, what.sequence)).cloned();
    packet.ok_or_else(|| unknown(what))
}

fn check_receivable(remote: &RemoteChannel, packet: &IbcPacket, now: BlockNow) -> Result<(), LinkError> {
    let refuse = |reason: &str| Err(LinkError::Remote(format!("packet {}: {reason}", packet.sequence)));
    if !remote.is_open() {
        return refuse("invalid channel state");
    }
    if remote.has_received(packet.sequence) {
        return refuse("already relayed");
    }
    if remote.is_ordered() && packet.sequence != remote.next_receive {
        return refuse("packet sequence is out of order");
    }
    if has_elapsed(&packet.timeout, now) {
        return refuse("timeout elapsed");
    }
    Ok(())
}

fn unknown(what: &Pending) -> LinkError {
    LinkError::Remote(format!("nothing like {what:?} waits"))
}
