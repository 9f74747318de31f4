//! What must be true in the end.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Run;
use super::hooks::parse;
use crate::plan::{Broken, DENOM};

impl Run {
    pub(super) fn verify_the_end(&mut self) -> Result<(), Broken> {
        let tip = self.net.chain.height();
        self.ensure(self.finalized + 1 == tip, || format!("{} is finalized of {tip}", self.finalized))?;
        self.report.hold("in the end every height but the last is finalized or skipped");
        self.check_stake()?;
        self.verify_whose_stake()?;
        self.verify_slashings()?;
        self.verify_outbox()?;
        self.verify_rewards()
    }

    /// Stake is what Babylon says; or, where it is verified, what Bitcoin shows.
    fn verify_whose_stake(&mut self) -> Result<(), Broken> {
        if self.plan.verified {
            return self.verify_stake_in_bitcoin();
        }
        let (here, there): (Value, Value) =
            (self.ask(&json!({ "state_digest": {} }))?, self.net.babylon_digest());
        self.ensure(here == there, || format!("the digest is {here}, Babylon's {there}"))?;
        self.report.hold("in the end both chains agree on all stake");
        Ok(())
    }

    /// Exactly the equivocators are slashed, here; and on Babylon, once, with the key that they lost.
    fn verify_slashings(&mut self) -> Result<(), Broken> {
        for (index, operator) in self.operators.iter().enumerate() {
            let key = self.net.fps[index].public_key_hex();
            let info: Value = self.ask(&json!({ "finality_provider_info": { "btc_pk_hex": key } }))?;
            let (slashed, caught) = (info["slashed"] == true, operator.caught_at.is_some());
            self.ensure(slashed == caught, || format!("{key}: {info}, caught at {:?}", operator.caught_at))?;
        }
        let mut punished = BTreeSet::new();
        for slashing in self.net.link.app.babylon.slashings() {
            let key = *slashing.fp.as_bytes();
            let index = self.index[&key];
            let fits = self.operators[index].caught_at.is_some()
                && slashing.key.public_key() == self.net.fps[index].secret_key().public_key()
                && punished.insert(key);
            self.ensure(fits, || format!("Babylon has slashed {} wrongly, or twice", slashing.fp))?;
        }
        for (key, index) in &self.index {
            let current = self.model.fps.get(key).is_some_and(|fp| fp.era == self.model.era);
            let caught = self.operators[*index].caught_at.is_some();
            self.ensure(!(current && caught) || punished.contains(key), || {
                format!("Babylon does not know that {} signed twice", hex::encode(key))
            })?;
        }
        self.report.see("slashed on Babylon too", punished.len() as u64);
        self.report.hold("exactly the equivocators are slashed, each once");
        Ok(())
    }

    /// Evidence is with Babylon, or refused there because its finality provider came over a former channel.
    fn verify_outbox(&mut self) -> Result<(), Broken> {
        let mut after: Option<u64> = None;
        loop {
            let answer: Value = self.ask(&json!({ "outbox": { "start_after": after, "limit": 30 } }))?;
            let items = answer["items"].as_array().cloned().unwrap_or_default();
            let Some(last) = items.last() else { break };
            after = last["id"].as_u64();
            for item in items {
                let key = item["fp_pubkey_hex"].as_str().and_then(parse);
                let former =
                    key.and_then(|key| self.model.fps.get(&key)).is_some_and(|fp| fp.era < self.model.era);
                let state = item["state"].as_str().unwrap_or_default();
                let fine =
                    state == "done" || (former && matches!(state, "refused" | "waiting" | "in_flight"));
                self.ensure(fine, || format!("evidence is left: {item}"))?;
            }
        }
        self.report.hold("no evidence is left behind");
        Ok(())
    }

    /// What left the contract has reached somebody on Babylon, but for what rounding leaves.
    fn verify_rewards(&mut self) -> Result<(), Broken> {
        let app = &self.net.link.app;
        let mut arrived: u128 = 0;
        for client in &self.clients {
            arrived += app.babylon.commission(client, DENOM);
            let earned = self.net.fps.iter().map(|fp| app.babylon.rewards(client, &fp.public_key(), DENOM));
            arrived += earned.sum::<u128>();
        }
        let chain = &self.net.chain;
        let escrow = |channel: &String| chain.balance(&devnet::address::escrow("bbnc", channel), DENOM);
        let away: u128 = self.coins.iter().map(escrow).sum();
        let transfers = app.transfers.len() as u128;
        let dust = transfers * (self.plan.seats() as u128 + 1) * 2;
        self.ensure(arrived <= away && away - arrived <= dust, || {
            format!("{away} left for Babylon in {transfers} transfers, {arrived} arrived")
        })?;
        let refused = app.transfers.iter().filter(|one| one.outcome.is_err()).count() as u64;
        self.report.see("payouts to Babylon", transfers as u64);
        self.report.see("payouts that came back and were shared out again", refused);
        self.report.hold("what left the contract has arrived");
        Ok(())
    }
}
