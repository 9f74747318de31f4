//! Stake that finality providers lock by their own keys.

use primitives::{FpPublicKey, Txid};
use proto::covenant::bitcoin_spv::{OutPoint, Output as Spent};
use proto::covenant::eots::{SecretKey, schnorr};
use proto::covenant::{PresignedTx, SpendPath, sighash, witness};

use super::Stakers;
use crate::FinalityProvider;
use crate::babylon::transactions;
use crate::miner::{Output, Transaction};

/// Stake of a finality provider's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Whose.
    pub fp: FpPublicKey,
    /// The transaction that locks it, as output 0.
    pub transaction: Transaction,
    /// For how many blocks.
    pub timelock: u16,
    path: SpendPath,
}

impl Lock {
    /// The output that is locked.
    pub const fn spent(&self) -> &Spent {
        &self.path.spent
    }

    /// A transaction that takes it with this key, `waited` blocks after it was locked, all but a fee to a script of the taker's.
    pub fn taken_by(&self, key: &SecretKey, waited: u16, to: &[u8]) -> Vec<u8> {
        let outputs = vec![Spent { value: self.path.spent.value.saturating_sub(1_000), script: to.to_vec() }];
        let spends = OutPoint { txid: self.transaction.txid(), index: 0 };
        let tx = PresignedTx { version: 2, spends, sequence: waited.into(), outputs };
        let signature = schnorr::sign(key, &sighash(&tx, &self.path), &[0; 32]);
        tx.with_witness(&witness::timelock(&self.path, &signature))
    }
}

impl Stakers {
    /// Has a finality provider lock stake for so many blocks; `None` where that is no time.
    pub fn lock_own(&mut self, fp: &FinalityProvider, sats: u64, timelock: u16) -> Option<Txid> {
        let path = fp.self_stake_output(timelock)?.timelock_path(sats);
        let outputs = vec![Output { sats, script: path.spent.script.clone() }];
        let inputs = vec![transactions::coin(&mut self.rng)];
        let transaction = Transaction { version: 2, inputs, outputs, lock_time: 0 };
        let txid = transaction.txid();
        self.locks.insert(txid, Lock { fp: fp.public_key(), transaction, timelock, path });
        Some(txid)
    }
}
