use primitives::{AppHash, BlockHeight, EpochNumber};
use prost::{DecodeError, Message};

use super::{
    RawHeader,
    error::{ItemError, exactly, message, parsed, text},
    header,
    staking_item::MAX_TEXT_BYTES,
};
use crate::{
    btccheckpoint, checkpointing, epoching,
    zoneconcierge::{IndexedHeader, ProofFinalizedHeader},
};

/// A timestamp, cut into its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamp {
    /// The header of this appchain, not read yet; often absent.
    header: Option<Vec<u8>>,
    btc_headers: Vec<u8>,
    epoch_info: Option<Vec<u8>>,
    raw_checkpoint: Option<Vec<u8>>,
    btc_submission_key: Option<Vec<u8>>,
    proof: Option<Vec<u8>>,
}

/// A header of this appchain that Babylon saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerHeader {
    /// The consumer id Babylon filed it under.
    pub consumer_id: String,
    /// Its app hash.
    pub app_hash: AppHash,
    /// Its height.
    pub height: BlockHeight,
    /// Its time, in nanoseconds since 1970; `None` if absent or before that.
    pub time_nanos: Option<u64>,
    /// Babylon's app hash at the block that included it; any length.
    pub babylon_header_hash: Vec<u8>,
    /// The height of that block of Babylon.
    pub babylon_header_height: u64,
    /// The epoch of that block.
    pub babylon_epoch: EpochNumber,
    /// sha256 of the transaction of Babylon that brought it; any length.
    pub babylon_tx_hash: Vec<u8>,
}

/// The epoch a timestamp is about and where in Bitcoin its checkpoint is. Shapes only: that the parts
/// agree and are proven is for the core to check.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The epoch.
    pub epoch: epoching::Epoch,
    /// What its validators signed.
    pub raw: checkpointing::RawCheckpoint,
    /// The Bitcoin blocks with its two halves: their hashes in internal order.
    pub btc_blocks: [[u8; 32]; 2],
}

#[derive(Clone, PartialEq, Message)]
struct RawTimestamp {
    #[prost(bytes = "vec", optional, tag = "1")]
    header: Option<Vec<u8>>,
    #[prost(bytes = "vec", tag = "2")]
    btc_headers: Vec<u8>,
    #[prost(bytes = "vec", optional, tag = "3")]
    epoch_info: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "4")]
    raw_checkpoint: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "5")]
    btc_submission_key: Option<Vec<u8>>,
    #[prost(bytes = "vec", optional, tag = "6")]
    proof: Option<Vec<u8>>,
}

/// Cuts a `BTCTimestamp` into its parts.
pub(super) fn cut(bytes: &[u8]) -> Result<Timestamp, DecodeError> {
    let RawTimestamp { header, btc_headers, epoch_info, raw_checkpoint, btc_submission_key, proof } =
        RawTimestamp::decode(bytes)?;
    Ok(Timestamp { header, btc_headers, epoch_info, raw_checkpoint, btc_submission_key, proof })
}

impl Timestamp {
    /// Reads the header of this appchain, if there is one.
    ///
    /// # Errors
    /// [`ItemError`] if it is malformed, its consumer id empty or its app hash not 32 bytes.
    pub fn header(&self) -> Result<Option<ConsumerHeader>, ItemError> {
        self.header.as_deref().map(consumer_header).transpose()
    }

    /// Cuts out the headers of Bitcoin; often none.
    ///
    /// # Errors
    /// [`ItemError::Malformed`] if the list cannot be cut.
    pub fn btc_headers(&self) -> Result<Vec<RawHeader>, ItemError> {
        header::cut(&self.btc_headers).map_err(|source| ItemError::Malformed { what: "btc_headers", source })
    }

    /// Reads the epoch, its checkpoint and where that is.
    ///
    /// # Errors
    /// [`ItemError`] if one is absent or malformed, or there are not exactly two places.
    pub fn checkpoint(&self) -> Result<Checkpoint, ItemError> {
        let epoch = message("epoch info", present("epoch info", &self.epoch_info)?)?;
        let raw = message("raw checkpoint", present("raw checkpoint", &self.raw_checkpoint)?)?;
        let field = "btc_submission_key";
        let places: btccheckpoint::SubmissionKey = message(field, present(field, &self.btc_submission_key)?)?;
        let [first, second] = places.key.as_slice() else {
            return Err(ItemError::Count { field, got: places.key.len(), expected: 2 });
        };
        let btc_blocks = [exactly(field, &first.hash)?, exactly(field, &second.hash)?];
        Ok(Checkpoint { epoch, raw, btc_blocks })
    }

    /// Reads the proofs: that the epoch was sealed, and that its checkpoint is in Bitcoin.
    ///
    /// # Errors
    /// [`ItemError`] if they are absent or malformed, the seal is missing, or there are not exactly two
    /// transactions.
    pub fn proof(&self) -> Result<ProofFinalizedHeader, ItemError> {
        let proof: ProofFinalizedHeader = message("proof", present("proof", &self.proof)?)?;
        if proof.proof_epoch_sealed.is_none() {
            return Err(ItemError::Missing { field: "proof_epoch_sealed" });
        }
        match proof.proof_epoch_submitted.len() {
            2 => Ok(proof),
            got => Err(ItemError::Count { field: "proof_epoch_submitted", got, expected: 2 }),
        }
    }
}

fn present<'a>(field: &'static str, part: &'a Option<Vec<u8>>) -> Result<&'a [u8], ItemError> {
    part.as_deref().ok_or(ItemError::Missing { field })
}

fn consumer_header(bytes: &[u8]) -> Result<ConsumerHeader, ItemError> {
    let header: IndexedHeader = message("header", bytes)?;
    Ok(ConsumerHeader {
        consumer_id: text("consumer_id", header.consumer_id, MAX_TEXT_BYTES)?,
        app_hash: parsed("hash", AppHash::from_slice(&header.hash))?,
        height: BlockHeight::new(header.height),
        time_nanos: header.time.and_then(|time| time.nanos_since_epoch()),
        babylon_header_hash: header.babylon_header_hash,
        babylon_header_height: header.babylon_header_height,
        babylon_epoch: EpochNumber::new(header.babylon_epoch),
        babylon_tx_hash: header.babylon_tx_hash,
    })
}
