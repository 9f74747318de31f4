//! Bitcoin, as the headers say that came over the wire.

use std::collections::BTreeMap;

use proto::btclightclient::BtcHeaderInfo;

/// A block's hash, in internal order.
pub type BlockHash = [u8; 32];

/// A block of Bitcoin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Its height.
    pub height: u32,
    /// Its hash.
    pub hash: BlockHash,
}

/// Bitcoin's chain, as far as headers came over the wire: the longest one, and of equals the first.
///
/// On regtest every block has the same work.
#[derive(Debug, Clone, Default)]
pub struct Bitcoin {
    main: BTreeMap<u32, BlockHash>,
}

impl Bitcoin {
    /// The last block; height 0 before any came.
    pub fn tip(&self) -> Block {
        let last = self.main.last_key_value();
        last.map_or(Block { height: 0, hash: [0; 32] }, |(height, hash)| Block {
            height: *height,
            hash: *hash,
        })
    }

    /// Whether a block is in the chain.
    pub fn has(&self, block: &Block) -> bool {
        self.main.get(&block.height) == Some(&block.hash)
    }

    /// A block of the chain, by its hash.
    pub fn find(&self, hash: &BlockHash) -> Option<Block> {
        let found = self.main.iter().rev().find(|(_, other)| *other == hash);
        found.map(|(height, hash)| Block { height: *height, hash: *hash })
    }

    /// How many blocks lie on a block.
    pub fn depth(&self, block: &Block) -> u32 {
        self.tip().height.saturating_sub(block.height)
    }

    /// Takes headers, in their order. What does not hang from the chain, or makes none that is longer, changes nothing.
    pub fn receive(&mut self, headers: &[BtcHeaderInfo]) {
        let known = |info: &&BtcHeaderInfo| self.main.get(&info.height).is_some_and(|hash| info.hash == hash);
        let news: Vec<_> = headers.iter().skip_while(known).collect();
        let (Some(first), Some(last)) = (news.first(), news.last()) else { return };
        let below = first.height.checked_sub(1).and_then(|below| self.main.get(&below));
        let hangs = self.main.is_empty() || below.is_some_and(|hash| first.header.get(4..36) == Some(hash));
        if !hangs || last.height <= self.tip().height {
            return;
        }
        drop(self.main.split_off(&first.height));
        let hashed =
            news.iter().filter_map(|info| Some((info.height, info.hash.as_slice().try_into().ok()?)));
        self.main.extend(hashed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(branch: u8, heights: std::ops::RangeInclusive<u32>, from: u8) -> Vec<BtcHeaderInfo> {
        let start = *heights.start();
        let hash = |branch: u8, height: u32| [branch, u8::try_from(height).unwrap()].repeat(16);
        let info = |height: u32| {
            let mut header = vec![0; 80];
            let below = if height == start { from } else { branch };
            header[4..36].copy_from_slice(&hash(below, height - 1));
            BtcHeaderInfo { header, hash: hash(branch, height), height, work: Vec::new() }
        };
        heights.map(info).collect()
    }

    #[test]
    fn the_longest_chain_counts_and_of_equals_the_first() {
        let mut bitcoin = Bitcoin::default();
        bitcoin.receive(&headers(1, 5..=9, 1));
        let old = bitcoin.tip();
        bitcoin.receive(&headers(2, 8..=9, 1));
        assert_eq!((old.height, bitcoin.tip()), (9, old), "as long is not longer");
        bitcoin.receive(&headers(2, 9..=12, 2));
        assert_eq!(bitcoin.tip(), old, "it hangs from a block that is not in the chain");
        bitcoin.receive(&headers(2, 8..=10, 1));
        assert_eq!((bitcoin.tip().height, bitcoin.has(&old), bitcoin.find(&old.hash)), (10, false, None));
        bitcoin.receive(&headers(2, 9..=12, 2));
        let first = bitcoin.find(&[2, 8].repeat(16).try_into().unwrap()).unwrap();
        assert_eq!((bitcoin.tip().height, bitcoin.depth(&first)), (12, 4), "what is known is passed over");
    }
}
