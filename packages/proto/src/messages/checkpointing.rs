//! `babylon.checkpointing.v1`.

use prost::Message;

/// What Babylon's validators sign at the end of an epoch.
#[derive(Clone, PartialEq, Message)]
pub struct RawCheckpoint {
    /// The epoch.
    #[prost(uint64, tag = "1")]
    pub epoch_num: u64,
    /// The hash of the block that sealed it, 32 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub block_hash: Vec<u8>,
    /// Who signed, 13 bytes, lowest bit first.
    #[prost(bytes = "vec", tag = "3")]
    pub bitmap: Vec<u8>,
    /// The aggregate BLS signature, 48 bytes (G1).
    #[prost(bytes = "vec", tag = "4")]
    pub bls_multi_sig: Vec<u8>,
}

/// A validator of Babylon.
#[derive(Clone, PartialEq, Message)]
pub struct ValidatorWithBlsKey {
    /// Its operator address, `bbnvaloper1...`.
    #[prost(string, tag = "1")]
    pub validator_address: String,
    /// Its BLS key, 96 bytes (G2).
    #[prost(bytes = "vec", tag = "2")]
    pub bls_pub_key: Vec<u8>,
    /// Its power.
    #[prost(uint64, tag = "3")]
    pub voting_power: u64,
}

/// The value that the validator set has in Babylon's state.
#[derive(Clone, PartialEq, Message)]
pub struct ValidatorWithBlsKeySet {
    /// The validators.
    #[prost(message, repeated, tag = "1")]
    pub val_set: Vec<ValidatorWithBlsKey>,
}
