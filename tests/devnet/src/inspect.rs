//! Looking into the chain, and a few ways to reach into it.

use cosmwasm_std::{Binary, Coin, from_json, to_json_vec};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Chain,
    error::Failure,
    gas::Usage,
    state::{StateSize, as_slices, key_prefix, prefixed_range},
    vm::Pair,
};

impl Chain {
    /// Asks a contract.
    ///
    /// # Errors
    /// [`Failure::Contract`] with the contract's own text, or whatever else went wrong.
    ///
    /// # Panics
    /// If the answer is not a `T`.
    pub fn query<T: DeserializeOwned>(&self, contract: &str, msg: &impl Serialize) -> Result<T, Failure> {
        let (answer, _) = self.query_report(contract, msg);
        answer.map(|json| from_json(&json).expect("the answer has the type asked for"))
    }

    /// Asks a contract, and says what that used.
    pub fn query_report(&self, contract: &str, msg: &impl Serialize) -> (Result<Binary, Failure>, Usage) {
        let msg = to_json_vec(msg).expect("a message is plain data");
        let index = self.world().state().tx_index.take();
        let attempt = self.world().attempt(None, false, || self.world().smart(contract, &msg));
        self.world().state().tx_index = index;
        (attempt.result, attempt.usage)
    }

    /// The value at a contract's storage key.
    pub fn query_raw(&self, contract: &str, key: &[u8]) -> Option<Vec<u8>> {
        self.world().raw(contract, key).ok().flatten()
    }

    /// Writes into a contract's storage behind its back: for tests of broken states.
    ///
    /// # Errors
    /// If `contract` is not an address.
    pub fn write_raw(&mut self, contract: &str, key: &[u8], value: &[u8]) -> Result<(), Failure> {
        let full = [key_prefix(&self.world().decode(contract)?), key.to_vec()].concat();
        self.world().state().store.insert(full, value.to_vec());
        Ok(())
    }

    /// A contract's whole storage, in order.
    pub fn storage(&self, contract: &str) -> Vec<Pair> {
        let mut pairs = Vec::new();
        self.each_entry(contract, |key, value| pairs.push((key.to_vec(), value.to_vec())));
        pairs
    }

    /// How much a contract stores.
    pub fn state_size(&self, contract: &str) -> StateSize {
        let mut size = StateSize::default();
        self.each_entry(contract, |key, value| {
            size.entries += 1;
            size.bytes += (key.len() + value.len()) as u64;
        });
        size
    }

    /// Shows every entry of a contract's storage, in order.
    pub fn each_entry(&self, contract: &str, mut see: impl FnMut(&[u8], &[u8])) {
        let Ok(address) = self.world().decode(contract) else { return };
        let prefix = key_prefix(&address);
        let range = prefixed_range(&prefix, None, None);
        let state = self.world().state();
        state.store.range(as_slices(&range)).for_each(|(key, value)| see(&key[prefix.len()..], value));
    }

    /// What everything since genesis used together.
    pub fn total_usage(&self) -> Usage {
        self.world().state().usage
    }

    /// An account's coins of one denom.
    pub fn balance(&self, address: &str, denom: &str) -> u128 {
        self.world().state().balance(address, denom)
    }

    /// An account's coins.
    pub fn balances(&self, address: &str) -> Vec<Coin> {
        self.world().state().balances(address)
    }

    /// All coins of a denom.
    pub fn supply(&self, denom: &str) -> u128 {
        self.world().state().supply(denom)
    }

    /// Makes coins.
    pub fn mint(&mut self, address: &str, amount: u128, denom: &str) {
        self.world().state().mint(address, denom, amount);
    }

    /// Fees that the next block's BeginBlock splits.
    pub fn collect_fees(&mut self, amount: u128, denom: &str) {
        let collector = self.fee_collector();
        self.mint(&collector, amount, denom);
    }
}
