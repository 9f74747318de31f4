//! `babylon.zoneconcierge.v1`: the two packets of the channel, and the timestamp.

use prost::Message;

use crate::{
    btccheckpoint, btclightclient, btcstaking, checkpointing, epoching, finality, google, tendermint,
};

/// From Babylon to the appchain.
#[derive(Clone, PartialEq, Message)]
pub struct OutboundPacket {
    /// Exactly one kind; none is a packet of a kind we do not know.
    #[prost(oneof = "outbound_packet::Packet", tags = "1, 2, 3")]
    pub packet: Option<outbound_packet::Packet>,
}

/// The kinds of [`OutboundPacket`].
pub mod outbound_packet {
    /// Exactly one of these.
    #[derive(Clone, PartialEq, prost::Oneof)]
    pub enum Packet {
        /// An epoch of Babylon whose checkpoint is deep enough in Bitcoin.
        #[prost(message, tag = "1")]
        BtcTimestamp(Box<super::BtcTimestamp>),
        /// New finality providers, delegations and undelegations.
        #[prost(message, tag = "2")]
        BtcStaking(super::btcstaking::BtcStakingIbcPacket),
        /// Headers of Bitcoin.
        #[prost(message, tag = "3")]
        BtcHeaders(super::BtcHeaders),
    }
}

/// From the appchain to Babylon.
#[derive(Clone, PartialEq, Message)]
pub struct InboundPacket {
    /// Exactly one kind.
    #[prost(oneof = "inbound_packet::Packet", tags = "1")]
    pub packet: Option<inbound_packet::Packet>,
}

/// The kinds of [`InboundPacket`].
pub mod inbound_packet {
    /// Exactly one of these.
    #[derive(Clone, PartialEq, prost::Oneof)]
    pub enum Packet {
        /// A finality provider signed two app hashes of one height.
        #[prost(message, tag = "1")]
        BsnSlashing(super::BsnSlashingIbcPacket),
    }
}

/// Headers of Bitcoin, ascending; may overlap what is known already (PROTOCOL.md,
/// "What Babylon sends, and when").
#[derive(Clone, PartialEq, Message)]
pub struct BtcHeaders {
    /// The headers.
    #[prost(message, repeated, tag = "1")]
    pub headers: Vec<btclightclient::BtcHeaderInfo>,
}

/// An epoch of Babylon whose checkpoint is in Bitcoin, with the proofs.
#[derive(Clone, PartialEq, Message)]
pub struct BtcTimestamp {
    /// The highest header of this appchain that Babylon saw in the epoch; often absent.
    #[prost(message, optional, tag = "1")]
    pub header: Option<IndexedHeader>,
    /// Headers of Bitcoin not sent before; may hold none.
    #[prost(message, optional, tag = "2")]
    pub btc_headers: Option<BtcHeaders>,
    /// The epoch.
    #[prost(message, optional, tag = "3")]
    pub epoch_info: Option<epoching::Epoch>,
    /// Its checkpoint.
    #[prost(message, optional, tag = "4")]
    pub raw_checkpoint: Option<checkpointing::RawCheckpoint>,
    /// Where in Bitcoin the checkpoint is.
    #[prost(message, optional, tag = "5")]
    pub btc_submission_key: Option<btccheckpoint::SubmissionKey>,
    /// The proofs.
    #[prost(message, optional, tag = "6")]
    pub proof: Option<ProofFinalizedHeader>,
}

/// A header of this appchain as Babylon indexed it.
#[derive(Clone, PartialEq, Message)]
pub struct IndexedHeader {
    /// The id of the IBC client on Babylon.
    #[prost(string, tag = "1")]
    pub consumer_id: String,
    /// The **app hash** in the header, 32 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub hash: Vec<u8>,
    /// The height of the appchain.
    #[prost(uint64, tag = "3")]
    pub height: u64,
    /// The header's time.
    #[prost(message, optional, tag = "4")]
    pub time: Option<google::Timestamp>,
    /// Babylon's app hash at the block that included it.
    #[prost(bytes = "vec", tag = "5")]
    pub babylon_header_hash: Vec<u8>,
    /// The height of that block of Babylon.
    #[prost(uint64, tag = "6")]
    pub babylon_header_height: u64,
    /// The epoch of that block.
    #[prost(uint64, tag = "7")]
    pub babylon_epoch: u64,
    /// sha256 of the transaction of Babylon that brought it.
    #[prost(bytes = "vec", tag = "8")]
    pub babylon_tx_hash: Vec<u8>,
}

/// That an epoch was sealed by its validators.
#[derive(Clone, PartialEq, Message)]
pub struct ProofEpochSealed {
    /// The validators, in the order of the checkpoint's bitmap.
    #[prost(message, repeated, tag = "1")]
    pub validator_set: Vec<checkpointing::ValidatorWithBlsKey>,
    /// The epoch's metadata in Babylon's state.
    #[prost(message, optional, tag = "2")]
    pub proof_epoch_info: Option<tendermint::ProofOps>,
    /// The validator set in Babylon's state.
    #[prost(message, optional, tag = "3")]
    pub proof_epoch_val_set: Option<tendermint::ProofOps>,
}

/// The proofs of a [`BtcTimestamp`].
#[derive(Clone, PartialEq, Message)]
pub struct ProofFinalizedHeader {
    /// That the epoch was sealed.
    #[prost(message, optional, tag = "1")]
    pub proof_epoch_sealed: Option<ProofEpochSealed>,
    /// The two Bitcoin transactions that carry the checkpoint.
    #[prost(message, repeated, tag = "2")]
    pub proof_epoch_submitted: Vec<btccheckpoint::TransactionInfo>,
    /// Meant for the appchain's header, but a proof of *absence* (PROTOCOL.md,
    /// "The proof of absence in timestamps").
    #[prost(message, optional, tag = "3")]
    pub proof_consumer_header_in_epoch: Option<tendermint::ProofOps>,
}

/// Slashing evidence for Babylon.
#[derive(Clone, PartialEq, Message)]
pub struct BsnSlashingIbcPacket {
    /// The evidence; Babylon refuses a packet without.
    #[prost(message, optional, tag = "1")]
    pub evidence: Option<finality::Evidence>,
}

impl From<finality::Evidence> for InboundPacket {
    fn from(evidence: finality::Evidence) -> Self {
        let slashing = BsnSlashingIbcPacket { evidence: Some(evidence) };
        Self { packet: Some(inbound_packet::Packet::BsnSlashing(slashing)) }
    }
}
