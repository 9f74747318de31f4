//! What some do on purpose: sign twice, sign nonsense, accuse the innocent.

use devnet::TxReport;
use devnet::actors::finality_provider::submit_finality_signatures_at;
use primitives::AppHash;
use serde_json::{Value, json};

use super::Run;
use crate::model::Key;
use crate::plan::{Broken, RESUME_DELAY};

impl Run {
    /// Equivocations and messages that must be refused.
    pub(super) fn offend(&mut self, height: u64) -> Result<(), Broken> {
        if self.dice.one_in(150) {
            let at = height - 1 - self.dice.between(0, 3);
            self.equivocate(at)?;
        }
        if self.dice.one_in(60) {
            self.sign_badly(height - 1)?;
        }
        if self.dice.one_in(300) {
            self.accuse_again(height - 1)?;
        }
        Ok(())
    }

    /// A quarter of all at most, so that finality stays possible.
    fn may_fall(&self) -> bool {
        let fallen = self.operators.iter().filter(|operator| operator.caught_at.is_some()).count();
        fallen * 4 < self.operators.len()
    }

    /// Somebody votes for another hash first, and then for ours.
    pub(super) fn equivocate_before_voting(&mut self, at: u64) -> Result<(), Broken> {
        let height = self.height();
        let silent: Vec<Key> = self.model.sets.get(&at).into_iter().flatten().map(|(key, _)| *key).collect();
        let silent: Vec<Key> = silent.into_iter().filter(|key| self.may_sign_now(key, at, height)).collect();
        let Some(key) = self.dice.pick(&silent).copied().filter(|_| self.may_fall()) else { return Ok(()) };
        let index = self.index[&key];
        let fork = self.signed(self.net.fps[index].vote(at, &other(1)))?;
        let first = self.execute(&fork)?;
        let taken = first.as_ref().is_ok_and(|report| slashings(report) == 0);
        self.ensure(taken, || format!("a first vote for another hash: {first:?}"))?;
        let ours = self.signed(self.net.fps[index].vote(at, &self.net.app_hash(at)))?;
        self.report.inject("double votes, the false one first");
        self.caught(key, at, &ours)
    }

    fn may_sign_now(&self, key: &Key, at: u64, height: u64) -> bool {
        let fp = &self.model.fps[key];
        let there = self.operators[self.index[key]].offline_until <= height;
        there && fp.is_free() && !self.model.has_voted(key, at) && !self.model.is_misled(key, at)
    }

    /// Somebody who has voted at a height signs another hash too.
    fn equivocate(&mut self, at: u64) -> Result<(), Broken> {
        let voters: Vec<Key> = self.model.votes.get(&at).into_iter().flatten().copied().collect();
        let voters: Vec<Key> = voters.into_iter().filter(|key| !self.model.fps[key].slashed).collect();
        let Some(key) = self.dice.pick(&voters).copied().filter(|_| self.may_fall()) else { return Ok(()) };
        let fp = &self.net.fps[self.index[&key]];
        let message = match self.dice.between(0, 2) {
            0 => {
                self.report.inject("double votes, one after the other");
                self.signed(fp.vote(at, &other(1)))?
            }
            1 => {
                self.report.inject("double votes, the second among many");
                let entry = self.signed(fp.vote_entry(at, &other(1)))?;
                submit_finality_signatures_at(at, &other(1), &[entry])
            }
            _ => {
                self.report.inject("evidence of two signatures, by anybody");
                fp.submit_evidence(at, &other(1), &other(2))
            }
        };
        self.caught(key, at, &message)
    }

    /// A message that must slash somebody, once.
    fn caught(&mut self, key: Key, at: u64, message: &Value) -> Result<(), Broken> {
        let outcome = self.execute(message)?;
        let slashed = outcome.as_ref().is_ok_and(|report| slashings(report) == 1);
        self.ensure(slashed, || format!("{} signed twice at {at}: {outcome:?}", hex::encode(key)))?;
        if let Some(fp) = self.model.fps.get_mut(&key) {
            fp.slashed = true;
        }
        self.operators[self.index[&key]].caught_at = Some(at);
        self.report.hold("an equivocator is slashed when the second signature comes");
        Ok(())
    }

    /// A vote with a changed signature, a false proof, or of a stranger: refused, and nobody is slashed.
    fn sign_badly(&mut self, at: u64) -> Result<(), Broken> {
        let set: Vec<Key> = self.model.sets.get(&at).into_iter().flatten().map(|(key, _)| *key).collect();
        let Some(key) = self.dice.pick(&set).copied() else { return Ok(()) };
        let fp = &self.net.fps[self.index[&key]];
        let mut message = self.signed(fp.vote(at, &other(3)))?;
        let vote = &mut message["submit_finality_signature"];
        match self.dice.between(0, 2) {
            // The signature is for another hash than the one it comes with.
            0 => vote["block_hash"] = base64(other(4).as_bytes()),
            1 => vote["pub_rand"] = base64(&[7; 32]),
            _ => vote["fp_pubkey_hex"] = hex::encode([0x42; 32]).into(),
        }
        self.report.inject("votes with something false in them");
        let outcome = self.execute(&message)?;
        self.ensure(outcome.is_err(), || format!("a bad vote is taken: {outcome:?}"))?;
        self.report.hold("a vote with something false in it is refused");
        Ok(())
    }

    /// Evidence against somebody who is slashed already is a success without effect.
    fn accuse_again(&mut self, at: u64) -> Result<(), Broken> {
        let fallen: Vec<usize> =
            (0..self.operators.len()).filter(|index| self.operators[*index].caught_at.is_some()).collect();
        let Some(index) = self.dice.pick(&fallen).copied() else { return Ok(()) };
        let evidence = self.net.fps[index].submit_evidence(at, &other(5), &other(6));
        self.report.inject("evidence against the slashed");
        let outcome = self.execute(&evidence)?;
        let nothing = outcome.as_ref().is_ok_and(|report| slashings(report) == 0);
        self.ensure(nothing, || format!("the slashed are slashed again: {outcome:?}"))?;
        self.report.hold("nobody is slashed twice");
        Ok(())
    }
}

impl Run {
    /// Where the slashed took so much power with them that a height can have no quorum, governance leaves them out.
    pub(super) fn govern(&mut self, height: u64) -> Result<(), Broken> {
        let Some((halting, gone)) = self.model.gone_for_good() else { return Ok(()) };
        if height < halting + RESUME_DELAY {
            return Ok(());
        }
        let names: Vec<String> = gone.iter().map(hex::encode).collect();
        let message = json!({ "resume_finality": { "halting_height": halting, "fp_pubkeys_hex": names } });
        let admin = self.net.admin.clone();
        match self.execute_as(&admin, &message)? {
            Ok(_) => {
                self.report.see("heights that governance resumed finality at", 1);
                self.model.resumed.push((halting, height, gone.into_iter().collect()));
                Ok(())
            }
            // The contract is on its way to that height.
            Err(refused) if refused.contains("does not wait at height") => Ok(()),
            Err(refused) => Err(self.broken(format!("finality is not resumed at {halting}: {refused}"))),
        }
    }
}

/// Hashes of branches that are not ours.
fn other(branch: u8) -> AppHash {
    AppHash::from_bytes([branch; 32])
}

fn base64(bytes: &[u8]) -> Value {
    cosmwasm_std::Binary::from(bytes).to_base64().into()
}

fn slashings(report: &TxReport) -> usize {
    report.events.iter().filter(|event| event.ty == "wasm-slashed_finality_provider").count()
}
