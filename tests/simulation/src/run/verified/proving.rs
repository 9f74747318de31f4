use devnet::TxReport;
use devnet::network::verdicts;
use primitives::Txid;
use serde_json::{Value, json};

use super::Run;
use crate::model::stakes::Outpoint;
use crate::plan::Broken;

/// How many proofs a message has here.
const PROOFS: usize = 40;
/// How many proofs are kept to be sent once more.
const OLD: usize = 30;
/// How many of what is to be done one call of the contract does.
const PORTION: usize = 16;

/// A proof that was good once.
#[derive(Debug, Clone)]
pub struct OldProof {
    stake: Outpoint,
    block: [u8; 32],
    json: Value,
    is_spend: bool,
}

impl Run {
    /// Somebody proves some of the delegations that are in Bitcoin: the last ones, and any.
    pub(super) fn prove_some(&mut self) -> Result<(), Broken> {
        let all = &self.market.delegations;
        let newest = all.len().saturating_sub(PROOFS / 2);
        let mut chosen: Vec<Txid> = all[newest..].to_vec();
        for _ in 0..PROOFS / 4 {
            chosen.extend(self.dice.pick(&self.market.delegations).copied());
        }
        let some = u32::try_from(self.dice.between(10, 90)).unwrap_or(50);
        chosen.retain(|_| self.dice.percent(some));
        self.prove_these(&chosen)
    }

    pub(super) fn prove_these(&mut self, chosen: &[Txid]) -> Result<(), Broken> {
        let mut proofs = Vec::new();
        for txid in chosen {
            let Some(block) = self.market.mempool.block_of(&self.net.miner, txid) else { continue };
            let json = self.net.inclusion_proof(txid).map_err(|error| self.broken(error.to_string()))?;
            proofs.push(OldProof { stake: self.outpoint(txid), block, json, is_spend: false });
        }
        self.send_proofs(proofs)
    }

    /// Somebody proves some of the spends that are in Bitcoin.
    pub(super) fn watch(&mut self) -> Result<(), Broken> {
        let mut spent = self.spent();
        self.dice.shuffle(&mut spent);
        spent.truncate(5);
        self.prove_spends(&spent)
    }

    /// All delegations that are spent in Bitcoin, and not by what the model knows.
    pub(super) fn spent(&self) -> Vec<Txid> {
        let is_spent = |txid: &&Txid| {
            self.market.mempool.spender(&self.net.miner, (**txid, self.output_of(txid))).is_some()
        };
        self.market.delegations.iter().filter(is_spent).copied().collect()
    }

    pub(super) fn prove_spends(&mut self, spent: &[Txid]) -> Result<(), Broken> {
        let mut proofs = Vec::new();
        for txid in spent {
            let spender = self.market.mempool.spender(&self.net.miner, (*txid, self.output_of(txid)));
            let Some(spender) = spender.cloned() else { continue };
            let Some(block) = self.market.mempool.block_of(&self.net.miner, &spender.txid()) else {
                continue;
            };
            // The stake may have left the chain while who spends it is in it again: a proof names only the spend.
            let Ok(json) = self.net.spend_proof(txid, &spender) else { continue };
            proofs.push(OldProof { stake: self.outpoint(txid), block, json, is_spend: true });
        }
        self.send_proofs(proofs)
    }

    /// Somebody sends proofs that were sent before, good ones or not.
    pub(super) fn prove_again(&mut self) -> Result<(), Broken> {
        let mut old = self.market.old_proofs.clone();
        self.dice.shuffle(&mut old);
        old.truncate(6);
        self.report.inject("proofs sent again");
        self.send_proofs(old)
    }

    fn send_proofs(&mut self, proofs: Vec<OldProof>) -> Result<(), Broken> {
        let (spends, inclusions): (Vec<_>, Vec<_>) = proofs.into_iter().partition(|proof| proof.is_spend);
        for chunk in inclusions.chunks(PROOFS) {
            self.keep_up()?;
            if let Some(stakes) = &mut self.model.stakes {
                stakes.catch_up();
            }
            self.send("prove_delegations", chunk)?;
        }
        spends.chunks(PROOFS).try_for_each(|chunk| self.send("prove_spends", chunk))
    }

