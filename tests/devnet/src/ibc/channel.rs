use cosmwasm_std::{IbcChannel, IbcEndpoint, IbcOrder, IbcPacket};
use serde::Serialize;

use super::IbcError;
use crate::journal::{Journal, Mark, changes_hash};

/// Where a channel is between its handshake and its end.
///
/// `Init` (we began) or `TryOpen` (the other chain began) -> `Open` -> `Closed`, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ChannelState {
    /// Our side asked for it.
    Init,
    /// The other side asked for it and ours agreed.
    TryOpen,
    /// Packets flow.
    Open,
    /// Nothing flows any more.
    Closed,
}

/// One end of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// Its state at this end.
    pub state: ChannelState,
    /// Whether packets arrive in order.
    pub order: IbcOrder,
    /// The other end; its channel id is empty until it is known.
    pub counterparty: IbcEndpoint,
    /// The version agreed on.
    pub version: String,
    /// The connection it runs over.
    pub connection_id: String,
    /// The sequence of the next packet to send.
    pub next_send: u64,
    /// The sequence of the next packet to receive, if ordered.
    pub next_receive: u64,
    /// The sequence of the next packet to be acknowledged, if ordered.
    pub next_ack: u64,
}

impl Channel {
    pub(crate) fn new(
        state: ChannelState,
        order: IbcOrder,
        counterparty: IbcEndpoint,
        version: String,
        connection_id: String,
    ) -> Self {
        Self {
            state,
            order,
            counterparty,
            version,
            connection_id,
            next_send: 1,
            next_receive: 1,
            next_ack: 1,
        }
    }

    /// Whether packets flow.
    pub fn is_open(&self) -> bool {
        self.state == ChannelState::Open
    }

    /// Whether packets arrive in order.
    pub fn is_ordered(&self) -> bool {
        self.order == IbcOrder::Ordered
    }

    pub(crate) fn expect(&self, id: &str, states: &[ChannelState]) -> Result<(), IbcError> {
        if states.contains(&self.state) {
            return Ok(());
        }
        Err(IbcError::ChannelState { channel: id.to_owned(), state: self.state })
    }

    pub(crate) fn as_std(&self, port: &str, id: &str) -> IbcChannel {
        let endpoint = IbcEndpoint { port_id: port.to_owned(), channel_id: id.to_owned() };
        let (counterparty, version) = (self.counterparty.clone(), self.version.clone());
        IbcChannel::new(endpoint, counterparty, self.order.clone(), version, self.connection_id.clone())
    }
}

/// A connection to another chain and the light client that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// The id of our light client of the other chain.
    pub client_id: String,
    /// Whether that client expired: then nothing is sent, received, acknowledged, timed out or closed.
    pub client_expired: bool,
    /// The connection's id on the other chain.
    pub counterparty_connection_id: String,
    /// The id of the other chain's light client of ours: Babylon's consumer id.
    pub counterparty_client_id: String,
}

type PortChannel = (String, String);
type Sequenced = (String, String, u64);

/// This chain's IBC state.
#[derive(Debug, Clone, Default)]
pub struct IbcState {
    pub(crate) connections: Journal<String, Connection>,
    /// (port, channel id) => channel
    pub(crate) channels: Journal<PortChannel, Channel>,
    /// (port, channel id, sequence) => a packet sent and not yet acknowledged or timed out
    pub(crate) commitments: Journal<Sequenced, IbcPacket>,
    /// (port, channel id, sequence) of packets received on unordered channels
    pub(crate) receipts: Journal<Sequenced, ()>,
    /// (port, channel id, sequence) => the acknowledgement that was written
    pub(crate) acks: Journal<Sequenced, Vec<u8>>,
}

impl IbcState {
    /// One end of a channel.
    pub fn channel(&self, port: &str, id: &str) -> Option<&Channel> {
        self.channels.get(&(port.to_owned(), id.to_owned()))
    }

    pub(crate) fn find(&self, port: &str, id: &str) -> Result<Channel, IbcError> {
        let channel = self.channel(port, id).cloned();
        channel.ok_or_else(|| IbcError::ChannelNotFound { port: port.to_owned(), channel: id.to_owned() })
    }

    pub(crate) fn put(&mut self, port: &str, id: &str, channel: Channel) {
        self.channels.insert((port.to_owned(), id.to_owned()), channel);
    }

    /// A connection whose client can still prove something.
    pub(crate) fn live_connection(&self, id: &str) -> Result<&Connection, IbcError> {
        let connection =
            self.connections.get(id).ok_or_else(|| IbcError::ConnectionNotFound(id.to_owned()))?;
        if connection.client_expired {
            return Err(IbcError::ClientNotActive(connection.client_id.clone()));
        }
        Ok(connection)
    }

    pub(crate) fn marks(&self) -> [Mark; 5] {
        [
            self.connections.mark(),
            self.channels.mark(),
            self.commitments.mark(),
            self.receipts.mark(),
            self.acks.mark(),
        ]
    }

    pub(crate) fn rollback(&mut self, to: [Mark; 5]) {
        let [connections, channels, commitments, receipts, acks] = to;
        self.connections.rollback(connections);
        self.channels.rollback(channels);
        self.commitments.rollback(commitments);
        self.receipts.rollback(receipts);
        self.acks.rollback(acks);
    }

    pub(crate) fn seal(&mut self) -> [[u8; 32]; 5] {
        [
            changes_hash(&self.connections.seal()),
            changes_hash(&self.channels.seal()),
            changes_hash(&self.commitments.seal()),
            changes_hash(&self.receipts.seal()),
            changes_hash(&self.acks.seal()),
        ]
    }
}

pub(crate) fn key(end: &IbcEndpoint, sequence: u64) -> Sequenced {
    (end.port_id.clone(), end.channel_id.clone(), sequence)
}

pub(crate) fn endpoint(port: &str, channel: &str) -> IbcEndpoint {
    IbcEndpoint { port_id: port.to_owned(), channel_id: channel.to_owned() }
}
