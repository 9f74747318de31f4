//! `babylon.finality.v1`.

use prost::Message;

/// Two finality signatures with one randomness: the key can be extracted.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct Evidence {
    /// The finality provider's x-only key, 32 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub fp_btc_pk: Vec<u8>,
    /// The height voted on twice.
    #[prost(uint64, tag = "2")]
    pub block_height: u64,
    /// The public randomness, 32 bytes.
    #[prost(bytes = "vec", tag = "3")]
    pub pub_rand: Vec<u8>,
    /// The app hash of our chain.
    #[prost(bytes = "vec", tag = "4")]
    pub canonical_app_hash: Vec<u8>,
    /// The other one.
    #[prost(bytes = "vec", tag = "5")]
    pub fork_app_hash: Vec<u8>,
    /// The signature on ours, 32 bytes.
    #[prost(bytes = "vec", tag = "6")]
    pub canonical_finality_sig: Vec<u8>,
    /// The signature on the other, 32 bytes.
    #[prost(bytes = "vec", tag = "7")]
    pub fork_finality_sig: Vec<u8>,
    /// The 64 characters that stood in front of both messages.
    #[prost(string, tag = "8")]
    pub signing_context: String,
}
