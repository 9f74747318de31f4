//! What people do on a chain without Babylon: they bring headers of Bitcoin, stake and spends with their proofs, and timestamps.

use primitives::{AppHash, Txid};
use serde_json::json;

use super::Engine;
use super::stake::place;
use devnet::network::BTC;

impl Engine {
    /// The next step of people who begin on a chain that somebody has deployed to, in the block at `height`: a finality provider registers
    /// and stake is signed for it; when all have, and their daemons have committed, the stake is brought and the admin names the commitments.
    pub(super) fn join_alone(&mut self, height: u64) {
        if self.net.fps.len() < self.options.stakes.len() {
            let (index, operator, stake) = self.next_fp();
            // Whoever is refused is tried again with the next block.
            if self.net.register_own_fp(self.options.seed, operator.as_ref()).is_ok() {
                let _ = self.net.delegate_own(index, stake.saturating_mul(BTC));
                self.voted.push(height);
            }
            return;
        }
        let have_committed = self.net.fps.iter().all(|fp| !fp.commitments().is_empty());
        if !self.has_begun && have_committed {
            self.has_begun = self.net.begin_in_block().is_ok();
        }
    }

    /// Brings what Bitcoin has by now. What is refused is tried again with the next block.
    pub(super) fn keep(&mut self) {
        let _ = self.net.tell_headers();
        for txid in self.buried(&self.pool.unproven.iter().copied().collect::<Vec<_>>()) {
            if self.net.bring_stake(&[txid]).is_ok() {
                self.pool.unproven.remove(&txid);
            }
        }
        for txid in self.pool.ending.iter().copied().collect::<Vec<_>>() {
            if self.prove_spend(&txid).is_some() {
                self.pool.ending.remove(&txid);
            }
        }
    }

    /// Writes our newest header into Bitcoin, and proves it.
    pub(super) fn timestamp_alone(&mut self) {
        let Some(header) = self.net.chain.header(self.net.chain.height()).cloned() else { return };
        let app_hash = AppHash::from_bytes(header.app_hash);
        if let Ok(message) = self.net.own_timestamp(header.height, &app_hash) {
            let _ = self.net.verify(&message);
        }
    }

    fn prove_spend(&mut self, stake: &Txid) -> Option<()> {
        let spend = self.net.delegation(stake)?.unbonding_tx.clone();
        if self.buried(&[spend.txid()]).is_empty() {
            return None;
        }
        let proof = self.net.spend_proof(stake, &spend).ok()?;
        self.net.verify(&json!({ "prove_spends": { "proofs": [proof] } })).ok().map(drop)
    }

    /// Those of these transactions that are as deep in Bitcoin as the contracts wait.
    fn buried(&self, txids: &[Txid]) -> Vec<Txid> {
        let miner = &self.net.miner;
        let depth = self.net.link.app.babylon.params.confirmation_depth;
        let is_deep = |txid: &&Txid| {
            place(miner, txid)
                .is_some_and(|(_, block)| block.height.saturating_add(depth) <= miner.tip_height())
        };
        txids.iter().filter(is_deep).copied().collect()
    }
}
