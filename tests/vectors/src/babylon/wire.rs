use prost::Message;

/// `babylon.finality.v1.MsgCommitPubRandList`.
#[derive(Clone, PartialEq, Message)]
pub struct MsgCommitPubRandList {
    #[prost(bytes = "vec", tag = "2")]
    pub fp_btc_pk: Vec<u8>,
    #[prost(uint64, tag = "3")]
    pub start_height: u64,
    #[prost(uint64, tag = "4")]
    pub num_pub_rand: u64,
    #[prost(bytes = "vec", tag = "5")]
    pub commitment: Vec<u8>,
    #[prost(bytes = "vec", tag = "6")]
    pub sig: Vec<u8>,
}

/// `babylon.finality.v1.MsgAddFinalitySig`.
#[derive(Clone, PartialEq, Message)]
pub struct MsgAddFinalitySig {
    #[prost(bytes = "vec", tag = "2")]
    pub fp_btc_pk: Vec<u8>,
    #[prost(uint64, tag = "3")]
    pub block_height: u64,
    #[prost(bytes = "vec", tag = "4")]
    pub pub_rand: Vec<u8>,
    #[prost(message, optional, tag = "5")]
    pub proof: Option<Proof>,
    #[prost(bytes = "vec", tag = "6")]
    pub block_app_hash: Vec<u8>,
    #[prost(bytes = "vec", tag = "7")]
    pub finality_sig: Vec<u8>,
}

/// `tendermint.crypto.Proof`.
#[derive(Clone, PartialEq, Message)]
pub struct Proof {
    #[prost(int64, tag = "1")]
    pub total: i64,
    #[prost(int64, tag = "2")]
    pub index: i64,
    #[prost(bytes = "vec", tag = "3")]
    pub leaf_hash: Vec<u8>,
    #[prost(bytes = "vec", repeated, tag = "4")]
    pub aunts: Vec<Vec<u8>>,
}

/// `babylon.btcstaking.v1.FinalityProvider`.
#[derive(Clone, PartialEq, Message)]
pub struct FinalityProvider {
    #[prost(string, tag = "1")]
    pub addr: String,
    #[prost(bytes = "vec", tag = "4")]
    pub btc_pk: Vec<u8>,
    #[prost(message, optional, tag = "5")]
    pub pop: Option<ProofOfPossession>,
    #[prost(string, tag = "10")]
    pub bsn_id: String,
}

/// `babylon.btcstaking.v1.ProofOfPossessionBTC`.
#[derive(Clone, PartialEq, Message)]
pub struct ProofOfPossession {
    #[prost(int32, tag = "1")]
    pub btc_sig_type: i32,
    #[prost(bytes = "vec", tag = "2")]
    pub btc_sig: Vec<u8>,
}
