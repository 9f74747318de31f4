use primitives::{AppHash, BlockHeight, EpochNumber, UnixNanos};
use prost::{DecodeError, Message};
use timestamping::{Claim, Submitted};

use super::{
    RawHeader,
    error::{ItemError, exactly, message, parsed, text},
    header,
    staking_item::MAX_TEXT_BYTES,
};
use crate::{
    btccheckpoint::{SubmissionKey, TransactionInfo},
    checkpointing::RawCheckpoint,
    epoching,
    zoneconcierge::{IndexedHeader, ProofFinalizedHeader},
};

/// The most bytes of a hash of Babylon's: CometBFT's have 32.
const MAX_HASH_BYTES: usize = 64;

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
    /// Its time; `None` if absent or before 1970.
    pub time: Option<UnixNanos>,
    /// Babylon's app hash at the block that included it; at most 64 bytes.
    pub babylon_header_hash: Vec<u8>,
    /// The height of that block of Babylon.
    pub babylon_header_height: u64,
    /// The epoch of that block.
    pub babylon_epoch: EpochNumber,
    /// sha256 of the transaction of Babylon that brought it; at most 64 bytes.
    pub babylon_tx_hash: Vec<u8>,
}

/// The transactions of a [`ProofFinalizedHeader`]: whoever asks for these only reads nothing else.
#[derive(Clone, PartialEq, Message)]
struct RawSubmitted {
    #[prost(message, repeated, tag = "2")]
    halves: Vec<TransactionInfo>,
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

    /// Reads the epoch.
    ///
    /// # Errors
    /// [`ItemError`] if it is absent or malformed, or its app hash longer than a hash.
    pub fn epoch(&self) -> Result<epoching::Epoch, ItemError> {
        let epoch: epoching::Epoch = message("epoch info", present("epoch info", &self.epoch_info)?)?;
        short("sealer_app_hash", &epoch.sealer_app_hash)?;
        Ok(epoch)
    }

    /// Reads what is said of an epoch's checkpoint and of the two transactions that carry it. Shapes only: that the
    /// parts agree and are in Bitcoin is for the core to verify.
    ///
    /// # Errors
    /// [`ItemError`] if one is absent or malformed, or there are not exactly two places and two transactions.
    pub fn claim(&self, epoch: &epoching::Epoch) -> Result<Claim, ItemError> {
        let raw: RawCheckpoint = message("raw checkpoint", present("raw checkpoint", &self.raw_checkpoint)?)?;
        let field = "btc_submission_key";
        let places: SubmissionKey = message(field, present(field, &self.btc_submission_key)?)?;
        let [first, second] = places.key.as_slice() else {
            return Err(ItemError::Count { field, got: places.key.len(), expected: 2 });
        };
        let submitted: RawSubmitted = message("proof", present("proof", &self.proof)?)?;
        let got = submitted.halves.len();
        let halves: [TransactionInfo; 2] = submitted.halves.try_into().map_err(|_| ItemError::Count {
            field: "proof_epoch_submitted",
            got,
            expected: 2,
        })?;
        Ok(Claim {
            epoch: EpochNumber::new(epoch.epoch_number),
            sealer_block_hash: epoch.sealer_block_hash.clone(),
            checkpoint_epoch: EpochNumber::new(raw.epoch_num),
            block_hash: raw.block_hash,
            bitmap: raw.bitmap,
            bls_multi_sig: raw.bls_multi_sig,
            submission: [exactly(field, &first.hash)?, exactly(field, &second.hash)?],
            halves: halves.map(submitted_half),
        })
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

fn submitted_half(info: TransactionInfo) -> Submitted {
    let key = info.key.unwrap_or_default();
    Submitted { block: key.hash, index: key.index, transaction: info.transaction, branch: info.proof }
}

fn short(field: &'static str, hash: &[u8]) -> Result<(), ItemError> {
    match hash.len() {
        got if got > MAX_HASH_BYTES => Err(ItemError::TooLong { field, got, max: MAX_HASH_BYTES }),
        _ => Ok(()),
    }
}

fn present<'a>(field: &'static str, part: &'a Option<Vec<u8>>) -> Result<&'a [u8], ItemError> {
    part.as_deref().ok_or(ItemError::Missing { field })
}

fn consumer_header(bytes: &[u8]) -> Result<ConsumerHeader, ItemError> {
    let header: IndexedHeader = message("header", bytes)?;
    short("babylon_header_hash", &header.babylon_header_hash)?;
    short("babylon_tx_hash", &header.babylon_tx_hash)?;
    Ok(ConsumerHeader {
        consumer_id: text("consumer_id", header.consumer_id, MAX_TEXT_BYTES)?,
        app_hash: parsed("hash", AppHash::from_slice(&header.hash))?,
        height: BlockHeight::new(header.height),
        time: header.time.and_then(|time| time.nanos_since_epoch()),
        babylon_header_hash: header.babylon_header_hash,
        babylon_header_height: header.babylon_header_height,
        babylon_epoch: EpochNumber::new(header.babylon_epoch),
        babylon_tx_hash: header.babylon_tx_hash,
    })
}
