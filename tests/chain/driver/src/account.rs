//! Accounts, and transactions signed by them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use cosmrs::crypto::secp256k1::SigningKey;
use cosmrs::proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse};
use cosmrs::proto::traits::Message;
use cosmrs::tx::{Body, Fee, SignDoc, SignerInfo};
use cosmrs::{AccountId, Any, Coin};
use sha2::{Digest, Sha256};

use crate::process;
use crate::rpc::{Rpc, TxResult};

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

/// An account whose key this program holds. Transactions of several threads get their sequence numbers in turn.
pub struct Account {
    /// Its address.
    pub address: String,
    secret: [u8; 32],
    key: SigningKey,
    sequence: Mutex<Option<(u64, u64)>>,
    pays_in_all: AtomicBool,
}

impl Account {
    /// From a name: these are keys for tests.
    ///
    /// # Errors
    /// If `prefix` is no prefix of addresses.
    pub fn new(prefix: &str, name: &str) -> Result<Self> {
        let secret: [u8; 32] = Sha256::digest(format!("chain-test/{name}")).into();
        let key = SigningKey::from_slice(&secret).map_err(|error| anyhow!("{name}: {error}"))?;
        let address = key.public_key().account_id(prefix).map_err(|error| anyhow!("{prefix}: {error}"))?;
        Ok(Self {
            address: address.to_string(),
            secret,
            key,
            sequence: Mutex::new(None),
            pays_in_all: AtomicBool::new(false),
        })
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
    pub fn broadcast(&self, rpc: &Rpc, chain_id: &str, msgs: Vec<Any>, gas: u64) -> Result<(String, usize)> {
        let mut next = self.sequence.lock().map_err(|_| anyhow!("another thread panicked"))?;
        let (number, mut sequence) = match *next {
            Some(known) => known,
            None => self.on_chain(rpc)?,
        };
        for _ in 0..3 {
            let tx = self.sign(chain_id, msgs.clone(), gas, number, sequence)?;
            match rpc.broadcast(&tx) {
                Ok(hash) => {
                    *next = Some((number, sequence + 1));
                    return Ok((hash, tx.len()));
                }
                // A restarted node has forgotten what was in its mempool.
                Err(error) => match expected_sequence(&format!("{error}")) {
                    Some(expected) => sequence = expected,
                    None => {
                        *next = None;
                        return Err(error);
                    }
                },
            }
        }
        bail!("the sequence of {} does not settle", self.address)
    }

    /// As [`broadcast`](Self::broadcast), and waits for the block.
    ///
    /// # Errors
    /// If the node refuses it or no block takes it. A transaction that fails in its block is no error here.
    pub fn deliver(&self, rpc: &Rpc, chain_id: &str, msgs: Vec<Any>, gas: u64) -> Result<(TxResult, usize)> {
        let (hash, bytes) = self.broadcast(rpc, chain_id, msgs, gas)?;
        let in_a_block = || rpc.tx(&hash);
        Ok((process::wait_for("a transaction in a block", Duration::from_secs(60), in_a_block)?, bytes))
    }

    fn sign(&self, chain_id: &str, msgs: Vec<Any>, gas: u64, number: u64, sequence: u64) -> Result<Vec<u8>> {
        let more = if self.pays_in_all.load(Ordering::Relaxed) { &DENOMS[..] } else { &[] };
        let mut fee = Fee::from_amount_and_gas(coin(DENOM)?, gas);
        fee.amount.extend(more.iter().map(|denom| coin(denom)).collect::<Result<Vec<_>>>()?);
        let body = Body::new(msgs, "", 0_u32);
        let auth = SignerInfo::single_direct(Some(self.key.public_key()), sequence).auth_info(fee);
        let chain_id = chain_id.parse().context("a chain id")?;
        SignDoc::new(&body, &auth, &chain_id, number)
            .and_then(|doc| doc.sign(&self.key))
            .and_then(|raw| raw.to_bytes())
            .map_err(|error| anyhow!("cannot sign: {error}"))
    }

    fn on_chain(&self, rpc: &Rpc) -> Result<(u64, u64)> {
        let request = QueryAccountRequest { address: self.address.clone() }.encode_to_vec();
        let answer = rpc.query("/cosmos.auth.v1beta1.Query/Account", &request)?;
        let Some(any) = QueryAccountResponse::decode(answer.as_slice())?.account else {
            bail!("{} does not exist", self.address);
        };
        let account = BaseAccount::decode(any.value.as_slice())?;
        Ok((account.account_number, account.sequence))
    }
}

/// A fee in one coin.
fn coin(denom: &str) -> Result<Coin> {
    Coin::new(FEE, denom).map_err(|error| anyhow!("{error}"))
}

/// The account of a module of the SDK: the first 20 bytes of the hash of its name.
///
/// # Errors
/// If `prefix` is no prefix of addresses.
pub fn of_module(prefix: &str, name: &str) -> Result<String> {
    let hash = Sha256::digest(name);
    let short = hash.first_chunk::<20>().ok_or_else(|| anyhow!("a hash is longer"))?;
    Ok(AccountId::new(prefix, short).map_err(|error| anyhow!("{prefix}: {error}"))?.to_string())
}

/// What the node says that it should have been.
fn expected_sequence(error: &str) -> Option<u64> {
    let (_, rest) = error.split_once("account sequence mismatch, expected ")?;
    rest.split_once(',')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_node_says_which_sequence_it_expects() {
        let error = "refused by the node: account sequence mismatch, expected 132, got 133: incorrect account sequence";
        assert_eq!(expected_sequence(error), Some(132));
        assert_eq!(expected_sequence("out of gas"), None);
    }

    #[test]
    fn governance_has_the_address_it_has_everywhere() {
        assert_eq!(of_module("cosmos", "gov").unwrap(), "cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn");
    }

    #[test]
    fn accounts_follow_from_their_names() {
        let one = Account::new("bbnc", "one").unwrap();
        assert_eq!(one.address, Account::new("bbnc", "one").unwrap().address);
        assert_ne!(one.address, Account::new("bbnc", "two").unwrap().address);
        assert!(one.address.starts_with("bbnc1"));
    }
}
