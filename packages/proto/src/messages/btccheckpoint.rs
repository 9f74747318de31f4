//! `babylon.btccheckpoint.v1`.

use prost::Message;

/// A place in Bitcoin's chain.
#[derive(Clone, PartialEq, Message)]
pub struct TransactionKey {
    /// The transaction's position in its block.
    #[prost(uint32, tag = "1")]
    pub index: u32,
    /// The block's hash, 32 bytes in internal order.
    #[prost(bytes = "vec", tag = "2")]
    pub hash: Vec<u8>,
}

/// The two places of a checkpoint.
#[derive(Clone, PartialEq, Message)]
pub struct SubmissionKey {
    /// The two places.
    #[prost(message, repeated, tag = "1")]
    pub key: Vec<TransactionKey>,
}

/// A transaction and the proof that it is in its block.
#[derive(Clone, PartialEq, Message)]
pub struct TransactionInfo {
    /// Where it is.
    #[prost(message, optional, tag = "1")]
    pub key: Option<TransactionKey>,
    /// The transaction.
    #[prost(bytes = "vec", tag = "2")]
    pub transaction: Vec<u8>,
    /// The Merkle branch, 32 bytes a level, lowest first.
    #[prost(bytes = "vec", tag = "3")]
    pub proof: Vec<u8>,
}
