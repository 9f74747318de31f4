//! A transaction for a wallet to sign (BIP-174, version 0).
//!
//! ```text
//! "psbt" ff │ 00: transaction without signatures │ of each input  01: the output that it spends │ of each output  nothing
//! ```
//!
//! A field is a key and a value, each behind its length; a byte 00 ends the fields of each part. What a wallet adds is read past.
//! Of an input that is spent by a script of a taproot tree it says which script, and by whose key (BIP-371):
//!
//! ```text
//! 15 control block: script, its version │ 16 key: number of leaves, their hashes, no fingerprint, no path │ 17: internal key
//! ```

mod read;

use bitcoin_spv::{Output, Transaction, TransactionError};
use covenant::{SpendPath, UNSPENDABLE, XOnlyKey};
use thiserror::Error;

use super::tx::{self, with_length};

const MAGIC: [u8; 5] = *b"psbt\xff";
/// `PSBT_GLOBAL_UNSIGNED_TX`
const UNSIGNED_TX: u8 = 0x00;
/// `PSBT_GLOBAL_VERSION`
const VERSION: u8 = 0xfb;
/// `PSBT_IN_WITNESS_UTXO`
const WITNESS_UTXO: u8 = 0x01;
/// `PSBT_IN_TAP_LEAF_SCRIPT`
const TAP_LEAF_SCRIPT: u8 = 0x15;
/// `PSBT_IN_TAP_BIP32_DERIVATION`
const TAP_DERIVATION: u8 = 0x16;
/// `PSBT_IN_TAP_INTERNAL_KEY`
const TAP_INTERNAL_KEY: u8 = 0x17;
/// Tapscript (BIP-342).
const LEAF_VERSION: u8 = 0xc0;
/// Of a key that no seed is known of.
const NO_FINGERPRINT: [u8; 4] = [0; 4];
/// Ends the fields of a part.
const END: u8 = 0x00;

/// A transaction without signatures, and what it spends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Psbt {
    tx: Transaction,
    spent: Vec<Option<Output>>,
    /// What is written of the first input besides.
    leaf: Vec<u8>,
}

/// Why bytes are no such transaction.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PsbtError {
    /// They do not begin as one.
    #[error("it does not begin with `psbt` and the byte ff")]
    Magic,
    /// They end too early.
    #[error("it ends within its {0}")]
    Truncated(&'static str),
    /// A length is not in its shortest form.
    #[error("the length {0} is not in its shortest form")]
    LongLength(u64),
    /// A part has one key twice.
    #[error("{part} has the key {key} twice")]
    KeyTwice {
        /// Which part.
        part: String,
        /// The key, in hexadecimal.
        key: String,
    },
    /// A field that there is once has a key with more than its type.
    #[error("{part} has the key {key}, which is longer than its type")]
    LongKey {
        /// Which part.
        part: String,
        /// The key, in hexadecimal.
        key: String,
    },
    /// There is no transaction in it.
    #[error("it has no unsigned transaction")]
    NoTransaction,
    /// Its transaction is none.
    #[error("{0}")]
    Transaction(#[from] TransactionError),
    /// Its transaction has a signature, or a witness.
    #[error("its transaction has a signature already")]
    Signed,
    /// A later form.
    #[error("its version is {0}, and this program knows version 0")]
    Version(u32),
    /// What an input spends is no output.
    #[error("what input {0} spends is no output of a transaction")]
    WitnessUtxo(usize),
    /// Not one output for each input.
    #[error("{known} outputs are known, and {spent} are spent")]
    Inputs {
        /// How many outputs are known.
        known: usize,
        /// How many inputs there are.
        spent: usize,
    },
    /// They go on after its end.
    #[error("it is followed by {0} more bytes")]
    TrailingBytes(usize),
}

impl Psbt {
    /// Of a transaction without signatures and the outputs that it spends, in the order of its inputs.
    ///
    /// # Errors
    /// [`PsbtError::Transaction`], [`Signed`](PsbtError::Signed), [`Inputs`](PsbtError::Inputs).
    pub fn new(tx: &[u8], spent: &[Output]) -> Result<Self, PsbtError> {
        let tx = transaction(tx)?;
        let (known, inputs) = (spent.len(), tx.inputs().count());
        if known != inputs {
            return Err(PsbtError::Inputs { known, spent: inputs });
        }
        Ok(Self { tx, spent: spent.iter().cloned().map(Some).collect(), leaf: Vec::new() })
    }

    /// Of a transaction with one input that is spent by a script of a tree and the signature of this key.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn by_leaf(tx: &[u8], path: &SpendPath, signer: &XOnlyKey) -> Result<Self, PsbtError> {
        let script = [&path.leaf.script[..], &[LEAF_VERSION]].concat();
        let derivation = [&[1][..], &path.leaf.hash, &NO_FINGERPRINT].concat();
        let leaf = [
            keyed(TAP_LEAF_SCRIPT, &path.control_block, &script),
            keyed(TAP_DERIVATION, signer.as_bytes(), &derivation),
            field(TAP_INTERNAL_KEY, UNSPENDABLE.as_bytes()),
        ];
        Ok(Self { leaf: leaf.concat(), ..Self::new(tx, std::slice::from_ref(&path.spent))? })
    }

    /// Its transaction.
    pub const fn tx(&self) -> &Transaction {
        &self.tx
    }

    /// What its inputs spend, in their order, where that is known.
    pub fn spent(&self) -> &[Option<Output>] {
        &self.spent
    }

    /// What the transaction leaves to miners, in sats. `None` if an output that it spends is not known, or it pays more than that.
    pub fn fee(&self) -> Option<u64> {
        let add = |sum: u64, value| sum.checked_add(value);
        let held = self.spent.iter().try_fold(0, |sum, output| add(sum, output.as_ref()?.value))?;
        let paid = self.tx.outputs.iter().try_fold(0, |sum, output| add(sum, output.value))?;
        held.checked_sub(paid)
    }

    /// Its bytes, as every wallet reads them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(field(UNSIGNED_TX, &self.tx.stripped));
        bytes.push(END);
        for (place, spent) in self.spent.iter().enumerate() {
            bytes.extend(spent.iter().flat_map(|output| field(WITNESS_UTXO, &tx::output(output))));
            if place == 0 {
                bytes.extend(&self.leaf);
            }
            bytes.push(END);
        }
        bytes.extend(self.tx.outputs.iter().map(|_| END));
        bytes
    }
}

/// A field whose key is its type.
fn field(kind: u8, value: &[u8]) -> Vec<u8> {
    keyed(kind, &[], value)
}

/// A field whose key says more than its type.
fn keyed(kind: u8, more: &[u8], value: &[u8]) -> Vec<u8> {
    [with_length(&[&[kind], more].concat()), with_length(value)].concat()
}

/// One that has neither signatures nor witness.
fn transaction(bytes: &[u8]) -> Result<Transaction, PsbtError> {
    let tx = Transaction::parse(bytes)?;
    let is_bare = tx.stripped == bytes && tx.inputs().all(|input| input.script.is_empty());
    if is_bare { Ok(tx) } else { Err(PsbtError::Signed) }
}
