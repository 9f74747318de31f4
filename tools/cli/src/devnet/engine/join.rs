//! What follows once somebody has deployed the contract on a chain without one: the relayer opens the channel, and
//! finality providers register, a step a block, as people would. Without Babylon stake is brought and randomness named instead.

use serde_json::json;

use super::Engine;

impl Engine {
    /// The next step, where there is one, in the block that is being built at `height`: between blocks it would begin the
    /// next one, and seal that without its transactions.
    pub(super) fn join(&mut self, height: u64) {
        if !self.options.instantiate.is_null() || self.trouble.relayer_stopped {
            return;
        }
        let registered = self.net.chain.registered();
        let (bsn, light_client) = (registered.btc_finality.clone(), registered.btc_light_client.clone());
        if self.net.bsn.is_empty() {
            if self.net.chain.contract(&bsn).is_some() {
                (self.net.bsn, self.net.light_client) = (bsn, light_client);
                let config = self.ask(&json!({ "config": {} })).unwrap_or_default();
                self.net.stake_verifier = config["stake_verifier"].as_str().unwrap_or_default().to_owned();
            }
        } else if self.net.is_alone() {
            self.join_alone(height);
        } else if self.net.channel.is_none() {
            // A side that refuses is tried again with the next block.
            let _ = self.net.open_channel();
        } else if self.net.fps.len() < self.options.stakes.len() {
            let (_, operator, stake) = self.next_fp();
            if self.net.add_operated_fp(self.options.seed, stake, operator.as_ref()).is_ok() {
                self.voted.push(height);
            }
        }
    }

    /// The finality provider that joins next: its place, its operator's account, its stake in whole bitcoin.
    pub(super) fn next_fp(&self) -> (usize, Option<[u8; 20]>, u64) {
        let index = self.net.fps.len();
        let operator = self.fp_account(index).map(|one| bsn_rpc::key::account_of(&one.key.public_key()));
        (index, operator, self.options.stakes.get(index).copied().unwrap_or_default())
    }
}