    /// One message, held verdict by verdict against the model.
    fn send(&mut self, name: &str, proofs: &[OldProof]) -> Result<(), Broken> {
        let listed: Vec<_> = proofs.iter().map(|proof| &proof.json).collect();
        let report = self.verifier(&json!({ name: { "proofs": listed } }))?;
        let verdicts = verdicts(&report);
        self.ensure(verdicts.len() == proofs.len(), || format!("{name}: {verdicts:?}"))?;
        for (proof, verdict) in proofs.iter().zip(verdicts) {
            let Some(stakes) = &mut self.model.stakes else { continue };
            let expected = match proof.is_spend {
                true => stakes.prove_spend(&proof.stake, &proof.block),
                false => stakes.prove(&proof.stake, &proof.block),
            };
            let became = verdict["ok"]["became"].as_str();
            self.ensure(became == expected, || {
                format!("{name} of {:?} comes to {verdict}, the model's is {expected:?}", proof.stake)
            })?;
            self.report.hold("a proof comes to what the model makes of it");
            self.report.see(seen(expected, proof.is_spend), 1);
        }
        self.model.settle();
        self.market.old_proofs.extend_from_slice(proofs);
        let excess = self.market.old_proofs.len().saturating_sub(OLD);
        self.market.old_proofs.drain(..excess);
        Ok(())
    }

    /// Where more is to be done than a portion of one call, somebody follows first.
    fn keep_up(&mut self) -> Result<(), Broken> {
        let to_do = self.model.stakes.as_ref().map_or(0, |stakes| stakes.to_do());
        if to_do > PORTION { self.follow_stake() } else { Ok(()) }
    }

    /// Somebody has the contract follow Bitcoin, until there is nothing more to do.
    pub(super) fn follow_stake(&mut self) -> Result<(), Broken> {
        let Some(stakes) = &mut self.model.stakes else { return Ok(()) };
        let calls =
            2 + stakes.to_do() / PORTION + stakes.all.len() / 2 / PORTION + stakes.unsent.len() / PORTION;
        stakes.follow();
        self.model.settle();
        for _ in 0..calls {
            self.verifier(&json!({ "follow": {} }))?;
        }
        self.report.see("times that somebody had Bitcoin followed", 1);
        self.check_ledgers()
    }

    /// Somebody has the quarantine tried again.
    pub(super) fn retry_quarantined(&mut self) -> Result<(), Broken> {
        let page: Value = self.ask(&json!({ "quarantined": { "limit": 30 } }))?;
        let ids: Vec<u64> =
            page["items"].as_array().into_iter().flatten().filter_map(|item| item["id"].as_u64()).collect();
        if ids.is_empty() || self.queued()? > 0 {
            return Ok(());
        }
        let done = self.execute(&json!({ "retry_quarantined": { "ids": ids } }))?;
        self.ensure(done.is_ok(), || format!("the quarantine is not tried again: {done:?}"))?;
        if let Some(stakes) = &mut self.model.stakes {
            let before = stakes.quarantine.len();
            stakes.retry(ids.len());
            let left = before - stakes.quarantine.len();
            self.report.see("items that left the quarantine", left as u64);
        }
        self.model.settle();
        Ok(())
    }

    /// A message to the contract that verifies; it never fails as a whole.
    fn verifier(&mut self, message: &Value) -> Result<TxReport, Broken> {
        let done = self.net.verify(message);
        done.map_err(|error| self.broken(format!("{message}: {error}")))
    }

    pub(super) fn output_of(&self, txid: &Txid) -> u32 {
        let known = self.net.link.app.babylon.delegation(txid);
        known.map_or(0, |known| known.event.staking_output_idx)
    }

    pub(super) fn outpoint(&self, txid: &Txid) -> Outpoint {
        (txid.to_string(), self.output_of(txid))
    }
}

fn seen(became: Option<&str>, is_spend: bool) -> &'static str {
    match (became, is_spend) {
        (Some("active"), _) => "proofs by which stake counts",
        (Some("challenged"), _) => "proofs by which stake is challenged",
        (Some("ended"), _) => "proofs by which stake ends",
        (Some("remembered"), _) => "proofs of a spend that is not deep yet",
        (Some(_), _) => "proofs of a spend that was known",
        (None, false) => "proofs of inclusion that are refused",
        (None, true) => "proofs of a spend that are refused",
    }
}
