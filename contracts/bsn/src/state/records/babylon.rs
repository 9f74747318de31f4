use primitives::{BlockHeight, EpochNumber, UnixNanos};
use serde::{Deserialize, Serialize};
use timestamping::Epochs;

/// A header of this chain as Babylon saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Our id on Babylon.
    pub consumer_id: String,
    /// The application hash.
    pub hash: Vec<u8>,
    /// The height.
    pub height: BlockHeight,
    /// Its time.
    pub time: Option<UnixNanos>,
    /// Babylon's application hash.
    pub babylon_header_hash: Vec<u8>,
    /// Babylon's height.
    pub babylon_header_height: u64,
    /// Babylon's epoch.
    pub babylon_epoch: EpochNumber,
    /// Babylon's transaction.
    pub babylon_tx_hash: Vec<u8>,
}

impl From<proto::decode::ConsumerHeader> for Header {
    fn from(header: proto::decode::ConsumerHeader) -> Self {
        Self {
            consumer_id: header.consumer_id,
            hash: header.app_hash.as_bytes().to_vec(),
            height: header.height,
            time: header.time,
            babylon_header_hash: header.babylon_header_hash,
            babylon_header_height: header.babylon_header_height,
            babylon_epoch: header.babylon_epoch,
            babylon_tx_hash: header.babylon_tx_hash,
        }
    }
}

/// An epoch of Babylon as it was timestamped; its number is the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// How many blocks it has.
    pub interval: u64,
    /// The height of its first block.
    pub first_block_height: u64,
    /// The time of its last block.
    pub last_block_time: Option<UnixNanos>,
    /// Babylon's application hash after it.
    pub sealer_app_hash: Vec<u8>,
    /// The hash of the block that sealed it, which the checkpoint signs.
    pub block_hash: Vec<u8>,
    /// Who signed the checkpoint.
    pub bitmap: Vec<u8>,
    /// The signature.
    pub bls_multi_sig: Vec<u8>,
    /// The highest header of this chain that Babylon saw in it.
    pub header: Option<Header>,
}

/// How far Bitcoin has timestamped Babylon and us.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timestamps {
    /// The chain of epochs, and the checkpoints that wait.
    pub epochs: Epochs,
    /// The first height at which Babylon was shown a header that contradicts this chain; never cleared.
    pub contradicted: Option<BlockHeight>,
}
