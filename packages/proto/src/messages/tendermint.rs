//! `tendermint.crypto`.

use prost::Message;

/// A chain of proofs, from the value up to the app hash.
#[derive(Clone, PartialEq, Message)]
pub struct ProofOps {
    /// The proofs.
    #[prost(message, repeated, tag = "1")]
    pub ops: Vec<ProofOp>,
}

/// One proof.
#[derive(Clone, PartialEq, Message)]
pub struct ProofOp {
    /// `ics23:iavl` or `ics23:simple`.
    #[prost(string, tag = "1")]
    pub r#type: String,
    /// What is proven.
    #[prost(bytes = "vec", tag = "2")]
    pub key: Vec<u8>,
    /// An `ics23.CommitmentProof`.
    #[prost(bytes = "vec", tag = "3")]
    pub data: Vec<u8>,
}
