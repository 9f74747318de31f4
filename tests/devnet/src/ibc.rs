//! IBC: ports, connections, channels and packets on this chain, and the link to another one.
//!
//! Two halves. [`IbcState`] and the `ibc_*` methods of [`Chain`](crate::Chain) are this chain's end:
//! each is one transaction of a relayer, checked as ibc-go does but for the proofs. A [`Link`] is a
//! client, a connection, the *other* chain's end of its channels (any [`Counterparty`]), and a relayer
//! that carries packets between the two, loses them, delays them or changes their order.

mod chain;
mod channel;
mod close;
mod counterparty;
mod handshake;
mod link;
mod packet;
mod pending;
mod receive;
mod relay;
mod remote;
mod transfer;

use cosmwasm_std::{IbcAcknowledgement, IbcPacket};
use thiserror::Error;

pub use channel::{Channel, ChannelState, Connection, IbcState};
pub use counterparty::{Agreeable, Counterparty, Outgoing};
pub use handshake::{TRANSFER_PORT, TRANSFER_VERSION};
pub use link::{ChannelIds, Link, LinkError, OpenChannel};
pub use pending::{Item, Pending, RelayFault, Side};
pub use receive::{Ack, Received};
pub use relay::Delivery;
pub use remote::RemoteChannel;
pub use transfer::TransferPacket;

/// What IBC refuses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IbcError {
    /// No such channel on that port.
    #[error("port-id: {port}, channel-id {channel}: channel not found")]
    ChannelNotFound {
        /// The port.
        port: String,
        /// The channel.
        channel: String,
    },
    /// The channel is not in the state that this takes.
    #[error("channel {channel} is {state:?}: invalid channel state")]
    ChannelState {
        /// The channel.
        channel: String,
        /// Its state.
        state: ChannelState,
    },
    /// No such connection.
    #[error("{0}: connection not found")]
    ConnectionNotFound(String),
    /// The light client of the other chain expired: nothing can be proven through it.
    #[error("client ({0}) status is Expired: light client is not active")]
    ClientNotActive(String),
    /// No application has bound the port.
    #[error("could not retrieve module from port-id {0}: port not found")]
    PortNotFound(String),
    /// The packet's timeout has passed.
    #[error("packet {0}: timeout elapsed")]
    TimeoutElapsed(u64),
    /// The packet's timeout has not passed, so it cannot be timed out.
    #[error("packet {0}: timeout not reached")]
    TimeoutNotReached(u64),
    /// An ordered channel takes packets and acknowledgements in their order only.
    #[error("packet sequence {got}, expected {expected}: packet sequence is out of order")]
    OutOfOrder {
        /// The sequence given.
        got: u64,
        /// The one that is next.
        expected: u64,
    },
    /// This was delivered before; ibc-go answers without effect.
    #[error("packet {0}: already relayed")]
    Redundant(u64),
    /// The packet does not name both ends of the channel, or was never sent.
    #[error("packet {sequence}: {reason}: invalid packet")]
    InvalidPacket {
        /// The sequence given.
        sequence: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The application refused a handshake.
    #[error("{0}: invalid channel handshake")]
    Refused(String),
}

impl IbcError {
    pub(crate) fn code(&self) -> (&'static str, u32) {
        match self {
            Self::ChannelNotFound { .. } => ("channel", 3),
            Self::ChannelState { .. } => ("channel", 5),
            Self::ConnectionNotFound(_) => ("connection", 3),
            Self::ClientNotActive(_) => ("client", 29),
            Self::PortNotFound(_) => ("port", 3),
            Self::TimeoutElapsed(_) => ("channel", 33),
            Self::TimeoutNotReached(_) => ("channel", 34),
            Self::OutOfOrder { .. } => ("channel", 21),
            Self::Redundant(_) => ("channel", 24),
            Self::InvalidPacket { .. } => ("channel", 10),
            Self::Refused(_) => ("channel", 6),
        }
    }
}

/// A packet that the chain sent, as its commitment is kept until it is acknowledged or timed out.
pub type SentPacket = IbcPacket;

/// An acknowledgement as JSON `{"error":"…"}`.
pub fn error_ack(text: &str) -> Vec<u8> {
    serde_json::json!({ "error": text }).to_string().into_bytes()
}

/// An acknowledgement as JSON `{"result":"<base64>"}`.
pub fn success_ack(result: &[u8]) -> Vec<u8> {
    let result = cosmwasm_std::Binary::from(result).to_base64();
    serde_json::json!({ "result": result }).to_string().into_bytes()
}

/// Whether an acknowledgement says that the packet was processed.
pub fn ack_is_success(ack: &IbcAcknowledgement) -> bool {
    serde_json::from_slice::<serde_json::Value>(&ack.data).is_ok_and(|ack| ack.get("result").is_some())
}
