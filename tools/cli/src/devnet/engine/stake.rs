//! Stake in Bitcoin: transactions wait for a block, and Babylon tells of spends that are deep enough.

use std::collections::{BTreeMap, BTreeSet};

use actors::Miner;
use actors::miner::{Block, Input, Output, Transaction};
use devnet::actors::Stake;
use primitives::Txid;
use proto::btccheckpoint::TransactionInfo;

use super::Engine;
use crate::slash::interpreter;

/// What a node of Bitcoin knows of transactions beside its blocks.
#[derive(Debug, Clone, Default)]
pub struct Pool {
    /// What somebody sent. It stays here once it is in a block: that block may leave the chain.
    sent: BTreeMap<Txid, Transaction>,
    /// The bytes of those that came with a witness.
    raw: BTreeMap<Txid, Vec<u8>>,
    /// Stakes whose end nobody has told of yet.
    pub(super) ending: BTreeSet<Txid>,
    /// Stakes of the chain's own committee that nobody has brought yet.
    pub(super) unproven: BTreeSet<Txid>,
}

impl Pool {
    /// What somebody sent, by its id.
    pub fn get(&self, txid: &Txid) -> Option<&Transaction> {
        self.sent.get(txid)
    }

    /// Its bytes, if it came as bytes.
    pub fn raw(&self, txid: &Txid) -> Option<&[u8]> {
        self.raw.get(txid).map(Vec::as_slice)
    }

    /// All that was sent.
    pub fn sent(&self) -> impl Iterator<Item = &Transaction> {
        self.sent.values()
    }
}

impl Engine {
    /// Somebody stakes with a finality provider; the id of the staking transaction, and its output.
    ///
    /// # Errors
    /// That there is no such finality provider, or what Babylon says.
    pub fn delegate(&mut self, index: usize, sats: u64) -> Result<(Txid, u32), String> {
        let fp = self.net.fps.get(index).ok_or_else(|| format!("there is no finality provider {index}"))?;
        if self.net.is_alone() {
            let txid = self.net.delegate_own(index, sats).map_err(|error| error.to_string())?;
            self.pool.unproven.insert(txid);
            return Ok((txid, self.net.delegation(&txid).map_or(0, |stake| stake.event.staking_output_idx)));
        }
        let babylon = &mut self.net.link.app.babylon;
        let txid =
            babylon.delegate(Stake::new(&[fp.public_key()], sats)).map_err(|error| error.to_string())?;
        Ok((txid, babylon.delegation(&txid).map_or(0, |stake| stake.event.staking_output_idx)))
    }

    /// A staker takes the stake back: its transaction waits for a block; where nothing is verified, Babylon tells of it at
    /// once. The transaction's id.
    ///
    /// # Errors
    /// That Babylon knows no such stake, or that it ended.
    pub fn undelegate(&mut self, txid: &Txid) -> Result<Txid, String> {
        let known = self.net.delegation(txid).ok_or_else(|| format!("nobody knows a stake {txid}"))?;
        let (is_ended, spend) = (known.is_unbonded, known.unbonding_tx.clone());
        if is_ended || self.pool.ending.contains(txid) {
            return Err(format!("the stake {txid} ended"));
        }
        let spent = spend.txid();
        if self.options.verified {
            self.free(&spend)?;
            self.pool.sent.insert(spent, spend);
            self.pool.ending.insert(*txid);
        } else {
            self.net.link.app.babylon.undelegate(txid).map_err(|error| error.to_string())?;
        }
        Ok(spent)
    }

