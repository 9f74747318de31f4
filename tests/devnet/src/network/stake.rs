//! Stake in Bitcoin: staking transactions are mined, proven, and spent.

use primitives::Txid;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::deploy::store;
use super::setup::artifacts;
use super::{Network, NetworkError};
use crate::actors::babylon::Delegation;
use crate::actors::miner::Transaction;
use crate::{TxError, TxReport};

/// How many proofs a message may have.
pub(super) const PROOFS: usize = 50;

impl Network {
    /// Mines the staking transactions that are not in Bitcoin yet, as deep as Babylon waits, proves them, and tells Babylon's relayer of
    /// Bitcoin.
    ///
    /// # Errors
    /// [`NetworkError::Tx`], and [`NetworkError::Stake`] where a proof is refused.
    pub fn prove_stake(&mut self) -> Result<(), NetworkError> {
        let txids = self.mine_stake();
        let is_own = |txid: &Txid| self.own.as_ref().is_some_and(|own| own.delegation(txid).is_some());
        let (own, babylons): (Vec<_>, Vec<_>) = txids.into_iter().partition(is_own);
        self.bring_stake(&own)?;
        self.prove(&babylons)
    }

    /// Proves that these stakes are in Bitcoin.
    ///
    /// # Errors
    /// [`NetworkError::Tx`], and [`NetworkError::Stake`] where one is in no block or its proof is refused.
    pub fn prove(&mut self, txids: &[Txid]) -> Result<(), NetworkError> {
        for txids in txids.chunks(PROOFS) {
            let message = self.inclusion_proofs(txids)?;
            let done = self.verify(&message)?;
            check_active(txids, &done)?;
        }
        self.chain.next_block();
        Ok(())
    }

    /// Mines the staking transactions that are not in Bitcoin yet, as deep as Babylon waits, and tells Babylon's relayer of
    /// Bitcoin; which they are.
    pub fn mine_stake(&mut self) -> Vec<Txid> {
        let txids = self.bury_stake();
        self.see_bitcoin();
        txids
    }

    /// Mines the staking transactions that are not in Bitcoin yet, as deep as Babylon waits; which they are. Nobody is told.
    pub fn bury_stake(&mut self) -> Vec<Txid> {
        let (txids, transactions) = self.unmined_stake().into_iter().unzip();
        self.bury(transactions);
        txids
    }

    /// The staking transactions that are not in Bitcoin.
    pub fn unmined_stake(&self) -> Vec<(Txid, Transaction)> {
        let babylon = &self.link.app.babylon;
        let own = self.own.iter().flat_map(|own| own.delegations().map(|(txid, _)| txid));
        let unmined = babylon.txids().chain(own).filter(|txid| self.miner.inclusion(txid).is_none());
        unmined.filter_map(|txid| Some((*txid, self.delegation(txid)?.staking_tx.clone()))).collect()
    }

    /// A delegation, whoever's committee signed it.
    pub fn delegation(&self, txid: &Txid) -> Option<&Delegation> {
        let own = self.own.as_ref().and_then(|own| own.delegation(txid));
        own.or_else(|| self.link.app.babylon.delegation(txid))
    }

    /// A block of Bitcoin with these transactions, as deep as Babylon waits; carried here.
    pub fn mine_with(&mut self, transactions: Vec<Transaction>) {
        self.bury(transactions);
        self.see_bitcoin();
    }

    /// A block of Bitcoin with these transactions, as deep as Babylon waits. Nobody is told.
    pub fn bury(&mut self, transactions: Vec<Transaction>) {
        let depth = self.link.app.babylon.params.confirmation_depth;
        self.miner.mine_with(transactions);
        self.miner.mine_blocks(depth);
    }

    /// The message that proves of stakes that they are in Bitcoin; of no more than 50.
    ///
    /// # Errors
    /// [`NetworkError::Stake`] where one is not.
    pub fn inclusion_proofs(&self, txids: &[Txid]) -> Result<Value, NetworkError> {
        let proofs = txids.iter().map(|txid| self.inclusion_proof(txid)).collect::<Result<Vec<_>, _>>()?;
        Ok(json!({ "prove_delegations": { "proofs": proofs } }))
    }

