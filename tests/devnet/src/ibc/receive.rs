//! Packets that this chain receives.

use std::rc::Rc;

use cosmwasm_std::{Addr, Event, IbcEndpoint, IbcPacket, IbcPacketReceiveMsg, IbcReceiveResponse};

use super::{
    ChannelState, IbcError,
    channel::{Channel, key},
    error_ack,
    handshake::Application,
    packet::{has_elapsed, packet_event},
};
use crate::{
    dispatch::Parts,
    error::Failure,
    vm::Entry,
    world::{World, json},
};

/// The acknowledgement of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ack {
    /// The application's own bytes; what it did stays, whatever they say.
    Processed(Vec<u8>),
    /// The contract answered with an error or one of its messages failed: what it did was undone.
    Refused(Vec<u8>),
    /// None yet: the application acknowledges later.
    Async,
}

impl Ack {
    /// The bytes, if there are any.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Processed(bytes) | Self::Refused(bytes) => Some(bytes),
            Self::Async => None,
        }
    }

    /// The bytes as text, for reading in tests.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.bytes().unwrap_or_default()).into_owned()
    }
}

/// A packet that was received.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its acknowledgement.
    pub ack: Ack,
    /// Why it is an error, where the acknowledgement may only say a code.
    pub failure: Option<Failure>,
}

impl World {
    /// `MsgRecvPacket`.
    ///
    /// # Errors
    /// If the packet is not acceptable now, or the contract panics or runs out of gas: then the
    /// relayer's transaction fails, no acknowledgement is written, and an ordered channel waits for it.
    pub fn receive(
        self: &Rc<Self>,
        packet: &IbcPacket,
        relayer: &str,
    ) -> Result<(Received, Vec<Event>), Failure> {
        self.take_in(packet)?;
        let mut events = vec![packet_event("recv_packet", packet)];
        let (received, made) = match self.application(&packet.dest.port_id)? {
            Application::Transfer => self.receive_transfer(packet),
            Application::Contract(address) => self.receive_by_contract(&address, packet, relayer)?,
        };
        events.extend(made);
        if let Some(ack) = received.ack.bytes() {
            let event = packet_event("write_acknowledgement", packet);
            events.push(event.add_attribute("packet_ack_hex", hex::encode(ack)));
            self.state().ibc.acks.insert(key(&packet.dest, packet.sequence), ack.to_vec());
        }
        Ok((received, events))
    }

    /// Checks that the packet is the next of its channel, or a new one, and marks it as received.
    fn take_in(&self, packet: &IbcPacket) -> Result<(), IbcError> {
        let state = &mut *self.state();
        let IbcEndpoint { port_id, channel_id } = &packet.dest;
        let sequence = packet.sequence;
        let mut channel = state.ibc.find(port_id, channel_id)?;
        channel.expect(channel_id, &[ChannelState::Open])?;
        state.ibc.live_connection(&channel.connection_id)?;
        if packet.src != channel.counterparty {
            return Err(IbcError::InvalidPacket { sequence, reason: "not from the channel's other end" });
        }
        check_sequence(&channel, sequence)?;
        let receipt = key(&packet.dest, sequence);
        if !channel.is_ordered() && state.ibc.receipts.get(&receipt).is_some() {
            return Err(IbcError::Redundant(sequence));
        }
        if has_elapsed(&packet.timeout, state.now) {
            return Err(IbcError::TimeoutElapsed(sequence));
        }
        if channel.is_ordered() {
            channel.next_receive += 1;
            state.ibc.put(port_id, channel_id, channel);
        } else {
            state.ibc.receipts.insert(receipt, ());
        }
        Ok(())
    }

    fn receive_by_contract(
        self: &Rc<Self>,
        address: &str,
        packet: &IbcPacket,
        relayer: &str,
    ) -> Result<(Received, Vec<Event>), Failure> {
        let msg = IbcPacketReceiveMsg::new(packet.clone(), Addr::unchecked(relayer));
        let msg = json(&msg)?;
        let point = self.state().checkpoint();
        let mut events = Vec::new();
        let answer = self.call::<IbcReceiveResponse>(address, Entry::IbcPacketReceive, &[], &msg);
        let text = match answer {
            Ok(answer) => match self.finish_receive(address, answer, &mut events) {
                Ok(ack) => return Ok((Received { ack, failure: None }, events)),
                Err(failure) if failure.is_panic() => return Err(failure),
                Err(failure) => (redacted_ack(&failure), failure),
            },
            Err(Failure::Contract { entry, text }) => (error_ack(&text), Failure::Contract { entry, text }),
            // A panic or out of gas in the entry point itself ends the relayer's transaction.
            Err(failure) => return Err(failure),
        };
        self.state().rollback(point);
        let (ack, failure) = text;
        Ok((Received { ack: Ack::Refused(ack), failure: Some(failure) }, Vec::new()))
    }

    fn finish_receive(
        self: &Rc<Self>,
        address: &str,
        answer: IbcReceiveResponse,
        events: &mut Vec<Event>,
    ) -> Result<Ack, Failure> {
        let parts = Parts {
            messages: answer.messages,
            attributes: answer.attributes,
            events: answer.events,
            data: answer.acknowledgement,
        };
        let ack = self.finish(address, parts, events)?;
        Ok(ack.map_or(Ack::Async, |ack| Ack::Processed(ack.to_vec())))
    }
}

/// ibc-go's error acknowledgement for a failure whose text may not be deterministic.
fn redacted_ack(failure: &Failure) -> Vec<u8> {
    let (codespace, code) = failure.code();
    error_ack(&format!("ABCI error: {codespace}/{code}: error handling packet: see events for details"))
}

fn check_sequence(channel: &Channel, got: u64) -> Result<(), IbcError> {
    let expected = channel.next_receive;
    match got.cmp(&expected) {
        _ if !channel.is_ordered() => Ok(()),
        std::cmp::Ordering::Less => Err(IbcError::Redundant(got)),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(IbcError::OutOfOrder { got, expected }),
    }
}
