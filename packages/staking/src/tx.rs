use core::fmt;

use bitcoin_spv::{Output, Transaction, TransactionError};
use primitives::Txid;

/// The transaction that locks a stake: its id, its outputs, and its serialization without witness.
///
/// The id commits to no witness, so none is kept. Whoever is to judge the stake's script reads it in
/// [`StakingTx::output`].
#[derive(Clone, PartialEq, Eq)]
pub struct StakingTx(Transaction);

impl StakingTx {
    /// Parses a transaction of any version and lock time, and any number of inputs and outputs, as Babylon does
    /// ([`Transaction::parse_as_btcd`]): what follows its lock time is ignored.
    ///
    /// # Errors
    /// [`TransactionError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, TransactionError> {
        Transaction::parse_as_btcd(bytes).map(Self)
    }

    /// Its id: double sha256 of its serialization without witnesses.
    pub const fn txid(&self) -> Txid {
        self.0.txid
    }

    /// An output, or `None` where there is no such output.
    pub fn output(&self, index: u32) -> Option<&Output> {
        self.0.outputs.get(usize::try_from(index).ok()?)
    }

    /// The serialization of Bitcoin's protocol, without witnesses.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0.stripped
    }

    /// The serialization of Bitcoin's protocol, without witnesses.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.stripped
    }
}

impl fmt::Debug for StakingTx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StakingTx({}, {} bytes)", self.txid(), self.as_bytes().len())
    }
}

#[cfg(test)]
mod tests;
