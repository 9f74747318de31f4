//! A ledger in memory, with a chain that can be extended and reorganized: for tests, and to read how a ledger behaves.

use core::convert::Infallible;
use std::collections::{BTreeMap, BTreeSet};

use bitcoin_spv::{HeaderHash, OutPoint};
use primitives::BtcHeight;

use crate::{Block, Entry, Known, Ledger, List, Stake, Standing};

/// What is kept, in maps.
#[derive(Debug, Clone, Default)]
pub struct MemoryLedger {
    chain: Vec<HeaderHash>,
    stakes: BTreeMap<OutPoint, Stake>,
    spent: BTreeMap<OutPoint, Block>,
    lists: BTreeMap<(List, BtcHeight, OutPoint), HeaderHash>,
    synced: Option<Block>,
}

impl MemoryLedger {
    /// One with a chain from height 0 up to `tip`.
    pub fn new(tip: u32) -> Self {
        let mut ledger = Self::default();
        ledger.extend(tip.saturating_add(1));
        ledger
    }

    /// Adds so many blocks to the chain.
    pub fn extend(&mut self, blocks: u32) {
        for _ in 0..blocks {
            let height = u32::try_from(self.chain.len()).unwrap_or(u32::MAX);
            self.chain.push(hash(height, 0));
        }
    }

    /// Replaces the last `removed` blocks by `added` others; `fork` tells them from those of other forks.
    pub fn reorganize(&mut self, removed: usize, added: u32, fork: u8) {
        self.chain.truncate(self.chain.len().saturating_sub(removed));
        for _ in 0..added {
            let height = u32::try_from(self.chain.len()).unwrap_or(u32::MAX);
            self.chain.push(hash(height, fork));
        }
    }

    /// Makes this the chain, from height 0 on.
    pub fn set_chain(&mut self, chain: Vec<HeaderHash>) {
        self.chain = chain;
    }

    /// The block at a height of the chain; one that is in no chain where there is none.
    pub fn block_at(&self, height: u32) -> Block {
        let at = usize::try_from(height).ok().and_then(|at| self.chain.get(at));
        Block { height: height.into(), hash: at.copied().unwrap_or(HeaderHash::from_bytes([0xff; 32])) }
    }

    /// Where a stake stands.
    pub fn standing(&self, stake: &OutPoint) -> Option<Standing> {
        self.stakes.get(stake).map(|stake| stake.standing)
    }

    /// The stakes that count.
    pub fn active(&self) -> BTreeSet<OutPoint> {
        let active = self.stakes.iter().filter(|(_, stake)| stake.standing.is_active());
        active.map(|(outpoint, _)| *outpoint).collect()
    }

    /// How many records there are.
    pub fn records(&self) -> usize {
        [self.stakes.len(), self.spent.len(), self.lists.len()].iter().sum()
    }

    fn entry(((_, height, stake), hash): (&(List, BtcHeight, OutPoint), &HeaderHash)) -> Entry {
        Entry { at: Block { height: *height, hash: *hash }, stake: *stake }
    }
}

fn hash(height: u32, fork: u8) -> HeaderHash {
    let mut bytes = [fork; 32];
    bytes.iter_mut().zip(height.to_be_bytes()).for_each(|(to, from)| *to = from);
    HeaderHash::from_bytes(bytes)
}

impl Ledger for MemoryLedger {
    type Error = Infallible;

    fn tip(&self) -> Result<Block, Infallible> {
        let height = u32::try_from(self.chain.len()).unwrap_or(u32::MAX).saturating_sub(1);
        Ok(self.block_at(height))
    }

    fn hash_at(&self, height: BtcHeight) -> Result<Option<HeaderHash>, Infallible> {
        Ok(usize::try_from(height.get()).ok().and_then(|at| self.chain.get(at)).copied())
    }

    fn known(&self, outpoint: &OutPoint) -> Result<Known, Infallible> {
        let spent = self.spent.get(outpoint).map_or(Known::Nothing, |at| Known::Spent(*at));
        Ok(self.stakes.get(outpoint).map_or(spent, |stake| Known::Stake(*stake)))
    }

    fn record(&mut self, outpoint: &OutPoint, before: Option<&Stake>, now: &Stake) -> Result<(), Infallible> {
        debug_assert_eq!(self.stakes.contains_key(outpoint), before.is_some());
        self.stakes.insert(*outpoint, *now);
        self.spent.remove(outpoint);
        Ok(())
    }

    fn forget(&mut self, outpoint: &OutPoint, _: &Stake) -> Result<(), Infallible> {
        self.stakes.remove(outpoint);
        Ok(())
    }

    fn set_spent(&mut self, outpoint: &OutPoint, at: Option<Block>) -> Result<(), Infallible> {
        match at {
            Some(at) => self.spent.insert(*outpoint, at),
            None => self.spent.remove(outpoint),
        };
        Ok(())
    }

    fn put(&mut self, list: List, at: Block, stake: &OutPoint) -> Result<(), Infallible> {
        let hash = if list == List::Remembered { at.hash } else { Block::date(at.height).hash };
        self.lists.insert((list, at.height, *stake), hash);
        Ok(())
    }

    fn take_off(&mut self, list: List, height: BtcHeight, stake: &OutPoint) -> Result<(), Infallible> {
        self.lists.remove(&(list, height, *stake));
        Ok(())
    }

    fn lowest(&self, list: List) -> Result<Option<Entry>, Infallible> {
        Ok(self.lists.iter().find(|((of, ..), _)| *of == list).map(Self::entry))
    }

    fn highest(&self, list: List) -> Result<Option<Entry>, Infallible> {
        Ok(self.lists.iter().rev().find(|((of, ..), _)| *of == list).map(Self::entry))
    }

    fn synced(&self) -> Result<Option<Block>, Infallible> {
        Ok(self.synced)
    }

    fn set_synced(&mut self, block: Block) -> Result<(), Infallible> {
        self.synced = Some(block);
        Ok(())
    }
}
