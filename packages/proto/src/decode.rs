//! From the bytes of a packet to the types of the pure core, part by part.

use prost::{DecodeError, Message, Oneof};
use thiserror::Error;

mod delegation;
mod end;
mod error;
mod header;
mod staking_item;
mod timestamp;

pub use delegation::{MAX_DELEGATION_BYTES, delegation};
pub use end::{End, Inclusion, MAX_END_BYTES, end};
pub use error::ItemError;
pub use header::{BtcHeader, RawHeader};
pub use staking_item::{ItemKind, MAX_SIGNATURE_BYTES, MAX_TEXT_BYTES, RawItem, StakingItem};
pub use timestamp::{ConsumerHeader, Timestamp};

/// The most bytes of a packet that are looked at: twice what ibc-go lets anybody send (256 KiB).
///
/// Bounds memory too: the smallest element of any list takes two bytes here and at most 32 decoded.
pub const MAX_PACKET_BYTES: usize = 512 * 1024;

/// A packet of Babylon, cut into parts that are good or bad on their own.
#[derive(Debug, Clone, PartialEq)]
pub enum Packet {
    /// A timestamp.
    Timestamp(Timestamp),
    /// Staking items: the finality providers first, then the delegations, then the undelegations.
    Staking(Vec<RawItem>),
    /// Headers of Bitcoin, ascending.
    Headers(Vec<RawHeader>),
}

/// Why bytes are no packet at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PacketError {
    /// Too long.
    #[error("packet of {got} bytes, more than {MAX_PACKET_BYTES}")]
    TooLong {
        /// How long.
        got: usize,
    },
    /// Not protobuf.
    #[error("packet is not protobuf: {0}")]
    Malformed(#[from] DecodeError),
    /// None of the kinds that are known.
    #[error("packet is of no known kind")]
    UnknownKind,
}

#[derive(Clone, PartialEq, Message)]
struct RawOutbound {
    #[prost(oneof = "RawKind", tags = "1, 2, 3")]
    packet: Option<RawKind>,
}

#[derive(Clone, PartialEq, Oneof)]
enum RawKind {
    #[prost(bytes = "vec", tag = "1")]
    Timestamp(Vec<u8>),
    #[prost(bytes = "vec", tag = "2")]
    Staking(Vec<u8>),
    #[prost(bytes = "vec", tag = "3")]
    Headers(Vec<u8>),
}

/// `MsgExecuteContractResponse` of wasmd.
#[derive(Clone, PartialEq, Message)]
struct Executed {
    #[prost(bytes = "vec", tag = "1")]
    data: Vec<u8>,
}

/// What a contract answered to a message: the data of a `MsgExecuteContractResponse`.
///
/// # Errors
/// [`DecodeError`] where that is no protobuf.
pub fn executed(response: &[u8]) -> Result<Vec<u8>, DecodeError> {
    Ok(Executed::decode(response)?.data)
}

/// Cuts an `OutboundPacket` of Babylon into its parts, without reading them yet.
///
/// # Errors
/// [`PacketError`] if there is nothing to cut; a bad part is no error here.
pub fn outbound(bytes: &[u8]) -> Result<Packet, PacketError> {
    if bytes.len() > MAX_PACKET_BYTES {
        return Err(PacketError::TooLong { got: bytes.len() });
    }
    match RawOutbound::decode(bytes)?.packet.ok_or(PacketError::UnknownKind)? {
        RawKind::Timestamp(bytes) => Ok(Packet::Timestamp(timestamp::cut(&bytes)?)),
        RawKind::Staking(bytes) => Ok(Packet::Staking(staking_item::cut(&bytes)?)),
        RawKind::Headers(bytes) => Ok(Packet::Headers(header::cut(&bytes)?)),
    }
}
