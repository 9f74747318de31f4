use primitives::Txid;

use super::Run;
use crate::plan::Broken;

impl Run {
    /// Somebody ends a delegation that Babylon calls active, in one of the ways there are.
    pub(super) fn end_some(&mut self) {
        let babylon = &self.net.link.app.babylon;
        let tip = babylon.bitcoin_height();
        let is_active =
            |txid: &Txid| babylon.delegation(txid).is_some_and(|delegation| delegation.is_active(tip));
        self.market.active.retain(is_active);
        let fps = usize::try_from(self.plan.fps).unwrap_or_default();
        if self.market.active.len() < fps {
            return;
        }
        let Some(place) = self.dice.place(self.market.active.len()) else { return };
        let txid = self.market.active.swap_remove(place);
        match self.dice.between(0, 9) {
            0..=1 => self.end_by_word(&txid),
            2..=5 => {
                self.report.see("delegations ended with a proof of Babylon", 1);
                self.send_unbonding(&txid);
                self.market.unbonding.push(txid);
            }
            6..=7 => {
                self.report.inject("stakes spent of which Babylon says nothing");
                self.send_unbonding(&txid);
            }
            _ => self.expand(&txid),
        }
    }

    /// Babylon says so and proves nothing; it may be true.
    fn end_by_word(&mut self, txid: &Txid) {
        if self.net.link.app.babylon.undelegate(txid).is_ok() {
            self.report.inject("ends of Babylon without a proof");
            if self.dice.percent(60) {
                self.send_unbonding(txid);
            }
        }
    }

    fn send_unbonding(&mut self, txid: &Txid) {
        let known = self.net.link.app.babylon.delegation(txid);
        if let Some(tx) = known.map(|known| known.unbonding_tx.clone()) {
            self.market.mempool.send(tx);
        }
    }

    fn expand(&mut self, txid: &Txid) {
        let more = self.dice.between(1, 99);
        if let Ok(new) = self.net.link.app.babylon.expand(txid, more) {
            self.delegated += 1;
            self.report.see("delegations expanded", 1);
            self.took_up(new);
        }
    }

    /// Babylon tells of so many percent of the unbonding transactions that are mined; of the others later.
    pub(super) fn tell_of_unbonding(&mut self, percent: u32) -> Result<(), Broken> {
        for txid in std::mem::take(&mut self.market.unbonding) {
            let babylon = &self.net.link.app.babylon;
            let unbonding = babylon.delegation(&txid).map(|known| known.unbonding_tx.txid());
            let Some(unbonding) = unbonding else { continue };
            let is_mined = self.market.mempool.is_mined(&self.net.miner, &unbonding);
            if !is_mined || !self.dice.percent(percent) {
                self.market.unbonding.push(txid);
                continue;
            }
            let inclusion = self.net.miner.inclusion(&unbonding);
            let inclusion = inclusion.ok_or_else(|| self.broken(format!("{unbonding} is in no block")))?;
            // What ran out meanwhile cannot be ended.
            let _ = self.net.link.app.babylon.undelegate_proven(&txid, inclusion);
        }
        Ok(())
    }
}
