//! Packets that this chain sends, until they are acknowledged or timed out.

use std::rc::Rc;

use cosmwasm_std::{
    Addr, Binary, Event, IbcAcknowledgement, IbcBasicResponse, IbcEndpoint, IbcPacket, IbcPacketAckMsg,
    IbcPacketTimeoutMsg, IbcTimeout,
};

use super::{
    ChannelState, IbcError,
    channel::{endpoint, key},
    close::closed,
    handshake::Application,
};
use crate::{
    error::Failure,
    state::BlockNow,
    vm::Entry,
    world::{World, json},
};

/// Whether a timeout has passed at a block.
pub(crate) fn has_elapsed(timeout: &IbcTimeout, now: BlockNow) -> bool {
    timeout.timestamp().is_some_and(|at| now.time >= at)
        || timeout.block().is_some_and(|at| !at.is_zero() && now.height >= at.height)
}

impl World {
    /// Commits to a packet on an open channel. Gives its sequence.
    pub fn send_packet(
        &self,
        port: &str,
        channel_id: &str,
        data: Binary,
        timeout: IbcTimeout,
    ) -> Result<(u64, Event), Failure> {
        let state = &mut *self.state();
        let mut channel = state.ibc.find(port, channel_id)?;
        channel.expect(channel_id, &[ChannelState::Open])?;
        state.ibc.live_connection(&channel.connection_id)?;
        let sequence = channel.next_send;
        if has_elapsed(&timeout, state.now) {
            return Err(IbcError::TimeoutElapsed(sequence).into());
        }
        let source = endpoint(port, channel_id);
        let packet = IbcPacket::new(data, source.clone(), channel.counterparty.clone(), sequence, timeout);
        let event = packet_event("send_packet", &packet);
        channel.next_send += 1;
        state.ibc.put(port, channel_id, channel);
        state.ibc.commitments.insert(key(&source, sequence), packet);
        Ok((sequence, event))
    }

    /// `MsgAcknowledgement`: the other side processed `packet` and answered `ack`.
    pub fn acknowledge(
        self: &Rc<Self>,
        packet: &IbcPacket,
        ack: &[u8],
        relayer: &str,
    ) -> Result<Vec<Event>, Failure> {
        let IbcEndpoint { port_id, channel_id } = &packet.src;
        let mut channel = self.state().ibc.find(port_id, channel_id)?;
        channel.expect(channel_id, &[ChannelState::Open])?;
        self.state().ibc.live_connection(&channel.connection_id)?;
        self.expect_committed(packet)?;
        if channel.is_ordered() {
            if packet.sequence != channel.next_ack {
                let (got, expected) = (packet.sequence, channel.next_ack);
                return Err(IbcError::OutOfOrder { got, expected }.into());
            }
            channel.next_ack += 1;
            self.state().ibc.put(port_id, channel_id, channel);
        }
        self.state().ibc.commitments.remove(&key(&packet.src, packet.sequence));
        let mut events = vec![packet_event("acknowledge_packet", packet)];
        let ack = IbcAcknowledgement::new(ack);
        match self.application(port_id)? {
            Application::Transfer => events.extend(self.transfer_acknowledged(packet, &ack)?),
            Application::Contract(address) => {
                let msg = IbcPacketAckMsg::new(ack, packet.clone(), Addr::unchecked(relayer));
                let answer: IbcBasicResponse = self.call(&address, Entry::IbcPacketAck, &[], &json(&msg)?)?;
                self.finish(&address, answer.into(), &mut events)?;
            }
        }
        Ok(events)
    }

    /// `MsgTimeout`, or `MsgTimeoutOnClose` if the other end is closed: the packet will never be
    /// processed. An ordered channel is closed before the application hears of it (ibc-go v10).
    ///
    /// That the other side did not receive it is for the caller to know: there are no proofs here.
    pub fn time_out(
        self: &Rc<Self>,
        packet: &IbcPacket,
        remote_now: BlockNow,
        remote_is_closed: bool,
        relayer: &str,
    ) -> Result<Vec<Event>, Failure> {
        let IbcEndpoint { port_id, channel_id } = &packet.src;
        let mut channel = self.state().ibc.find(port_id, channel_id)?;
        self.state().ibc.live_connection(&channel.connection_id)?;
        self.expect_committed(packet)?;
        if !remote_is_closed && !has_elapsed(&packet.timeout, remote_now) {
            return Err(IbcError::TimeoutNotReached(packet.sequence).into());
        }
        self.state().ibc.commitments.remove(&key(&packet.src, packet.sequence));
        let mut events = vec![packet_event("timeout_packet", packet)];
        if channel.is_ordered() && channel.state != ChannelState::Closed {
            channel.state = ChannelState::Closed;
            self.state().ibc.put(port_id, channel_id, channel);
            events.push(closed(port_id, channel_id));
        }
        match self.application(port_id)? {
            Application::Transfer => events.extend(self.transfer_refund(packet)?),
            Application::Contract(address) => {
                let msg = IbcPacketTimeoutMsg::new(packet.clone(), Addr::unchecked(relayer));
                let answer: IbcBasicResponse =
                    self.call(&address, Entry::IbcPacketTimeout, &[], &json(&msg)?)?;
                self.finish(&address, answer.into(), &mut events)?;
            }
        }
        Ok(events)
    }

    fn expect_committed(&self, packet: &IbcPacket) -> Result<(), IbcError> {
        let sequence = packet.sequence;
        match self.state().ibc.commitments.get(&key(&packet.src, sequence)) {
            None => Err(IbcError::Redundant(sequence)),
            Some(sent) if sent == packet => Ok(()),
            Some(_) => Err(IbcError::InvalidPacket { sequence, reason: "commitment does not match" }),
        }
    }
}

pub(crate) fn packet_event(ty: &str, packet: &IbcPacket) -> Event {
    Event::new(ty)
        .add_attribute("packet_sequence", packet.sequence.to_string())
        .add_attribute("packet_src_port", &packet.src.port_id)
        .add_attribute("packet_src_channel", &packet.src.channel_id)
        .add_attribute("packet_dst_port", &packet.dest.port_id)
        .add_attribute("packet_dst_channel", &packet.dest.channel_id)
        .add_attribute("packet_data_hex", hex::encode(&packet.data))
}
