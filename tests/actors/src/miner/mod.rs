//! Bitcoin's miners on regtest: real headers with real proof of work, forks, and transactions with
//! their Merkle branches.
//!
//! Blocks are found by searching the nonce, two tries each on average. The same seed and the same calls
//! give the same bytes. The chain with the most work is the main one, and of equals the first seen.
//!
//! ```
//! use actors::Miner;
//!
//! let mut miner = Miner::new(7, 1_700_000_000);
//! miner.mine_blocks(10);
//! let lost = miner.tip().hash;
//! miner.reorg(3, 4);
//! assert_eq!(miner.tip_height(), 11);
//! assert!(!miner.is_canonical(&lost));
//! ```

mod block;
mod checkpoint;
mod hash;
mod proof;
#[cfg(test)]
mod tests;
mod transaction;

use std::collections::BTreeMap;

use primitives::Txid;
use proto::{
    btccheckpoint::{TransactionInfo, TransactionKey},
    btclightclient::BtcHeaderInfo,
};
use rand::RngCore;
use rand_chacha::ChaCha20Rng;
use thiserror::Error;

pub use block::{Block, REGTEST_BITS, WORK_PER_BLOCK};
pub use checkpoint::{Checkpoint, SubmitterAddress};
pub use transaction::{Input, Output, Transaction};

use crate::randomness;

/// Why a block could not be mined.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MinerError {
    /// There is no block to mine on.
    #[error("no block {hash}")]
    NoParent {
        /// The hash as given, hexadecimal in internal order.
        hash: String,
    },
}

/// All miners of Bitcoin together.
#[derive(Debug, Clone)]
pub struct Miner {
    rng: ChaCha20Rng,
    spacing: u32,
    start_time: u32,
    blocks: BTreeMap<[u8; 32], Block>,
    main: Vec<[u8; 32]>,
}

impl Miner {
    /// Starts at regtest's genesis block. The first block mined has the time `start_time` (seconds
    /// since 1970, after 2011), every further one is ten minutes later.
    pub fn new(seed: u64, start_time: u32) -> Self {
        let genesis = block::genesis();
        Self {
            rng: randomness::generator(seed, "miner"),
            spacing: 600,
            start_time: start_time.max(genesis.time + 1),
            main: vec![genesis.hash],
            blocks: BTreeMap::from([(genesis.hash, genesis)]),
        }
    }

    /// Changes the time between blocks, in seconds.
    pub fn set_spacing(&mut self, seconds: u32) {
        self.spacing = seconds.max(1);
    }

    /// The tip of the main chain.
    pub fn tip(&self) -> &Block {
        &self.blocks[&self.main[self.main.len() - 1]]
    }

    /// The height of the tip.
    pub fn tip_height(&self) -> u32 {
        self.tip().height
    }

    /// The main chain's block at a height.
    pub fn block_at(&self, height: u32) -> Option<&Block> {
        self.blocks.get(self.main.get(usize::try_from(height).ok()?)?)
    }

    /// A block of any branch, by its hash in internal order.
    pub fn block(&self, hash: &[u8; 32]) -> Option<&Block> {
        self.blocks.get(hash)
    }

    /// The main chain's headers of `from..=to`, ascending, as far as they exist.
    pub fn headers(&self, from: u32, to: u32) -> Vec<BtcHeaderInfo> {
        (from..=to.min(self.tip_height()))
            .filter_map(|height| self.block_at(height))
            .map(Block::info)
            .collect()
    }

    /// Whether a block (hash in internal order) is in the main chain.
    pub fn is_canonical(&self, hash: &[u8; 32]) -> bool {
        self.blocks
            .get(hash)
            .and_then(|block| self.block_at(block.height))
            .is_some_and(|main| main.hash == *hash)
    }

    /// Mines one block without payments on the tip and returns it.
    pub fn mine(&mut self) -> Block {
        self.mine_with(Vec::new())
    }

    /// Mines `count` blocks on the tip and returns their headers, ascending.
    pub fn mine_blocks(&mut self, count: u32) -> Vec<BtcHeaderInfo> {
        (0..count).map(|_| self.mine().info()).collect()
    }

    /// Mines one block with the given transactions (after the coinbase) on the tip.
    pub fn mine_with(&mut self, transactions: Vec<Transaction>) -> Block {
        let parent = self.tip().clone();
        self.extend(&parent, transactions)
    }

