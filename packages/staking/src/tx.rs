use core::fmt;

use bitcoin_spv::{Transaction, TransactionError};
use primitives::Txid;

/// A Bitcoin transaction, checked to be one and nothing more, with its id.
///
/// The serialization is that of Bitcoin's protocol, with (BIP-144) or without witnesses.
#[derive(Clone, PartialEq, Eq)]
pub struct StakingTx {
    bytes: Vec<u8>,
    txid: Txid,
}

impl StakingTx {
    /// Parses a transaction of any version and lock time, and any number of inputs and outputs.
    ///
    /// # Errors
    /// [`TransactionError`] for anything that is not exactly one transaction with inputs.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, TransactionError> {
        let txid = Transaction::parse(&bytes)?.txid;
        Ok(Self { bytes, txid })
    }

    /// Its id: double sha256 of its serialization without witnesses.
    pub const fn txid(&self) -> Txid {
        self.txid
    }

    /// The sats of an output, or `None` where there is no such output.
    pub fn output_value(&self, index: u32) -> Option<u64> {
        let outputs = Transaction::parse(&self.bytes).ok()?.outputs;
        outputs.get(usize::try_from(index).ok()?).map(|output| output.value)
    }

    /// The bytes as they arrived.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes as they arrived.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl fmt::Debug for StakingTx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StakingTx({}, {} bytes)", self.txid, self.bytes.len())
    }
}

#[cfg(test)]
mod tests;
