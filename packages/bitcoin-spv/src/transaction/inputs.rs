use core::fmt;

use primitives::Txid;

use super::{Reader, Transaction};

/// An output of a transaction, by its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutPoint {
    /// Whose output.
    pub txid: Txid,
    /// Which of its outputs.
    pub index: u32,
}

impl OutPoint {
    /// As Bitcoin writes it: the id in internal order, then the index little endian.
    pub fn to_bytes(self) -> [u8; 36] {
        let mut bytes = [0; 36];
        let (txid, index) = bytes.split_at_mut(32);
        txid.copy_from_slice(self.txid.as_bytes());
        index.copy_from_slice(&self.index.to_le_bytes());
        bytes
    }
}

impl fmt::Display for OutPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.txid, self.index)
    }
}

impl fmt::Debug for OutPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutPoint({self})")
    }
}

/// An input of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input<'a> {
    /// What it spends.
    pub spends: OutPoint,
    /// The signature script: empty where a witness does its work.
    pub script: &'a [u8],
    /// The sequence number: a relative lock time, or the mark of none (BIP-68).
    pub sequence: u32,
}

impl Transaction {
    /// The version; consensus reads its bits as they are.
    pub fn version(&self) -> u32 {
        self.stripped.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// The first height or time at which a block may contain it (`nLockTime`).
    pub fn lock_time(&self) -> u32 {
        self.stripped.last_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    /// The inputs in order, read from `stripped`.
    pub fn inputs(&self) -> impl Iterator<Item = Input<'_>> {
        let mut reader = Reader { rest: self.stripped.get(4..).unwrap_or_default() };
        let count = reader.length("input count").unwrap_or_default();
        (0..count).map_while(move |_| input(&mut reader))
    }
}

fn input<'a>(reader: &mut Reader<'a>) -> Option<Input<'a>> {
    let txid = Txid::from_slice(reader.take(32, "previous txid").ok()?).ok()?;
    let index = number(reader, "previous index")?;
    let script = reader.script("input script").ok()?;
    Some(Input { spends: OutPoint { txid, index }, script, sequence: number(reader, "sequence")? })
}

fn number(reader: &mut Reader<'_>, field: &'static str) -> Option<u32> {
    reader.take(4, field).ok()?.try_into().ok().map(u32::from_le_bytes)
}