    /// Mines one block on any block there is: a fork, unless that is the tip.
    ///
    /// # Errors
    /// [`MinerError::NoParent`].
    pub fn mine_on(
        &mut self,
        parent: &[u8; 32],
        transactions: Vec<Transaction>,
    ) -> Result<Block, MinerError> {
        let no_parent = || MinerError::NoParent { hash: hex::encode(parent) };
        let parent = self.blocks.get(parent).cloned().ok_or_else(no_parent)?;
        Ok(self.extend(&parent, transactions))
    }

    /// Mines a branch of `length` blocks that forks off `depth` blocks below the tip and returns its
    /// headers, ascending. It becomes the main chain if it is longer than `depth`.
    pub fn reorg(&mut self, depth: u32, length: u32) -> Vec<BtcHeaderInfo> {
        let fork_point = self.tip_height().saturating_sub(depth);
        let mut parent = self.block_at(fork_point).cloned().unwrap_or_else(block::genesis);
        let mut branch = Vec::new();
        for _ in 0..length {
            parent = self.extend(&parent, Vec::new());
            branch.push(parent.info());
        }
        branch
    }

    /// Where a transaction is in the main chain, with its Merkle branch: what Babylon sends for each
    /// half of a checkpoint. The transaction is serialized without witness.
    pub fn inclusion(&self, txid: &Txid) -> Option<TransactionInfo> {
        self.main.iter().rev().filter_map(|hash| self.blocks.get(hash)).find_map(|block| {
            let txids = block.txids();
            let index = txids.iter().position(|other| other == txid.as_bytes())?;
            Some(TransactionInfo {
                key: Some(TransactionKey { index: u32::try_from(index).ok()?, hash: block.hash.to_vec() }),
                transaction: block.transactions[index].serialize_stripped(),
                proof: hash::merkle_branch(&txids, index),
            })
        })
    }

    /// A header on the tip whose hash misses the target: what a liar without a machine would send. It
    /// claims the work and is part of no chain.
    pub fn forge_without_work(&mut self) -> BtcHeaderInfo {
        let parent = self.tip().clone();
        self.search(&parent, Vec::new(), false).info()
    }

    fn extend(&mut self, parent: &Block, transactions: Vec<Transaction>) -> Block {
        let block = self.search(parent, transactions, true);
        self.blocks.insert(block.hash, block.clone());
        if block.work > self.tip().work {
            self.follow(&block);
        }
        block
    }

    /// Makes the branch that ends in `tip` the main chain.
    fn follow(&mut self, tip: &Block) {
        let mut branch = vec![tip.hash];
        let mut below = tip.parent;
        while !self.is_canonical(&below) {
            branch.push(below);
            below = self.blocks[&below].parent;
        }
        let kept = usize::try_from(self.blocks[&below].height).expect("a short chain") + 1;
        self.main.truncate(kept);
        self.main.extend(branch.into_iter().rev());
    }

    fn search(&mut self, parent: &Block, transactions: Vec<Transaction>, with_work: bool) -> Block {
        let height = parent.height + 1;
        let mut all = vec![self.coinbase(height)];
        all.extend(transactions);
        let mut block = Block {
            header: [0; 80],
            hash: [0; 32],
            parent: parent.hash,
            height,
            time: (parent.time + self.spacing).max(self.start_time),
            work: parent.work + WORK_PER_BLOCK,
            transactions: all,
        };
        let root = hash::merkle_root(&block.txids());
        for nonce in 0.. {
            block.header = block::write_header(0x2000_0000, block.parent, root, block.time, nonce);
            block.hash = hash::double_sha256(&block.header);
            if block::has_work(&block.hash) == with_work {
                break;
            }
        }
        block
    }

    /// A coinbase with the height (BIP-34) and a random extra nonce, so that no two are alike.
    fn coinbase(&mut self, height: u32) -> Transaction {
        let mut script = vec![4];
        script.extend(height.to_le_bytes());
        script.push(8);
        script.extend(self.rng.next_u64().to_le_bytes());
        Transaction {
            version: 2,
            inputs: vec![Input {
                txid: Txid::from_bytes([0; 32]),
                output: u32::MAX,
                script,
                sequence: u32::MAX,
                witness: Vec::new(),
            }],
            outputs: vec![Output::taproot(5_000_000_000, randomness::bytes(&mut self.rng))],
            lock_time: 0,
        }
    }
}
