//! The messages that the SDK's own crates do not have: the chain module's, the genesis side's, and IBC's.

use cosmrs::Any;
use cosmrs::proto::traits::Name;
use prost::Message;

/// A message of the SDK's crates, packed.
pub fn sdk<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// A message of ours, packed.
pub fn ours<M: Message>(type_url: &str, message: &M) -> Any {
    Any { type_url: type_url.to_owned(), value: message.encode_to_vec() }
}

/// `/babylonlabs.babylon.v1beta1.MsgSetBSNContracts`
#[derive(Clone, PartialEq, Message)]
pub struct MsgSetBsnContracts {
    #[prost(string, tag = "1")]
    pub authority: String,
    #[prost(message, optional, tag = "2")]
    pub contracts: Option<BsnContracts>,
}

/// The four addresses.
#[derive(Clone, PartialEq, Message)]
pub struct BsnContracts {
    #[prost(string, tag = "1")]
    pub babylon_contract: String,
    #[prost(string, tag = "2")]
    pub btc_light_client_contract: String,
    #[prost(string, tag = "3")]
    pub btc_staking_contract: String,
    #[prost(string, tag = "4")]
    pub btc_finality_contract: String,
}

/// `/babylonlabs.babylon.v1beta1.MsgUpdateParams`
#[derive(Clone, PartialEq, Message)]
pub struct MsgUpdateParams {
    #[prost(string, tag = "1")]
    pub authority: String,
    #[prost(message, optional, tag = "2")]
    pub params: Option<Params>,
}

/// The chain module's parameters.
#[derive(Clone, PartialEq, Message)]
pub struct Params {
    #[prost(uint32, tag = "1")]
    pub max_gas_begin_blocker: u32,
    #[prost(uint32, tag = "2")]
    pub max_gas_end_blocker: u32,
    #[prost(string, tag = "3")]
    pub btc_staking_portion: String,
}

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

/// `/ibc.core.channel.v1.MsgChannelOpenInit`
#[derive(Clone, PartialEq, Message)]
pub struct MsgChannelOpenInit {
    #[prost(string, tag = "1")]
    pub port_id: String,
    #[prost(message, optional, tag = "2")]
    pub channel: Option<Channel>,
    #[prost(string, tag = "3")]
    pub signer: String,
}

/// `/ibc.core.channel.v1.MsgChannelCloseInit`
#[derive(Clone, PartialEq, Message)]
pub struct MsgChannelCloseInit {
    #[prost(string, tag = "1")]
    pub port_id: String,
    #[prost(string, tag = "2")]
    pub channel_id: String,
    #[prost(string, tag = "3")]
    pub signer: String,
}

/// `ibc.core.channel.v1.QueryChannelRequest`
#[derive(Clone, PartialEq, Message)]
pub struct QueryChannelRequest {
    #[prost(string, tag = "1")]
    pub port_id: String,
    #[prost(string, tag = "2")]
    pub channel_id: String,
}

/// `ibc.core.channel.v1.QueryChannelResponse`, as far as it is read.
#[derive(Clone, PartialEq, Message)]
pub struct QueryChannelResponse {
    #[prost(message, optional, tag = "1")]
    pub channel: Option<Channel>,
}

/// An end of a channel.
#[derive(Clone, PartialEq, Message)]
pub struct Channel {
    /// 3 is open, 4 is closed.
    #[prost(int32, tag = "1")]
    pub state: i32,
    #[prost(int32, tag = "2")]
    pub ordering: i32,
    #[prost(message, optional, tag = "3")]
    pub counterparty: Option<Counterparty>,
    #[prost(string, repeated, tag = "4")]
    pub connection_hops: Vec<String>,
    #[prost(string, tag = "5")]
    pub version: String,
}

/// The other end.
#[derive(Clone, PartialEq, Message)]
pub struct Counterparty {
    #[prost(string, tag = "1")]
    pub port_id: String,
    #[prost(string, tag = "2")]
    pub channel_id: String,
}

/// `/ibc.applications.transfer.v1.MsgTransfer`
#[derive(Clone, PartialEq, Message)]
pub struct MsgTransfer {
    #[prost(string, tag = "1")]
    pub source_port: String,
    #[prost(string, tag = "2")]
    pub source_channel: String,
    #[prost(message, optional, tag = "3")]
    pub token: Option<Coin>,
    #[prost(string, tag = "4")]
    pub sender: String,
    #[prost(string, tag = "5")]
    pub receiver: String,
    #[prost(message, optional, tag = "6")]
    pub timeout_height: Option<Height>,
    /// In nanoseconds.
    #[prost(uint64, tag = "7")]
    pub timeout_timestamp: u64,
    #[prost(string, tag = "8")]
    pub memo: String,
}

/// `cosmos.base.v1beta1.Coin`
#[derive(Clone, PartialEq, Message)]
pub struct Coin {
    #[prost(string, tag = "1")]
    pub denom: String,
    #[prost(string, tag = "2")]
    pub amount: String,
}

/// A height of IBC; zero is none.
#[derive(Clone, PartialEq, Message)]
pub struct Height {
    #[prost(uint64, tag = "1")]
    pub revision_number: u64,
    #[prost(uint64, tag = "2")]
    pub revision_height: u64,
}

/// `cosmwasm.wasm.v1.MsgPinCodes` and `MsgUnpinCodes`.
#[derive(Clone, PartialEq, Message)]
pub struct MsgPinCodes {
    #[prost(string, tag = "1")]
    pub authority: String,
    #[prost(uint64, repeated, tag = "2")]
    pub code_ids: Vec<u64>,
}
