//! Transactions with one input that are signed long before anybody may send them.

use bitcoin_spv::{OutPoint, Output, Transaction, TransactionError};
use primitives::Txid;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::taproot::compact_size;

/// No relative lock time (BIP-68).
pub const FINAL: u32 = 0xffff_ffff;

/// A transaction with one input, spent by witness, and lock time 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresignedTx {
    /// 1 or 2; 2 where a relative lock time is to hold.
    pub version: u32,
    /// What it spends.
    pub spends: OutPoint,
    /// [`FINAL`] but for what waits for a time lock.
    pub sequence: u32,
    /// Whom it pays.
    pub outputs: Vec<Output>,
}

/// Why a transaction does not have the form of one that is signed in advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FormError {
    /// It is none.
    #[error("{0}")]
    Unreadable(#[from] TransactionError),
    /// Not one input.
    #[error("it has {got} inputs, not 1")]
    Inputs {
        /// How many it has.
        got: usize,
    },
    /// Another number of outputs.
    #[error("it has {got} outputs, not {expected}")]
    Outputs {
        /// How many it has.
        got: usize,
        /// How many it should have.
        expected: usize,
    },
    /// It waits for a height or time.
    #[error("its lock time is {got}, not 0")]
    LockTime {
        /// The lock time.
        got: u32,
    },
    /// Another version.
    #[error("its version {got} is not allowed")]
    Version {
        /// The version.
        got: u32,
    },
    /// Its input waits, or may be replaced.
    #[error("its sequence is {got:#010x}, not 0xffffffff")]
    Sequence {
        /// The sequence.
        got: u32,
    },
    /// Its input has a signature script, which no taproot output admits.
    #[error("its signature script has {got} bytes, not 0")]
    SignatureScript {
        /// The script's length.
        got: usize,
    },
}

impl PresignedTx {
    /// Reads one as btcd does, and holds it against its form.
    ///
    /// # Errors
    /// [`FormError`].
    pub fn read(bytes: &[u8], outputs: usize, versions: &[u32]) -> Result<Self, FormError> {
        let tx = Transaction::parse_as_btcd(bytes)?;
        let mut inputs = tx.inputs();
        let (Some(input), None) = (inputs.next(), inputs.next()) else {
            return Err(FormError::Inputs { got: tx.inputs().count() });
        };
        if tx.outputs.len() != outputs {
            return Err(FormError::Outputs { got: tx.outputs.len(), expected: outputs });
        }
        if tx.lock_time() != 0 {
            return Err(FormError::LockTime { got: tx.lock_time() });
        }
        let version = tx.version();
        if !versions.contains(&version) {
            return Err(FormError::Version { got: version });
        }
        if input.sequence != FINAL {
            return Err(FormError::Sequence { got: input.sequence });
        }
        if !input.script.is_empty() {
            return Err(FormError::SignatureScript { got: input.script.len() });
        }
        let (spends, sequence) = (input.spends, input.sequence);
        drop(inputs);
        Ok(Self { version, spends, sequence, outputs: tx.outputs })
    }

    /// Its id.
    pub fn txid(&self) -> Txid {
        Txid::from_bytes(Sha256::digest(Sha256::digest(self.serialize())).into())
    }

    /// The serialization without witness.
    pub fn serialize(&self) -> Vec<u8> {
        [&self.version.to_le_bytes()[..], &self.body(), &LOCK_TIME].concat()
    }

    /// The serialization with this witness (BIP-144): ready to be sent.
    pub fn with_witness(&self, witness: &[Vec<u8>]) -> Vec<u8> {
        let elements = witness.iter().flat_map(|element| [compact_size(element.len()), element.clone()]);
        let witness: Vec<u8> = [compact_size(witness.len())].into_iter().chain(elements).flatten().collect();
        [&self.version.to_le_bytes()[..], &[0, 1], &self.body(), &witness, &LOCK_TIME].concat()
    }

    /// The outputs one after the other.
    pub(crate) fn serialize_outputs(&self) -> Vec<u8> {
        let written = |output: &Output| {
            [&output.value.to_le_bytes()[..], &compact_size(output.script.len()), &output.script].concat()
        };
        self.outputs.iter().flat_map(written).collect()
    }

    fn body(&self) -> Vec<u8> {
        let input = [&[1][..], &self.spends.to_bytes(), &[0], &self.sequence.to_le_bytes()].concat();
        [input, compact_size(self.outputs.len()), self.serialize_outputs()].concat()
    }
}

/// Lock time 0.
pub(crate) const LOCK_TIME: [u8; 4] = [0; 4];
