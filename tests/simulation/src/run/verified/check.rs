use std::collections::{BTreeMap, BTreeSet};

use primitives::Txid;
use serde_json::{Value, json};

use super::Run;
use crate::model::Key;
use crate::model::stakes::{Place, Stake};
use crate::plan::Broken;

impl Run {
    /// What waits, what was not taken and what is in the quarantine is as much as the model says; and Bitcoin is where it
    /// says.
    pub(in crate::run) fn check_verified(&mut self) -> Result<(), Broken> {
        let Some(stakes) = &self.model.stakes else { return Ok(()) };
        let health: Value = self.ask(&json!({ "health": {} }))?;
        let said = &health["staking"];
        let verified = &said["verified"];
        let [waiting, unsent] = [stakes.waiting(), stakes.unsent.len()];
        self.ensure(verified["waiting"] == waiting && verified["unsent"] == unsent, || {
            format!("{verified} of stake, the model has {waiting} that wait and {unsent} that were not taken")
        })?;
        let kept = stakes.quarantine.len();
        self.ensure(said["quarantined"] == kept, || format!("{said}, the model has {kept} in quarantine"))?;
        let tip: Value =
            self.net.ask_bitcoin(&json!({ "btc_tip_header": {} })).map_err(|e| self.broken(e.to_string()))?;
        let ours = stakes.bitcoin.tip();
        let mut hash = ours.hash;
        hash.reverse();
        let agrees = tip["height"] == ours.height && tip["hash"] == hex::encode(hash);
        self.ensure(agrees, || format!("Bitcoin is at {tip}, the model's at {ours:?}"))?;
        self.report.hold("what waits, what was not taken, and the quarantine are the model's");
        self.report.reach("items in quarantine", kept as u64);
        self.report.reach("outcomes that were not taken", unsent as u64);
        self.report.reach("stakes taken back with their block", stakes.taken_back);
        self.report.reach("stakes that wait for a proof", waiting as u64);
        Ok(())
    }

    /// Each item stands where the model has it, and the sums of what counts are those of the other contract.
    pub(super) fn check_ledgers(&mut self) -> Result<(), Broken> {
        let Some(stakes) = &self.model.stakes else { return Ok(()) };
        let (mut after, mut found) = (json!({}), 0);
        let mut sums: BTreeMap<Key, u64> = BTreeMap::new();
        loop {
            let query = json!({ "items": { "after_txid": after["txid"], "after_output": after["output"], "limit": 30 } });
            let page: Value = self.net.ask_verifier(&query).map_err(|e| self.broken(e.to_string()))?;
            for item in page["items"].as_array().into_iter().flatten() {
                let output = item["output"].as_u64().and_then(|output| u32::try_from(output).ok());
                let outpoint =
                    (item["txid"].as_str().unwrap_or_default().to_owned(), output.unwrap_or(u32::MAX));
                let stake = stakes.all.get(&outpoint);
                let stake = stake.ok_or_else(|| self.broken(format!("the model has no {item}")))?;
                self.ensure(stands(stake, &item["standing"]), || format!("{item}, the model has {stake:?}"))?;
                if let Place::Counts { block } = stake.place
                    && self.model.tip < stake.expiry(&block)
                    && item["is_unsent"] == false
                {
                    *sums.entry(stake.fp).or_default() += stake.sats;
                }
                found += 1;
            }
            after = page["next"].clone();
            if after.is_null() {
                break;
            }
        }
        let all = stakes.all.len();
        self.ensure(found == all, || format!("{found} items, the model has {all}"))?;
        let behind = self.queued()? > 0 || !self.ended_well;
        for (key, fp) in self.model.fps.iter().filter(|_| !behind) {
            let sum = sums.get(key).copied().unwrap_or_default();
            let power = fp.power(self.model.tip);
            self.ensure(sum == power, || {
                format!("{} has {sum} by items, {power} by outcomes", hex::encode(key))
            })?;
        }
        self.report.hold("each item stands where the model has it, and both ledgers have the same sums");
        Ok(())
    }

    /// In the end, when everything was proven, what counts is what Bitcoin's chain has and nobody has spent: by the
    /// chain itself, not by what was told of it.
    pub(in crate::run) fn verify_stake_in_bitcoin(&mut self) -> Result<(), Broken> {
        let miner = &self.net.miner;
        let tip = miner.tip_height();
        let mut expected = BTreeSet::new();
        let stakes = self.model.stakes.iter().flat_map(|stakes| &stakes.all);
        let by_outpoint: BTreeMap<_, _> = stakes.collect();
        for txid in &self.market.delegations {
            let Some(stake) = by_outpoint.get(&self.outpoint(txid)) else { continue };
            let block = self.market.mempool.block_of(miner, txid).and_then(|hash| miner.block(&hash));
            let Some(block) = block else { continue };
            let spender = self.market.mempool.spender(miner, (*txid, self.output_of(txid)));
            let end = (block.height + stake.time).min(stake.said_end);
            let is_ours = self.model.fps.get(&stake.fp).is_some_and(|fp| fp.era == self.model.era);
            if spender.is_none() && tip + stake.unbonding < end && is_ours {
                expected.insert((stake.fp, txid.to_string()));
            }
        }
        let mut counted = BTreeSet::new();
        for (key, fp) in self.model.fps.iter().filter(|(_, fp)| fp.era == self.model.era) {
            let live = fp.stake.iter().filter(|(_, share)| self.model.tip < share.expiry);
            counted
                .extend(live.map(|(name, _)| (*key, name.split(':').next().unwrap_or_default().to_owned())));
        }
        let (many, of) = (counted.len(), expected.len());
        let (wrong, lost): (Vec<_>, Vec<_>) =
            (counted.difference(&expected).collect(), expected.difference(&counted).collect());
        self.ensure(wrong.is_empty() && lost.is_empty(), || {
            format!("{many} stakes count, Bitcoin shows {of}: wrongly {wrong:?}, not {lost:?}")
        })?;
        self.report.hold("in the end what counts is what Bitcoin's chain has, to the last stake");
        Ok(())
    }

    /// Everything is mined, buried, carried and proven.
    pub(in crate::run) fn prove_everything(&mut self) -> Result<(), Broken> {
        for percent in [100, 100, 0, 0, 0] {
            self.market.mempool.mine(&mut self.net.miner, &mut self.dice, percent);
        }
        self.see_bitcoin();
        self.relay(self.height())?;
        let all: Vec<Txid> = self.market.delegations.clone();
        let spent = self.spent();
        self.prove_spends(&spent)?;
        self.prove_these(&all)?;
        // What is challenged counts when that is over.
        for _ in 0..=super::CHALLENGE_DELAY {
            self.market.mempool.mine(&mut self.net.miner, &mut self.dice, 0);
        }
        self.see_bitcoin();
        self.relay(self.height())?;
        self.follow_stake()
    }
}

fn stands(stake: &Stake, answer: &Value) -> bool {
    let expected = match stake.place {
        Place::Waiting => json!({ "waiting": { "spent_height": null } }),
        Place::Spent { block, foretold: true } => json!({ "waiting": { "spent_height": block.height } }),
        Place::Spent { block, foretold: false } => json!({ "ended": { "btc_height": block.height } }),
        Place::Counts { block } => {
            json!({ "active": { "start_height": block.height, "end_height": stake.end(&block) } })
        }
        Place::Challenged { block, due } => json!({ "challenged": {
            "start_height": block.height, "end_height": stake.end(&block), "due_height": due,
        } }),
    };
    expected == *answer
}
