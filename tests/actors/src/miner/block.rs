use proto::btclightclient::BtcHeaderInfo;

use super::{hash, transaction::Transaction};

/// The difficulty of regtest: about every second hash is good enough.
pub const REGTEST_BITS: u32 = 0x207f_ffff;

/// What one block at [`REGTEST_BITS`] adds to the work of its chain: `2^256 / (target + 1)`.
pub const WORK_PER_BLOCK: u128 = 2;

/// A block of Bitcoin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The header, 80 bytes.
    pub header: [u8; 80],
    /// Its hash, in internal order.
    pub hash: [u8; 32],
    /// The hash of the block below, in internal order.
    pub parent: [u8; 32],
    /// Its height.
    pub height: u32,
    /// Its time, in seconds since 1970.
    pub time: u32,
    /// The work of the chain up to it.
    pub work: u128,
    /// Its transactions, the coinbase first; none for the genesis block.
    pub transactions: Vec<Transaction>,
}

impl Block {
    /// The header as Babylon sends it: hash in internal order, work as ASCII decimal
    /// (PROTOCOL.md, "Headers of Bitcoin").
    pub fn info(&self) -> BtcHeaderInfo {
        BtcHeaderInfo {
            header: self.header.to_vec(),
            hash: self.hash.to_vec(),
            height: self.height,
            work: self.work.to_string().into_bytes(),
        }
    }

    pub(crate) fn txids(&self) -> Vec<[u8; 32]> {
        self.transactions.iter().map(|tx| *tx.txid().as_bytes()).collect()
    }
}

/// The header of regtest's genesis block, the same in every Bitcoin node.
pub(crate) fn genesis() -> Block {
    let root = "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a";
    let mut merkle_root = [0; 32];
    hex::decode_to_slice(root, &mut merkle_root).expect("64 characters");
    let time = 1_296_688_602;
    let header = write_header(1, [0; 32], merkle_root, time, 2);
    Block {
        header,
        hash: hash::double_sha256(&header),
        parent: [0; 32],
        height: 0,
        time,
        work: WORK_PER_BLOCK,
        transactions: Vec::new(),
    }
}

/// Writes a header at regtest's difficulty.
pub(crate) fn write_header(
    version: i32,
    parent: [u8; 32],
    root: [u8; 32],
    time: u32,
    nonce: u32,
) -> [u8; 80] {
    let mut header = [0; 80];
    header[..4].copy_from_slice(&version.to_le_bytes());
    header[4..36].copy_from_slice(&parent);
    header[36..68].copy_from_slice(&root);
    header[68..72].copy_from_slice(&time.to_le_bytes());
    header[72..76].copy_from_slice(&REGTEST_BITS.to_le_bytes());
    header[76..].copy_from_slice(&nonce.to_le_bytes());
    header
}

/// Whether the hash (internal order) is at most regtest's target, `0x7fffff << 232`.
pub(crate) fn has_work(hash: &[u8; 32]) -> bool {
    let mut target = [0; 32];
    target[..3].copy_from_slice(&[0x7f, 0xff, 0xff]);
    hash.iter().rev().le(target.iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genesis_is_regtests() {
        let mut shown = genesis().hash;
        shown.reverse();
        assert_eq!(hex::encode(shown), "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206");
        assert!(has_work(&genesis().hash));
    }

    #[test]
    fn the_target_itself_is_the_last_good_hash() {
        let mut hash = [0; 32];
        hash[29..].copy_from_slice(&[0xff, 0xff, 0x7f]);
        assert!(has_work(&hash));
        hash[0] = 1;
        assert!(!has_work(&hash));
        assert!(!has_work(&[0x80; 32]));
    }

    #[test]
    fn work_is_sent_as_decimal_text() {
        let block = Block { work: 12, ..genesis() };
        assert_eq!(block.info().work, b"12");
    }
}
