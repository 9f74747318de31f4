//! What such a chain writes into Bitcoin itself.

use primitives::{AppHash, SigningContext};

use super::Stakers;
use crate::Appchain;
use crate::babylon::transactions;
use crate::miner::{Output, Transaction};

impl Stakers {
    /// A transaction that says that a block had this application hash; anybody can pay for one. `OP_RETURN` with 52 bytes: `BSN1`, eight
    /// bytes that name the chain, the height (big endian) and the hash.
    pub fn timestamp(&mut self, appchain: &Appchain, height: u64, app_hash: &AppHash) -> Transaction {
        let Appchain { chain_id, contract } = appchain;
        let name = SigningContext::bitcoin_timestamp(chain_id, contract).digest();
        let data = [&b"BSN1"[..], &name[..8], &height.to_be_bytes(), app_hash.as_bytes()].concat();
        let (inputs, outputs) = (vec![transactions::coin(&mut self.rng)], vec![Output::op_return(&data)]);
        Transaction { version: 2, inputs, outputs, lock_time: 0 }
    }
}
