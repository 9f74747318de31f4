//! Transactions: one signature (SIGN_MODE_DIRECT), sequences in turn, gas by simulation.

use std::sync::Mutex;
use std::time::Duration;

use crate::proto::cosmos::base::v1beta1::Coin;
use crate::proto::cosmos::crypto::secp256k1::PubKey;
use crate::proto::cosmos::tx::v1beta1 as tx;
use crate::proto::tendermint::abci;
use crate::proto::{Any, Message, pack};
use crate::query::Numbers;
use crate::{Client, Error, Event, Key, Result, TxResult};

/// `SIGN_MODE_DIRECT`.
const DIRECT: i32 = 1;
/// How often a sequence that the node corrects is tried.
const TRIES: u32 = 3;
/// How long a block may take.
const INCLUSION: Duration = Duration::from_secs(60);

/// What a transaction pays, and what it may use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fee {
    /// Amount and denom of each coin.
    pub coins: Vec<(u128, String)>,
    /// SDK gas.
    pub gas: u64,
    /// Who pays instead, by an allowance of x/feegrant; empty for nobody.
    pub granter: String,
}

impl Fee {
    /// In one coin.
    pub fn new(amount: u128, denom: &str, gas: u64) -> Self {
        Self { coins: vec![(amount, denom.to_owned())], gas, granter: String::new() }
    }
}

/// What messages would come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Simulated {
    /// SDK gas.
    pub gas: u64,
    /// What they answer: `TxMsgData`.
    pub data: Vec<u8>,
    /// Their events.
    pub events: Vec<Event>,
}

/// An account whose key is here. Transactions of several threads get their sequences in turn.
#[derive(Debug)]
pub struct Wallet {
    /// Its address.
    pub address: String,
    key: Key,
    next: Mutex<Option<Numbers>>,
}

impl Wallet {
    /// Of a key, on a chain whose addresses begin with `prefix`.
    ///
    /// # Errors
    /// [`Error::BadAddress`] if `prefix` cannot be one.
    pub fn new(key: Key, prefix: &str) -> Result<Self> {
        Ok(Self { address: key.address(prefix)?, key, next: Mutex::new(None) })
    }

    /// Signs and puts into the mempool; gives the hash and how many bytes it has. Where the node expects another
    /// sequence (it has forgotten its mempool, or somebody else sent), that is taken.
    ///
    /// # Errors
    /// As [`Client::broadcast`], [`Client::account`], and [`Error::Unsettled`].
    pub fn broadcast(
        &self,
        client: &Client,
        chain_id: &str,
        messages: &[Any],
        fee: &Fee,
    ) -> Result<(String, usize)> {
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut numbers = match *next {
            Some(known) => known,
            None => client.account(&self.address)?,
        };
        for _ in 0..TRIES {
            let bytes = self.sign(chain_id, messages, fee, numbers)?;
            match client.broadcast(&bytes) {
                Ok(hash) => {
                    *next = Some(Numbers { sequence: numbers.sequence + 1, ..numbers });
                    return Ok((hash, bytes.len()));
                }
                Err(Error::NotTaken { log, .. }) if expected_sequence(&log).is_some() => {
                    numbers.sequence = expected_sequence(&log).unwrap_or_default();
                }
                Err(error) => {
                    *next = None;
                    return Err(error);
                }
            }
        }
        *next = None;
        Err(Error::Unsettled(self.address.clone()))
    }

    /// As [`broadcast`](Self::broadcast), and waits for the block.
    ///
    /// # Errors
    /// As [`broadcast`](Self::broadcast), [`Error::NotIncluded`], and [`Error::Failed`] where it fails in its block.
    pub fn deliver(&self, client: &Client, chain_id: &str, messages: &[Any], fee: &Fee) -> Result<TxResult> {
        let (hash, _) = self.broadcast(client, chain_id, messages, fee)?;
        let done = client.wait_for_tx(&hash, INCLUSION)?;
        if done.code == 0 {
            return Ok(done);
        }
        let TxResult { height, code, codespace, log, .. } = done;
        Err(Error::Failed { hash, height, code, codespace, log })
    }

