//! Accounts, and transactions signed by them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use bsn_rpc::proto::Any;
use bsn_rpc::query::Numbers;
use bsn_rpc::{Client, Fee, Key, TxResult, Wallet};
use sha2::{Digest, Sha256};

use crate::process;

/// What a transaction may use if nobody says otherwise.
pub const GAS: u64 = 20_000_000;
/// The one coin.
pub const DENOM: &str = "stake";
/// Other coins, which everybody has too.
pub const DENOMS: [&str; 10] = [
    "udenom0", "udenom1", "udenom2", "udenom3", "udenom4", "udenom5", "udenom6", "udenom7", "udenom8",
    "udenom9",
];
const FEE: u128 = 1_000;

/// An account whose key this program holds.
pub struct Account {
    /// Its address.
    pub address: String,
    secret: [u8; 32],
    wallet: Wallet,
    pays_in_all: AtomicBool,
}

impl Account {
    /// From a name: these are keys for tests.
    ///
    /// # Errors
    /// If `prefix` is no prefix of addresses.
    pub fn new(prefix: &str, name: &str) -> Result<Self> {
        let secret: [u8; 32] = Sha256::digest(format!("chain-test/{name}")).into();
        let wallet = Wallet::new(Key::from_bytes(&secret)?, prefix)?;
        Ok(Self { address: wallet.address.clone(), secret, wallet, pays_in_all: AtomicBool::new(false) })
    }

    /// The secret key in hex.
    pub fn secret_hex(&self) -> String {
        hex::encode(self.secret)
    }

    /// From now on its fees are in all coins, not in the one alone.
    pub fn pay_in_all_denoms(&self) {
        self.pays_in_all.store(true, Ordering::Relaxed);
    }

    /// Signs the messages and puts them into the mempool; gives the hash and how many bytes they are.
    ///
    /// # Errors
    /// If the node refuses.
    pub fn broadcast(
        &self,
        rpc: &Client,
        chain_id: &str,
        msgs: Vec<Any>,
        gas: u64,
    ) -> Result<(String, usize)> {
        Ok(self.wallet.broadcast(rpc, chain_id, &msgs, &self.fee(gas))?)
    }

    /// As [`broadcast`](Self::broadcast), and waits for the block.
    ///
    /// # Errors
    /// If the node refuses it or no block takes it. A transaction that fails in its block is no error here.
    pub fn deliver(
        &self,
        rpc: &Client,
        chain_id: &str,
        msgs: Vec<Any>,
        gas: u64,
    ) -> Result<(TxResult, usize)> {
        let (hash, bytes) = self.broadcast(rpc, chain_id, msgs, gas)?;
        // Here and not in the library: ctrl-c ends the waiting.
        let in_a_block = || Ok(rpc.tx(&hash)?);
        Ok((process::wait_for("a transaction in a block", Duration::from_secs(60), in_a_block)?, bytes))
    }

    /// What the messages would use now, by the node's own count: SDK gas.
    ///
    /// # Errors
    /// If they would fail.
    pub fn simulate(&self, rpc: &Client, msgs: &[Any]) -> Result<u64> {
        Ok(self.wallet.simulate(rpc, msgs)?)
    }

    /// Signs these, to be sent by somebody else in this order: a transaction each.
    ///
    /// # Errors
    /// If the node does not know the account.
    pub fn sign(&self, rpc: &Client, chain_id: &str, each: &[Vec<Any>], gas: u64) -> Result<Vec<Vec<u8>>> {
        let now = rpc.account(&self.address)?;
        let sequences = now.sequence..;
        let signed = each.iter().zip(sequences).map(|(msgs, sequence)| {
            Ok(self.wallet.sign(chain_id, msgs, &self.fee(gas), Numbers { sequence, ..now })?)
        });
        signed.collect()
    }

    fn fee(&self, gas: u64) -> Fee {
        let mut fee = Fee::new(FEE, DENOM, gas);
        if self.pays_in_all.load(Ordering::Relaxed) {
            fee.coins.extend(DENOMS.map(|denom| (FEE, denom.to_owned())));
        }
        fee
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_follow_from_their_names() {
        let one = Account::new("bbnc", "one").unwrap();
        assert_eq!(one.address, Account::new("bbnc", "one").unwrap().address);
        assert_ne!(one.address, Account::new("bbnc", "two").unwrap().address);
        assert!(one.address.starts_with("bbnc1"));
    }
}
