//! `babylon.epoching.v1`.

use prost::Message;

use crate::google;

/// An epoch of Babylon.
#[derive(Clone, PartialEq, Message)]
pub struct Epoch {
    /// Its number.
    #[prost(uint64, tag = "1")]
    pub epoch_number: u64,
    /// How many blocks it has.
    #[prost(uint64, tag = "2")]
    pub current_epoch_interval: u64,
    /// The height of its first block.
    #[prost(uint64, tag = "3")]
    pub first_block_height: u64,
    /// The time of its last block.
    #[prost(message, optional, tag = "4")]
    pub last_block_time: Option<google::Timestamp>,
    /// Babylon's app hash in the block that sealed it; the root of the epoch's state proofs.
    #[prost(bytes = "vec", tag = "5")]
    pub sealer_app_hash: Vec<u8>,
    /// The hash of the block that sealed it.
    #[prost(bytes = "vec", tag = "6")]
    pub sealer_block_hash: Vec<u8>,
}