    /// What the messages would use: SDK gas.
    ///
    /// # Errors
    /// As [`try_out`](Self::try_out).
    pub fn simulate(&self, client: &Client, messages: &[Any]) -> Result<u64> {
        Ok(self.try_out(client, messages)?.gas)
    }

    /// What the messages would use and do, by the state of now.
    ///
    /// # Errors
    /// As [`Client::ask`]; a message that fails is [`Error::Query`] with the chain's text.
    pub fn try_out(&self, client: &Client, messages: &[Any]) -> Result<Simulated> {
        let path = "/cosmos.tx.v1beta1.Service/Simulate";
        let numbers = client.account(&self.address)?;
        let raw = tx::TxRaw {
            body_bytes: body(messages),
            auth_info_bytes: self.auth(&Fee::default(), numbers.sequence),
            signatures: vec![Vec::new()],
        };
        #[expect(deprecated, reason = "the message has a field that is")]
        let request = tx::SimulateRequest { tx: None, tx_bytes: raw.encode_to_vec() };
        let answer: tx::SimulateResponse = client.ask(path, &request)?;
        let gas =
            answer.gas_info.map(|gas| gas.gas_used).ok_or_else(|| Error::answer(path, "no gas_info"))?;
        let result = answer.result.unwrap_or_default();
        #[expect(deprecated, reason = "all chains fill it, and some only it")]
        let data = result.data;
        Ok(Simulated { gas, data, events: result.events.into_iter().map(event).collect() })
    }

    /// The bytes of a signed transaction.
    ///
    /// # Errors
    /// As [`Key::sign`].
    pub fn sign(&self, chain_id: &str, messages: &[Any], fee: &Fee, numbers: Numbers) -> Result<Vec<u8>> {
        let (body_bytes, auth_info_bytes) = (body(messages), self.auth(fee, numbers.sequence));
        let doc = tx::SignDoc {
            body_bytes: body_bytes.clone(),
            auth_info_bytes: auth_info_bytes.clone(),
            chain_id: chain_id.to_owned(),
            account_number: numbers.account,
        };
        let signatures = vec![self.key.sign(&doc.encode_to_vec())?];
        Ok(tx::TxRaw { body_bytes, auth_info_bytes, signatures }.encode_to_vec())
    }

    fn auth(&self, fee: &Fee, sequence: u64) -> Vec<u8> {
        let single = tx::mode_info::Single { mode: DIRECT };
        let signer = tx::SignerInfo {
            public_key: Some(pack(&PubKey { key: self.key.public_key() })),
            mode_info: Some(tx::ModeInfo { sum: Some(tx::mode_info::Sum::Single(single)) }),
            sequence,
        };
        let coin =
            |(amount, denom): &(u128, String)| Coin { denom: denom.clone(), amount: amount.to_string() };
        let fee = tx::Fee {
            amount: fee.coins.iter().map(coin).collect(),
            gas_limit: fee.gas,
            payer: String::new(),
            granter: fee.granter.clone(),
        };
        #[expect(deprecated, reason = "the message has a field that is")]
        let auth = tx::AuthInfo { signer_infos: vec![signer], fee: Some(fee), tip: None };
        auth.encode_to_vec()
    }
}

fn event(event: abci::Event) -> Event {
    let attributes = event.attributes.into_iter().map(|one| (one.key, one.value)).collect();
    Event { kind: event.r#type, attributes }
}

fn body(messages: &[Any]) -> Vec<u8> {
    tx::TxBody { messages: messages.to_vec(), ..Default::default() }.encode_to_vec()
}

/// What the node says that the sequence should have been.
fn expected_sequence(log: &str) -> Option<u64> {
    let (_, rest) = log.split_once("account sequence mismatch, expected ")?;
    rest.split_once(',')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_node_says_which_sequence_it_expects() {
        let error = "account sequence mismatch, expected 132, got 133: incorrect account sequence";
        assert_eq!(expected_sequence(error), Some(132));
        assert_eq!(expected_sequence("out of gas"), None);
    }
}
