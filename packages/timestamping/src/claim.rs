use bitcoin_spv::checkpoint::{self, CheckpointError, FirstHalf, SecondHalf, Tag};
use bitcoin_spv::{HeaderHash, InclusionError, MerkleBranch, Transaction, TransactionError};
use primitives::EpochNumber;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What Babylon says of an epoch and of its checkpoint in Bitcoin. Its parts are not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The epoch.
    pub epoch: EpochNumber,
    /// The hash of the block that sealed it.
    pub sealer_block_hash: Vec<u8>,
    /// The epoch that the checkpoint names.
    pub checkpoint_epoch: EpochNumber,
    /// The block hash that the validators signed.
    pub block_hash: Vec<u8>,
    /// Which validators did.
    pub bitmap: Vec<u8>,
    /// Their aggregated signature.
    pub bls_multi_sig: Vec<u8>,
    /// Where the two halves were submitted: the hashes of blocks of Bitcoin, in internal order.
    pub submission: [[u8; 32]; 2],
    /// The two transactions, the one with the first half first.
    pub halves: [Submitted; 2],
}

/// A transaction with one half of a checkpoint, and the way from it to its block's Merkle root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The hash of its block, in internal order.
    pub block: Vec<u8>,
    /// Its position in the block.
    pub index: u32,
    /// The transaction.
    pub transaction: Vec<u8>,
    /// The siblings, 32 bytes each, the lowest first.
    pub branch: Vec<u8>,
}

/// A block of Bitcoin that must exist if a claim is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimedBlock {
    /// Its hash, in internal order.
    pub block: [u8; 32],
    /// The Merkle root that its header must have, in internal order.
    pub root: [u8; 32],
}

/// Why a claim contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClaimError {
    /// The checkpoint is another epoch's.
    #[error("checkpoint is of epoch {checkpoint}, not of {epoch}")]
    OtherEpoch {
        /// The checkpoint's.
        checkpoint: EpochNumber,
        /// The one spoken of.
        epoch: EpochNumber,
    },
    /// The checkpoint's block hash is not that of the block that sealed the epoch.
    #[error("checkpoint of epoch {epoch} is of another block than the one that sealed it")]
    OtherBlock {
        /// The epoch.
        epoch: EpochNumber,
    },
    /// A transaction's block is not the one in the submission.
    #[error("half {half} is said to be in two different blocks")]
    OtherPlace {
        /// 0 or 1.
        half: usize,
    },
    /// Bytes that are no transaction.
    #[error("half {half}: {source}")]
    Transaction {
        /// 0 or 1.
        half: usize,
        /// The field of the transaction that cannot be read.
        source: TransactionError,
    },
    /// A branch that proves nothing.
    #[error("half {half}: {source}")]
    Inclusion {
        /// 0 or 1.
        half: usize,
        /// What the proof of inclusion lacks.
        source: InclusionError,
    },
    /// The transactions carry no checkpoint.
    #[error(transparent)]
    Halves(#[from] CheckpointError),
    /// They carry another one.
    #[error("what is in bitcoin is not the checkpoint: {field} differs")]
    OtherCheckpoint {
        /// Which part.
        field: &'static str,
    },
}

impl Claim {
    /// Verifies that the parts agree with each other, and says which two blocks Bitcoin must have for the claim to
    /// be true. Without a `tag` any will do, as long as both halves have the same one.
    ///
    /// Transactions and branches are read as Babylon reads them, which relays what their first submitter sent
    /// (RULINGS.md, "Reading what Babylon reads"): bytes behind a transaction, a witness that is announced
    /// and absent, bits of an index above the tree and the place of a copy at an odd level are no
    /// contradiction.
    ///
    /// The submitter in the checkpoint is not compared: it claims nothing.
    ///
    /// # Errors
    /// [`ClaimError`]: no light client can make this claim true.
    pub fn verify(&self, tag: Option<Tag>) -> Result<[ClaimedBlock; 2], ClaimError> {
        let epoch = self.epoch;
        if self.checkpoint_epoch != epoch {
            return Err(ClaimError::OtherEpoch { checkpoint: self.checkpoint_epoch, epoch });
        }
        if self.block_hash != self.sealer_block_hash {
            return Err(ClaimError::OtherBlock { epoch });
        }
        let [first, second] = &self.halves;
        let [first_block, second_block] = self.submission;
        let (first, first_place) = first.verify(0, first_block)?;
        let (second, second_place) = second.verify(1, second_block)?;
        let tag = tag.or_else(|| checkpoint::tag_of(&first)).unwrap_or_default();
        let found =
            checkpoint::Checkpoint::link(&FirstHalf::find(&first, tag)?, &SecondHalf::find(&second, tag)?)?;
        for (field, agrees) in [
            ("epoch", found.epoch == epoch),
            ("block hash", found.block_hash[..] == self.block_hash),
            ("bitmap", found.bitmap[..] == self.bitmap),
            ("signature", found.bls_multi_sig[..] == self.bls_multi_sig),
        ] {
            if !agrees {
                return Err(ClaimError::OtherCheckpoint { field });
            }
        }
        Ok([first_place, second_place])
    }
}

impl Submitted {
    fn verify(&self, half: usize, block: [u8; 32]) -> Result<(Transaction, ClaimedBlock), ClaimError> {
        if self.block != block {
            return Err(ClaimError::OtherPlace { half });
        }
        let transaction = Transaction::parse_as_btcd(&self.transaction)
            .map_err(|source| ClaimError::Transaction { half, source })?;
        let root = MerkleBranch::from_babylon(self.index, &self.branch)
            .and_then(|branch| branch.root_of_transaction(&transaction))
            .map_err(|source| ClaimError::Inclusion { half, source })?;
        Ok((transaction, ClaimedBlock { block, root: *root.as_bytes() }))
    }
}

impl ClaimedBlock {
    /// The block's hash as it is shown.
    pub const fn shown(&self) -> HeaderHash {
        HeaderHash::from_bytes(self.block)
    }
}
