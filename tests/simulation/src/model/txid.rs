use sha2::{Digest, Sha256};

/// The txid of a transaction with or without witnesses, as Bitcoin writes it; `None` if it is none.
///
/// A txid leaves the witnesses out (BIP-141): of the form with witnesses only version, inputs, outputs and lock time
/// are hashed.
pub fn txid(transaction: &[u8]) -> Option<String> {
    let has_witness = transaction.get(4..6)? == [0, 1];
    let start = if has_witness { 6 } else { 4 };
    let mut rest = Reader { bytes: transaction, at: start };
    for _ in 0..rest.count()? {
        rest.skip(36)?;
        rest.script()?;
        rest.skip(4)?;
    }
    for _ in 0..rest.count()? {
        rest.skip(8)?;
        rest.script()?;
    }
    let lock_time = transaction.len().checked_sub(4)?;
    let parts =
        [transaction.get(..4)?, transaction.get(start..rest.at)?, transaction.get(lock_time..)?].concat();
    let mut hash = Sha256::digest(Sha256::digest(parts));
    hash.reverse();
    Some(hex::encode(hash))
}

/// What a transaction spends, with txids in display order; nothing if it is none.
pub fn inputs(transaction: &[u8]) -> Vec<(String, u32)> {
    read_inputs(transaction).unwrap_or_default()
}

fn read_inputs(transaction: &[u8]) -> Option<Vec<(String, u32)>> {
    let start = if transaction.get(4..6)? == [0, 1] { 6 } else { 4 };
    let mut rest = Reader { bytes: transaction, at: start };
    let mut inputs = Vec::new();
    for _ in 0..rest.count()? {
        let mut txid = transaction.get(rest.at..rest.at + 32)?.to_vec();
        txid.reverse();
        let output = transaction.get(rest.at + 32..rest.at + 36)?.try_into().ok()?;
        inputs.push((hex::encode(txid), u32::from_le_bytes(output)));
        rest.skip(36)?;
        rest.script()?;
        rest.skip(4)?;
    }
    Some(inputs)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|at| *at <= self.bytes.len())?;
        Some(())
    }

    fn script(&mut self) -> Option<()> {
        let length = self.count()?;
        self.skip(length)
    }

    /// A number as Bitcoin counts: one byte, or two behind 0xfd.
    fn count(&mut self) -> Option<usize> {
        let first = *self.bytes.get(self.at)?;
        self.skip(1)?;
        if first < 0xfd {
            return Some(first.into());
        }
        let two = self.bytes.get(self.at..self.at + 2).filter(|_| first == 0xfd)?;
        self.skip(2)?;
        Some(usize::from(u16::from_le_bytes(two.try_into().ok()?)))
    }
}
