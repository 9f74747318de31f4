mod inputs;

use primitives::Txid;
use thiserror::Error;

pub use inputs::{Input, OutPoint};

use crate::hash::double_sha256;

/// A Bitcoin transaction, as far as this crate reads one: its id and its outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Double sha256 of `stripped`.
    pub txid: Txid,
    /// The serialization without witness: all that the id commits to. One of 64 bytes is dangerous
    /// ([`crate::MerkleBranch::root_of`]).
    pub stripped: Vec<u8>,
    /// The outputs in order.
    pub outputs: Vec<Output>,
}

/// An output of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its value in sats, as written: not checked against the 21 million.
    pub value: u64,
    /// Its script.
    pub script: Vec<u8>,
}

/// Why bytes are no transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TransactionError {
    /// They end too early.
    #[error("transaction ends within its {field}")]
    Truncated {
        /// What was being read.
        field: &'static str,
    },
    /// They go on after its end.
    #[error("transaction is followed by {0} more bytes")]
    TrailingBytes(usize),
    /// A length is not in its shortest form (`ReadCompactSize`).
    #[error("length {0} is not in its shortest form")]
    LongLength(u64),
    /// It has no inputs and an unknown flag, or no witness where it says that it has one (BIP-144).
    #[error("witness flag {0} is not 1, or all witnesses are empty")]
    BadWitness(u8),
    /// It has no inputs: no block can contain it (`CheckTransaction`).
    #[error("transaction has no inputs")]
    NoInputs,
}

impl Transaction {
    /// Parses a transaction with or without witness (BIP-144), and nothing after it, as Bitcoin Core does.
    ///
    /// # Errors
    /// [`TransactionError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, TransactionError> {
        let Read { transaction, has_empty_witness, behind } = read(bytes)?;
        if has_empty_witness {
            return Err(TransactionError::BadWitness(1));
        }
        if behind > 0 {
            return Err(TransactionError::TrailingBytes(behind));
        }
        Ok(transaction)
    }

    /// Parses a transaction as btcd does (`wire.MsgTx.Deserialize`): it ends with its lock time, whatever follows, and
    /// may announce a witness of which it has none. Babylon reads with btcd and relays the bytes as somebody submitted
    /// them (RULINGS.md, "Reading what Babylon reads").
    ///
    /// btcd reads one without inputs, too, which no block can contain and this refuses.
    ///
    /// # Errors
    /// [`TransactionError::Truncated`], [`LongLength`](TransactionError::LongLength),
    /// [`BadWitness`](TransactionError::BadWitness) of another flag than 1, [`NoInputs`](TransactionError::NoInputs).
    pub fn parse_as_btcd(bytes: &[u8]) -> Result<Self, TransactionError> {
        read(bytes).map(|read| read.transaction)
    }
}

/// What bytes begin with.
struct Read {
    transaction: Transaction,
    /// It says that it has a witness, and has none (BIP-144 forbids it).
    has_empty_witness: bool,
    /// How many bytes follow its lock time.
    behind: usize,
}

fn read(bytes: &[u8]) -> Result<Read, TransactionError> {
    let mut reader = Reader { rest: bytes };
    let version = reader.take(4, "version")?;
    let has_witness = reader.rest.first() == Some(&0);
    if has_witness {
        match reader.take(2, "witness flag")? {
            [_, 1] => {}
            [_, 0] => return Err(TransactionError::NoInputs),
            flag => return Err(TransactionError::BadWitness(flag.last().copied().unwrap_or_default())),
        }
    }

    let body = reader.rest;
    let inputs = reader.length("input count")?;
    if inputs == 0 {
        return Err(TransactionError::NoInputs);
    }
    for _ in 0..inputs {
        reader.take(36, "previous output")?;
        reader.script("input script")?;
        reader.take(4, "sequence")?;
    }
    let mut outputs = Vec::new();
    for _ in 0..reader.length("output count")? {
        let value = reader.take(8, "value")?.iter().rev().fold(0, |sum, b| sum << 8 | u64::from(*b));
        outputs.push(Output { value, script: reader.script("output script")?.to_vec() });
    }
    let body = body.get(..body.len().saturating_sub(reader.rest.len())).unwrap_or_default();

    let mut has_empty_witness = has_witness;
    for _ in 0..if has_witness { inputs } else { 0 } {
        for _ in 0..reader.length("witness count")? {
            reader.script("witness")?;
            has_empty_witness = false;
        }
    }
    let lock_time = reader.take(4, "lock time")?;
    let stripped = [version, body, lock_time].concat();
    let txid = Txid::from_bytes(double_sha256(&stripped));
    let transaction = Transaction { txid, stripped, outputs };
    Ok(Read { transaction, has_empty_witness, behind: reader.rest.len() })
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize, field: &'static str) -> Result<&'a [u8], TransactionError> {
        let (taken, rest) =
            self.rest.split_at_checked(length).ok_or(TransactionError::Truncated { field })?;
        self.rest = rest;
        Ok(taken)
    }

    /// A length as Bitcoin writes it (`ReadCompactSize`).
    fn length(&mut self, field: &'static str) -> Result<u64, TransactionError> {
        let first = self.take(1, field)?.first().copied().unwrap_or_default();
        let (bytes, least) = match first {
            0xfd => (2, 0xfd),
            0xfe => (4, 0x1_0000),
            0xff => (8, 0x1_0000_0000),
            short => return Ok(u64::from(short)),
        };
        let number = self.take(bytes, field)?.iter().rev().fold(0, |sum, b| sum << 8 | u64::from(*b));
        if number < least { Err(TransactionError::LongLength(number)) } else { Ok(number) }
    }

    fn script(&mut self, field: &'static str) -> Result<&'a [u8], TransactionError> {
        let length = self.length(field)?;
        let length = usize::try_from(length).map_err(|_| TransactionError::Truncated { field })?;
        self.take(length, field)
    }
}
