use std::collections::{BTreeMap, BTreeSet};

use devnet::actors::Miner;
use devnet::actors::miner::Transaction;
use primitives::Txid;

use crate::dice::Dice;

/// How many transactions wait at most.
const MOST: usize = 150;

/// Transactions of stakers, and where miners put them.
#[derive(Debug, Clone, Default)]
pub struct Mempool {
    waiting: Vec<Transaction>,
    /// In which block each was last.
    mined: BTreeMap<Txid, (Transaction, [u8; 32])>,
    /// Who spends an output, mined or not.
    spenders: BTreeMap<(Txid, u32), BTreeSet<Txid>>,
    /// All that were ever sent.
    sent: BTreeSet<Txid>,
}

impl Mempool {
    /// Somebody sends a transaction.
    pub fn send(&mut self, tx: Transaction) {
        let txid = tx.txid();
        self.sent.insert(txid);
        for input in &tx.inputs {
            self.spenders.entry((input.txid, input.output)).or_default().insert(txid);
        }
        if self.waiting.iter().all(|other| other.txid() != txid) {
            self.waiting.push(tx);
        }
        let excess = self.waiting.len().saturating_sub(MOST);
        self.waiting.drain(..excess);
    }

    /// Whether a transaction is in the chain.
    pub fn is_mined(&self, miner: &Miner, txid: &Txid) -> bool {
        self.mined.get(txid).is_some_and(|(_, block)| miner.is_canonical(block))
    }

    /// The block of the chain that a transaction is in.
    pub fn block_of(&self, miner: &Miner, txid: &Txid) -> Option<[u8; 32]> {
        self.mined.get(txid).map(|(_, block)| *block).filter(|block| miner.is_canonical(block))
    }

    /// The transaction of the chain that spends an output.
    pub fn spender(&self, miner: &Miner, output: (Txid, u32)) -> Option<&Transaction> {
        let all = self.spenders.get(&output).into_iter().flatten();
        all.filter(|txid| self.is_mined(miner, txid)).find_map(|txid| self.mined.get(txid).map(|(tx, _)| tx))
    }

    /// A block with so many percent of those that a block can have.
    pub fn mine(&mut self, miner: &mut Miner, dice: &mut Dice, percent: u32) {
        let mut block: Vec<Transaction> = Vec::new();
        for tx in std::mem::take(&mut self.waiting) {
            if dice.percent(percent) && self.is_valid(miner, &tx, &block) {
                block.push(tx);
            } else {
                self.waiting.push(tx);
            }
        }
        let mined = miner.mine_with(block.clone());
        self.mined.extend(block.into_iter().map(|tx| (tx.txid(), (tx, mined.hash))));
    }

    /// What it spends is there, and nobody else in the chain or the block has spent it.
    fn is_valid(&self, miner: &Miner, tx: &Transaction, block: &[Transaction]) -> bool {
        let txid = tx.txid();
        if self.is_mined(miner, &txid) {
            return false;
        }
        tx.inputs.iter().all(|input| {
            let is_there = !self.sent.contains(&input.txid)
                || self.is_mined(miner, &input.txid)
                || block.iter().any(|other| other.txid() == input.txid);
            let output = (input.txid, input.output);
            let taken = block.iter().flat_map(|other| &other.inputs);
            is_there
                && self.spender(miner, output).is_none()
                && !taken.into_iter().any(|other| (other.txid, other.output) == output)
        })
    }

    /// After a reorganization: what left the chain waits again, or never comes again. How many that were.
    pub fn return_lost(&mut self, miner: &Miner, dice: &mut Dice) -> u64 {
        let is_lost = |(_, (_, block)): &(&Txid, &(Transaction, [u8; 32]))| !miner.is_canonical(block);
        let lost: Vec<Transaction> =
            self.mined.iter().filter(is_lost).map(|(_, (tx, _))| tx.clone()).collect();
        for tx in &lost {
            self.mined.remove(&tx.txid());
            if dice.percent(65) {
                self.send(tx.clone());
            }
        }
        lost.len() as u64
    }
}
