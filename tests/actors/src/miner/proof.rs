//! Where something is in Bitcoin, as anybody proves it to `btc-staking`, in JSON.

use primitives::Txid;
use prost::Message;
use proto::btccheckpoint::TransactionInfo;
use serde_json::{Value, json};

use super::{Miner, Transaction};
use crate::babylon::Delegation;
use crate::finality_provider::base64;
use crate::own::Lock;

impl Miner {
    /// The block of a transaction, its index there and its Merkle branch: what every proof has. `None` where it is in no block of the main chain.
    pub fn place(&self, txid: &Txid) -> Option<Value> {
        let TransactionInfo { key, proof, .. } = self.inclusion(txid)?;
        let key = key?;
        // A block's hash is shown in the order of bytes that a txid is shown in.
        let block_hash = Txid::from_slice(&key.hash).ok()?.to_string();
        Some(json!({ "block_hash": block_hash, "index": key.index, "branch": base64(proof) }))
    }

    /// That an output is in Bitcoin: an entry of `prove_delegations`.
    pub fn stake_proof(&self, txid: &Txid, output: u32) -> Option<Value> {
        let mut proof = self.place(txid)?;
        proof["staking_tx_hash"] = json!(txid.to_string());
        proof["output"] = json!(output);
        Some(proof)
    }

    /// That a transaction spent an output: an entry of `prove_spends`. `None` where one of both transactions is in no block.
    pub fn spend_proof(&self, txid: &Txid, output: u32, spending: &Transaction) -> Option<Value> {
        let mut proof = self.stake_proof(txid, output)?;
        for (field, value) in self.place(&spending.txid())?.as_object()? {
            proof[field] = value.clone();
        }
        proof["spending_tx"] = base64(spending.serialize());
        Some(proof)
    }

    /// A delegation of a chain's own committee with its proof: an entry of `submit_delegations`.
    pub fn submission(&self, delegation: &Delegation) -> Option<Value> {
        let mut proof = self.place(&delegation.staking_tx.txid())?;
        proof["item"] = base64(delegation.event.encode_to_vec());
        Some(proof)
    }

    /// That a finality provider has locked stake of its own: an entry of `prove_self_stake`.
    pub fn lock_proof(&self, lock: &Lock) -> Option<Value> {
        let mut proof = self.place(&lock.transaction.txid())?;
        proof["fp_pubkey_hex"] = json!(lock.fp.to_string());
        proof["transaction"] = base64(lock.transaction.serialize());
        proof["output"] = json!(0);
        proof["timelock"] = json!(lock.timelock);
        Some(proof)
    }

    /// That a timestamp is in Bitcoin: `prove_timestamp`.
    pub fn timestamp_proof(&self, timestamp: &Transaction) -> Option<Value> {
        let mut proof = self.place(&timestamp.txid())?;
        proof["transaction"] = base64(timestamp.serialize());
        Some(json!({ "prove_timestamp": proof }))
    }
}