    /// Takes a transaction as a node does that knows the stake alone: one input, which spends what is there, by a script that
    /// Bitcoin takes. Its id.
    ///
    /// # Errors
    /// In the words of Bitcoin Core.
    pub fn publish(&mut self, bytes: &[u8]) -> Result<Txid, String> {
        let parsed = bitcoin_spv::Transaction::parse(bytes).map_err(|_| "TX decode failed".to_owned())?;
        let inputs = parsed.inputs().map(|input| Input {
            txid: input.spends.txid,
            output: input.spends.index,
            script: input.script.to_vec(),
            sequence: input.sequence,
            witness: Vec::new(),
        });
        let outputs = parsed.outputs.iter().map(|it| Output { sats: it.value, script: it.script.clone() });
        let version = i32::from_le_bytes(parsed.version().to_le_bytes());
        let lock_time = parsed.lock_time();
        let tx = Transaction { version, inputs: inputs.collect(), outputs: outputs.collect(), lock_time };
        if self.pool.sent.contains_key(&parsed.txid) {
            return Ok(parsed.txid);
        }
        let [input] = tx.inputs.as_slice() else { return Err("bad-txns-inputs-missingorspent".to_owned()) };
        self.free(&tx)?;
        let before = self.transaction(&input.txid);
        let spent = before.and_then(|it| it.outputs.into_iter().nth(usize::try_from(input.output).ok()?));
        let Some(Output { sats: value, script }) = spent else {
            return Err("bad-txns-inputs-missingorspent".to_owned());
        };
        interpreter::check(&bitcoin_spv::Output { value, script }, bytes)
            .map_err(|why| format!("mandatory-script-verify-flag-failed ({why})"))?;
        self.pool.raw.insert(parsed.txid, bytes.to_vec());
        self.pool.sent.insert(parsed.txid, tx);
        Ok(parsed.txid)
    }

    /// A transaction that is in a block or waits for one.
    pub fn transaction(&self, txid: &Txid) -> Option<Transaction> {
        let staked = || Some(self.net.delegation(txid)?.staking_tx.clone());
        let known = self.pool.get(txid).cloned().or_else(|| staked().filter(|_| self.options.verified));
        known.or_else(|| {
            let (info, block) = place(&self.net.miner, txid)?;
            block.transactions.get(usize::try_from(info.key?.index).ok()?).cloned()
        })
    }

    /// The transaction that spends an output, in the chain or on its way.
    pub fn spender(&self, txid: &Txid, output: u32) -> Option<Txid> {
        let spends =
            |tx: &&Transaction| tx.inputs.iter().any(|input| input.txid == *txid && input.output == output);
        if let Some(tx) = self.pool.sent().find(spends) {
            return Some(tx.txid());
        }
        let miner = &self.net.miner;
        let blocks = (0..=miner.tip_height()).rev().filter_map(|height| miner.block_at(height));
        blocks.flat_map(|block| &block.transactions).find(spends).map(Transaction::txid)
    }

    /// That nothing else spends what a transaction spends.
    fn free(&self, tx: &Transaction) -> Result<(), String> {
        let spent = |input: &Input| self.spender(&input.txid, input.output).is_some();
        if tx.inputs.iter().any(spent) { Err("txn-mempool-conflict".to_owned()) } else { Ok(()) }
    }

    /// What the next block of Bitcoin has in it.
    pub(super) fn due(&self) -> Vec<Transaction> {
        let mut due = Vec::new();
        if self.options.verified {
            due.extend(self.net.unmined_stake().into_iter().map(|(_, tx)| tx));
        }
        let is_mined = |txid: &Txid| self.net.miner.inclusion(txid).is_some();
        due.extend(self.pool.sent.iter().filter(|(txid, _)| !is_mined(txid)).map(|(_, tx)| tx.clone()));
        due
    }

    /// Babylon tells of the ends that are as deep in Bitcoin as it waits.
    pub(super) fn tell_of_spends(&mut self) {
        let (babylon, miner) = (&mut self.net.link.app.babylon, &self.net.miner);
        let depth = babylon.params.confirmation_depth;
        self.pool.ending.retain(|txid| {
            let spend = babylon.delegation(txid).map(|stake| stake.unbonding_tx.txid());
            match spend.and_then(|spend| place(miner, &spend)) {
                Some((inclusion, block)) if block.height.saturating_add(depth) <= miner.tip_height() => {
                    babylon.undelegate_proven(txid, inclusion).is_err()
                }
                _ => true,
            }
        });
    }
}

/// Where a transaction of the chain is.
pub fn place<'a>(miner: &'a Miner, txid: &Txid) -> Option<(TransactionInfo, &'a Block)> {
    let info = miner.inclusion(txid)?;
    let block = miner.block(info.key.as_ref()?.hash.as_slice().try_into().ok()?)?;
    Some((info, block))
}
