use std::collections::BTreeMap;

use cosmwasm_std::{IbcEndpoint, IbcOrder, IbcPacket, IbcTimeout, Timestamp};

use super::{ChannelState, channel::endpoint};

/// The other chain's end of a channel, as its own ibc-go keeps it.
#[derive(Debug, Clone)]
pub struct RemoteChannel {
    /// Its id there.
    pub id: String,
    /// Its port there.
    pub port: String,
    /// Our end; its channel id is empty until it is known.
    pub counterparty: IbcEndpoint,
    /// Whether packets arrive in order.
    pub order: IbcOrder,
    /// The version agreed on.
    pub version: String,
    /// Its state there.
    pub state: ChannelState,
    /// The connection's id there.
    pub connection_id: String,
    /// The id there of the light client of our chain: Babylon's consumer id.
    pub client_id: String,
    /// The sequence of the next packet from there.
    pub next_send: u64,
    /// The sequence of the next packet from us, if ordered.
    pub next_receive: u64,
    /// Packets from there, not yet acknowledged or timed out.
    pub sent: BTreeMap<u64, IbcPacket>,
    /// Acknowledgements of packets from us, by sequence.
    pub acks: BTreeMap<u64, Vec<u8>>,
}

impl RemoteChannel {
    /// Whether packets flow.
    pub fn is_open(&self) -> bool {
        self.state == ChannelState::Open
    }

    /// Whether packets arrive in order.
    pub fn is_ordered(&self) -> bool {
        self.order == IbcOrder::Ordered
    }

    /// The address of this end.
    pub fn endpoint(&self) -> IbcEndpoint {
        endpoint(&self.port, &self.id)
    }

    /// Whether a packet from us was received.
    pub fn has_received(&self, sequence: u64) -> bool {
        self.acks.contains_key(&sequence)
    }

    /// The next packet from there.
    pub(crate) fn send(&mut self, data: Vec<u8>, timeout: Timestamp) -> u64 {
        let sequence = self.next_send;
        let timeout = IbcTimeout::with_timestamp(timeout);
        let packet = IbcPacket::new(data, self.endpoint(), self.counterparty.clone(), sequence, timeout);
        self.sent.insert(sequence, packet);
        self.next_send += 1;
        sequence
    }
}