    /// The proof that a stake is in Bitcoin, as anybody sends it.
    ///
    /// # Errors
    /// [`NetworkError::Stake`] where it is not.
    pub fn inclusion_proof(&self, txid: &Txid) -> Result<Value, NetworkError> {
        self.miner.stake_proof(txid, self.output(txid)).ok_or_else(|| nowhere(txid))
    }

    /// The proof that a transaction spent a stake.
    ///
    /// # Errors
    /// [`NetworkError::Stake`] where it is in no block.
    pub fn spend_proof(&self, stake: &Txid, spending: &Transaction) -> Result<Value, NetworkError> {
        let proof = self.miner.spend_proof(stake, self.output(stake), spending);
        proof.ok_or_else(|| nowhere(&spending.txid()))
    }

    fn output(&self, stake: &Txid) -> u32 {
        self.delegation(stake).map_or(0, |known| known.event.staking_output_idx)
    }

    /// Unbonds a stake: its transaction is mined, and Babylon tells of it with the proof.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn unbond(&mut self, txid: &Txid) -> Result<(), NetworkError> {
        let known = self.link.app.babylon.delegation(txid);
        let spending = known.map(|known| known.unbonding_tx.clone());
        let spending_txid = spending.as_ref().map_or(*txid, Transaction::txid);
        self.mine_with(spending.into_iter().collect());
        let nowhere = NetworkError::Stake { txid: *txid, reason: "its spend is in no block".to_owned() };
        let inclusion = self.miner.inclusion(&spending_txid).ok_or(nowhere)?;
        self.link.app.babylon.undelegate_proven(txid, inclusion)?;
        self.relay();
        Ok(())
    }

    /// Stores and pins an artifact of `cargo xtask wasm`, by its name.
    ///
    /// # Errors
    /// [`NetworkError::NoWasm`], and [`NetworkError::Chain`] where the chain refuses it.
    pub fn store(&mut self, name: &str) -> Result<u64, NetworkError> {
        let path = artifacts().join(name).with_extension("wasm");
        let wasm = std::fs::read(&path).map_err(|_| NetworkError::NoWasm { path })?;
        store(&mut self.chain, &self.admin, &wasm)
    }

    /// A message to the contract that verifies delegations, by somebody.
    ///
    /// # Errors
    /// [`TxError`].
    pub fn verify(&mut self, message: &Value) -> Result<TxReport, TxError> {
        let (sender, verifier) = (self.sender.clone(), self.stake_verifier.clone());
        self.chain.execute(&sender, &verifier, message)
    }

    /// An answer of the contract that verifies delegations.
    ///
    /// # Errors
    /// [`Failure`](crate::Failure).
    pub fn ask_verifier<T: DeserializeOwned>(&self, message: &Value) -> Result<T, NetworkError> {
        Ok(self.chain.query(&self.stake_verifier, message)?)
    }
}

/// A transaction is in no block of Bitcoin.
pub(super) fn nowhere(txid: &Txid) -> NetworkError {
    NetworkError::Stake { txid: *txid, reason: "it is in no block".to_owned() }
}

/// Checks that stakes count, by the answer to their proofs.
pub(super) fn check_active(txids: &[Txid], done: &TxReport) -> Result<(), NetworkError> {
    for (txid, verdict) in txids.iter().zip(verdicts(done)) {
        if verdict["ok"]["became"] != "active" {
            return Err(NetworkError::Stake { txid: *txid, reason: verdict.to_string() });
        }
    }
    Ok(())
}

/// What became of each entry of a message.
pub fn verdicts(done: &TxReport) -> Vec<Value> {
    let answer: Value = done.data().and_then(|data| serde_json::from_slice(data).ok()).unwrap_or_default();
    answer["verdicts"].as_array().cloned().unwrap_or_default()
}
