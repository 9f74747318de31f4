//! Votes: in time, late, one by one, many together; and what must become of each.

use devnet::TxReport;
use devnet::actors::finality_provider::{
    submit_finality_signatures_at, submit_finality_signatures_at_packed,
};
use primitives::AppHash;
use serde_json::{Value, json};

use super::Run;
use crate::plan::{Broken, VOTE_WINDOW, WINDOW};

/// How many heights one operator catches up with in a block.
const CATCH_UP: usize = 60;
/// How many heights below the last finalized one are still tried.
const BELOW: u64 = 12;
/// What daemons take for "drop it and go on".
const CLOSED: &str = "the voting block is already finalized and timestamped";

impl Run {
    /// Everybody who is there votes at what they have not voted at.
    pub(super) fn vote(&mut self, height: u64) -> Result<(), Broken> {
        let last = height - 1;
        let mut together = Vec::new();
        for index in 0..self.operators.len() {
            let heights = self.due(index, height);
            let Some(first) = heights.first() else { continue };
            if self.operators[index].misled_until >= last {
                self.vote_misled(index, last)?;
                continue;
            }
            if *first == last {
                together.push(index);
                continue;
            }
            self.report.inject("voters that came late");
            for run in consecutive(&heights) {
                self.vote_range(index, run)?;
            }
        }
        match self.dice.between(0, 3) {
            0 => together.iter().try_for_each(|index| self.vote_alone(*index, last)),
            one => together.chunks(100).try_for_each(|part| self.vote_together(part, last, one > 1)),
        }
    }

    /// The heights that an operator votes at now.
    fn due(&mut self, index: usize, height: u64) -> Vec<u64> {
        let operator = self.operators[index];
        let key = self.keys[index];
        let free = self.model.fps.get(&key).is_some_and(|fp| fp.is_free());
        if operator.offline_until > height || !free {
            return Vec::new();
        }
        let from = operator.next_vote.max(self.finalized.saturating_sub(BELOW)).max(1);
        let mine = |at: &u64| {
            self.model.could_vote(&key, *at)
                && !self.model.has_voted(&key, *at)
                && !self.model.is_misled(&key, *at)
        };
        let due: Vec<u64> = (from..height).filter(mine).take(CATCH_UP).collect();
        let next_vote = if due.len() == CATCH_UP { due.last().map_or(height, |at| at + 1) } else { height };
        if !due.is_empty() && self.dice.one_in(2_000) {
            self.operators[index].offline_until = height + self.dice.between(1, 14);
            return Vec::new();
        }
        self.operators[index].next_vote = next_vote;
        due
    }

    pub(super) fn vote_alone(&mut self, index: usize, at: u64) -> Result<(), Broken> {
        let message = self.signed(self.net.fps[index].vote(at, &self.net.app_hash(at)))?;
        let outcome = self.execute(&message)?.map(drop);
        self.note_vote(index, at, outcome)
    }

    /// A node on another branch votes for its hash: that is stored, counts for nothing, and slashes nobody.
    fn vote_misled(&mut self, index: usize, at: u64) -> Result<(), Broken> {
        let key = self.keys[index];
        if !self.model.could_vote(&key, at)
            || self.model.has_voted(&key, at)
            || self.model.is_misled(&key, at)
        {
            return Ok(());
        }
        let message = self.signed(self.net.fps[index].vote(at, &AppHash::from_bytes([77; 32])))?;
        let outcome = self.execute(&message)?;
        let slashed =
            |report: &TxReport| report.attribute("wasm-slashed_finality_provider", "btc_pk").is_some();
        let stored = outcome.as_ref().is_ok_and(|report| !slashed(report));
        self.ensure(stored, || format!("a first vote for another hash: {outcome:?}"))?;
        self.model.misled.entry(at).or_default().insert(key);
        self.report.hold("a lone vote for another hash is stored and slashes nobody");
        Ok(())
    }

    fn vote_together(&mut self, voters: &[usize], at: u64, packed: bool) -> Result<(), Broken> {
        let hash = self.net.app_hash(at);
        let fps = voters.iter().map(|index| &self.net.fps[*index]);
        let message = if packed {
            let entries = fps.map(|fp| fp.vote_entry_packed(at, &hash)).collect::<Result<Vec<_>, _>>();
            submit_finality_signatures_at_packed(at, &hash, &self.signed(entries)?)
        } else {
            let entries = fps.map(|fp| fp.vote_entry(at, &hash)).collect::<Result<Vec<_>, _>>();
            submit_finality_signatures_at(at, &hash, &self.signed(entries)?)
        };
        for (index, verdict) in voters.iter().zip(self.verdicts(&message, voters.len())?) {
            self.note_vote(*index, at, verdict)?;
        }
        Ok(())
    }

