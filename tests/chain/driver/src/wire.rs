//! The messages that no crate has: the genesis side's.

use prost::Message;

/// `/bsntest.zc.v1.MsgSend`
#[derive(Clone, PartialEq, Message)]
pub struct MsgSend {
    #[prost(string, tag = "1")]
    pub sender: String,
    #[prost(string, tag = "2")]
    pub channel: String,
    /// An encoded `OutboundPacket`: on the wire a message in a message is its bytes.
    #[prost(bytes = "vec", tag = "3")]
    pub packet: Vec<u8>,
    #[prost(uint64, tag = "4")]
    pub timeout_seconds: u64,
}

/// `bsntest.zc.v1.QueryReceivedResponse`
#[derive(Clone, PartialEq, Message)]
pub struct QueryReceivedResponse {
    #[prost(message, repeated, tag = "1")]
    pub packets: Vec<Received>,
}

/// A packet that the genesis side took.
#[derive(Clone, PartialEq, Message)]
pub struct Received {
    #[prost(string, tag = "1")]
    pub channel: String,
    #[prost(uint64, tag = "2")]
    pub sequence: u64,
    #[prost(bytes = "vec", tag = "3")]
    pub data: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    pub secret_key: Vec<u8>,
}

/// `bsntest.zc.v1.QueryAcksResponse`
#[derive(Clone, PartialEq, Message)]
pub struct QueryAcksResponse {
    #[prost(message, repeated, tag = "1")]
    pub acks: Vec<Ack>,
}

/// What became of a packet that the genesis side sent.
#[derive(Clone, PartialEq, Message)]
pub struct Ack {
    #[prost(string, tag = "1")]
    pub channel: String,
    #[prost(uint64, tag = "2")]
    pub sequence: u64,
    #[prost(bytes = "vec", tag = "3")]
    pub ack: Vec<u8>,
    #[prost(bool, tag = "4")]
    pub timed_out: bool,
}