    fn vote_range(&mut self, index: usize, heights: &[u64]) -> Result<(), Broken> {
        let (Some(first), fp) = (heights.first(), &self.net.fps[index]) else { return Ok(()) };
        let hashes: Vec<_> = heights.iter().map(|at| self.net.app_hash(*at)).collect();
        let message = if self.dice.one_in(2) {
            fp.vote_range(*first, &hashes)
        } else {
            fp.vote_range_packed(*first, &hashes)
        };
        let message = self.signed(message)?;
        for (at, verdict) in heights.iter().zip(self.verdicts(&message, heights.len())?) {
            self.note_vote(index, *at, verdict)?;
        }
        Ok(())
    }

    /// The verdicts of a message of many votes.
    fn verdicts(&mut self, message: &Value, many: usize) -> Result<Vec<Result<(), String>>, Broken> {
        let outcome = self.execute(message)?;
        let report = outcome.map_err(|error| self.broken(format!("many votes fail together: {error}")))?;
        let data = report.data().map(|data| data.to_vec()).unwrap_or_default();
        let verdicts: Vec<String> = serde_json::from_slice(&data).unwrap_or_default();
        self.ensure(verdicts.len() == many, || format!("{} verdicts on {many} votes", verdicts.len()))?;
        let judged = |verdict: String| if verdict == "counted" { Ok(()) } else { Err(verdict) };
        Ok(verdicts.into_iter().map(judged).collect())
    }

    /// Holds what became of an honest vote against what must.
    fn note_vote(&mut self, index: usize, at: u64, outcome: Result<(), String>) -> Result<(), Broken> {
        let key = self.keys[index];
        let passed = self.passed_at.get(&at).copied();
        // What governance had passed without a quorum is closed too, and no later height may be final yet.
        let passed_over = self.model.passed_over.contains(&at);
        let open = !passed_over && at > self.finalized
            || passed.is_some_and(|then| self.height() - then <= VOTE_WINDOW);
        match outcome {
            Ok(()) => {
                self.model.votes.entry(at).or_default().insert(key);
                if self.height() > at + WINDOW {
                    self.model.late.insert((at, key));
                }
                self.report.see("votes counted", 1);
                Ok(())
            }
            Err(refused) if !open && refused.contains(CLOSED) => {
                self.report.hold("votes after their window are refused with the daemon's text");
                Ok(())
            }
            Err(refused) => Err(self.broken(format!(
                "the vote of {} at {at} (finalized {}, passed at {passed:?}): {refused}",
                hex::encode(key),
                self.finalized
            ))),
        }
    }

    /// Who is in jail and may come out does. Orphans are out of it, and out of power, as soon as they are marked.
    pub(super) fn unjail(&mut self) -> Result<(), Broken> {
        let (now, height) = (self.now(), self.height());
        let due: Vec<_> = self
            .model
            .fps
            .iter()
            .filter(|(_, fp)| !fp.slashed && fp.era >= self.model.powerless_below)
            .filter(|(_, fp)| fp.jailed_until.is_some())
            .map(|(key, fp)| (*key, fp.jailed_until.unwrap_or_default()))
            .collect();
        for (key, until) in due {
            let index = self.index[&key];
            let early = self.dice.one_in(400);
            if self.operators[index].offline_until > height || (now < until && !early) {
                continue;
            }
            let who = self.net.fps[index].account("bbnc");
            let outcome =
                self.execute_as(&who, &json!({ "unjail": { "fp_pubkey_hex": hex::encode(key) } }))?;
            self.ensure(outcome.is_ok() == (now >= until), || {
                format!("at {now}, in jail until {until}: {outcome:?}")
            })?;
            if outcome.is_ok() {
                self.report.see("unjailed", 1);
                if let Some(fp) = self.model.fps.get_mut(&key) {
                    fp.jailed_until = None;
                }
            }
        }
        Ok(())
    }
}

/// The runs of neighbours in an ascending list.
fn consecutive(heights: &[u64]) -> impl Iterator<Item = &[u64]> {
    heights.chunk_by(|below, above| below + 1 == *above)
}
