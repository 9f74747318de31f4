//! What must be true after every block.

use devnet::BlockReport;
use serde_json::{Value, json};

use super::Run;
use crate::plan::{ANCHOR_RETENTION_S, BLOCK_S, Broken, DENOM, VOTE_RETENTION};

/// So many heights of up to a hundred votes a backlog loses in a block, at least.
const PORTION: u64 = 8;
/// So many blocks after the last fault that keeps finality from moving it has caught up.
const RESUMED_WITHIN: u64 = 300;
/// How many heights below the last finalized one are asked about, in turn.
const SAMPLED: u64 = 40;
/// How far below the last finalized height the model remembers.
const REMEMBERED: u64 = 500;

impl Run {
    pub(super) fn check(&mut self, block: &BlockReport) -> Result<(), Broken> {
        let height = block.header.height;
        self.check_cursor(height)?;
        self.check_resumed(height)?;
        self.check_statuses(height)?;
        self.check_books()?;
        self.check_verified()?;
        if height.is_multiple_of(10) {
            self.check_votes()?;
            self.check_timestamped()?;
        }
        if height.is_multiple_of(25) || self.plan.verified {
            self.check_stake()?;
        }
        if height.is_multiple_of(100) {
            self.check_size(height)?;
            let floor = self.finalized.saturating_sub(REMEMBERED);
            self.model.forget_below(floor);
            self.passed_at = self.passed_at.split_off(&floor);
        }
        Ok(())
    }

    /// Finality is never ahead of the model, never goes back, and catches up in portions.
    fn check_cursor(&mut self, height: u64) -> Result<(), Broken> {
        self.model.advance(height);
        // What it passed over before its last vote came, the contract may have passed after that.
        let unclear = self.model.passed_over.iter().rev().find(|height| self.model.is_unclear(**height));
        let ideal = self.model.last_quorum.max(unclear.copied()).unwrap_or_default();
        let before = self.finalized;
        let now: Option<u64> = self.ask(&json!({ "last_finalized_height": {} }))?;
        let now = now.unwrap_or_default();
        self.ensure(now >= before, || format!("finality went back from {before} to {now}"))?;
        self.ensure(now <= ideal, || format!("{now} is finalized, the model knows of a quorum at {ideal}"))?;
        // What governance resumed is passed without being finalized.
        let resumed = self.model.resumed.last().is_some_and(|(_, through, _)| now <= *through);
        let quick = !self.ended_well || resumed || now == ideal || now >= before + PORTION;
        self.ensure(quick, || format!("finality moves from {before} to {now} where {ideal} is possible"))?;
        self.report.hold("a height is finalized by quorum only, in order, and a backlog by portions");
        for passed in before + 1..=now {
            self.passed_at.insert(passed, height);
        }
        self.finalized = now;
        self.report.reach("heights that waited", height - 1 - now.min(height - 1));
        Ok(())
    }

    /// What is said of the last final block, of one of those below, and around what governance resumed last.
    fn check_statuses(&mut self, height: u64) -> Result<(), Broken> {
        let sample = self.finalized.saturating_sub(7 * height % SAMPLED);
        let over = self.model.passed_over.last().copied().unwrap_or_default();
        let asked = [self.finalized.saturating_sub(1), sample, over, over.saturating_sub(1)];
        asked.into_iter().filter(|at| *at > 0).try_for_each(|at| self.check_status(at))
    }

    /// What is said of a block is what its votes, and what governance said, make of it.
    fn check_status(&mut self, at: u64) -> Result<(), Broken> {
        let Some(told) = self.model.told(at, self.finalized) else { return Ok(()) };
        let answer: Value = self.ask(&json!({ "finality_status": { "height": at } }))?;
        if told.certified_by.is_none() {
            let is_final = answer["block"] == "final" || answer["certified_by"].is_u64();
            return self.ensure(!is_final, || format!("{told:?}, but {answer}"));
        }
        let certificate = &answer["certificate"];
        let since = certificate["unbroken_since"].as_u64().unwrap_or_default();
        // The model forgets heights far below: there it knows of no quorum.
        let floor = self.finalized.saturating_sub(REMEMBERED);
        let agrees = answer["block"] == told.block
            && answer["certified_by"].as_u64() == told.certified_by
            && answer["gap_before"].as_u64() == Some(told.gap_before)
            && (since == told.unbroken_since || since.max(told.unbroken_since) <= floor + SAMPLED + 200);
        self.ensure(agrees, || format!("{told:?}, but {answer}"))?;
        let ranked = certificate["ranked_power"].as_str().and_then(|power| power.parse::<u128>().ok());
        let expected = told.certified_by.and_then(|by| self.model.ranked.get(&by));
        let fits = expected.is_none_or(|expected| expected.iter().any(|one| Some(*one) == ranked));
        self.ensure(fits, || format!("the ranked stake is {expected:?}, but {answer}"))?;
        self.report.hold("what is said of a block follows from votes and governance alone");
        if told.block == "resumed" {
            self.report.see("blocks that are resumed for good", 1);
        }
        Ok(())
    }

    /// Once what stops finality is over it catches up, within a number of blocks.
    fn check_resumed(&mut self, height: u64) -> Result<(), Broken> {
        let stalled = height <= self.weather.lost_until
            || height <= self.weather.outage_until
            || self.model.sets.get(&height).is_some_and(|set| set.is_empty())
            || self.model.gone_for_good().is_some();
        if stalled {
            self.weather.calm_since = height + 1;
            self.weather.waiting = true;
            return Ok(());
        }
        let since = self.weather.calm_since;
        if self.weather.waiting && self.finalized >= since {
            self.weather.waiting = false;
            self.report.reach("blocks until finality had caught up after a standstill", height - since);
            self.report.hold("finality resumes after a standstill");
        }
        let late = height.saturating_sub(since) > RESUMED_WITHIN && self.finalized + RESUMED_WITHIN < height;
        self.ensure(!late, || {
            format!("finality stands at {} though nothing keeps it from moving since {since}", self.finalized)
        })
    }

    /// Owed and undistributed are the balance, and what came is here, on its way, on Babylon, or burned.
    fn check_books(&mut self) -> Result<(), Broken> {
        let books: Value = self.ask(&json!({ "rewards": {} }))?;
        let of = |part: &str| -> u128 {
            let entries = books[part].as_array().into_iter().flatten().filter(|one| one["denom"] == DENOM);
            entries.filter_map(|one| one["amount"].as_str()?.parse::<u128>().ok()).sum()
        };
        let chain = &self.net.chain;
        let balance = chain.balance(&self.net.bsn, DENOM);
        let escrow = |channel: &String| chain.balance(&devnet::address::escrow("bbnc", channel), DENOM);
        let away: u128 = self.coins.iter().map(escrow).sum();
        self.ensure(of("owed") + of("undistributed") == balance, || {
            format!("{books}, but there is {balance}")
        })?;
        let all = balance + away + of("burned");
        self.ensure(all == self.fees, || format!("of {} only {all} is left: {books}", self.fees))?;
        self.report.hold("owed and undistributed are the balance, and no coin is lost");
        Ok(())
    }

    /// The votes that are stored at a height are those that were counted.
    fn check_votes(&mut self) -> Result<(), Broken> {
        let at = self.finalized.max(1) + self.dice.between(0, 3);
        let answer: Value = self.ask(&json!({ "votes": { "height": at } }))?;
        let stored: Vec<&str> =
            answer["btc_pks"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let known = self.model.votes.get(&at);
        let all = known.into_iter().flatten().all(|key| stored.contains(&hex::encode(key).as_str()));
        let count = known.map_or(0, |voters| voters.len());
        // Two more may be there: the first halves of double votes, which count for nothing.
        self.ensure(all && stored.len() <= count + 2, || {
            format!("{count} votes at {at}, stored are {stored:?}")
        })?;
        self.report.hold("the stored votes of a height are those that were counted");
        Ok(())
    }

    fn check_timestamped(&mut self) -> Result<(), Broken> {
        let answer: Value = self.ask(&json!({ "last_consumer_height": {} }))?;
        let health: Value = self.ask(&json!({ "health": {} }))?;
        let (ours, theirs) =
            (self.model.timestamped, health["timestamps"]["height"].as_u64().unwrap_or_default());
        self.ensure(ours == theirs, || {
            format!("timestamped is {theirs}, the model's {ours}: {answer}: {health}")
        })?;
        self.report.hold("the timestamped height is the model's");
        Ok(())
    }

    /// Everybody's stake is the sum of its live delegations.
    pub(super) fn check_stake(&mut self) -> Result<(), Broken> {
        if self.queued()? > 0 && !self.plan.verified {
            return Ok(());
        }
        let mut after: Option<String> = None;
        loop {
            let page = self.ask::<Value>(&json!({ "state_digest": { "start_after": after } }))?;
            let next = page["next"].as_str().map(str::to_owned);
            let (many, sum, hash) = self.model.digest(after.as_deref(), next.as_deref());
            let mut digest = json!({ "fps": many, "total_sats": sum.to_string(), "sha256": hash });
            next.iter().for_each(|next| digest["next"] = json!(next));
            self.ensure(page == digest, || format!("the digest is {page}, the model's {digest}"))?;
            match next {
                Some(_) => after = next,
                None => break,
            }
        }
        self.report.hold("everybody's stake is the sum of its live delegations");
        Ok(())
    }

    /// How many staking items wait to be worked off.
    pub(super) fn queued(&self) -> Result<u64, Broken> {
        let health: Value = self.ask(&json!({ "health": {} }))?;
        Ok(health["staking"]["queued"].as_u64().unwrap_or_default())
    }

    /// What is kept is bounded by what there is, not by time.
    fn check_size(&mut self, _height: u64) -> Result<(), Broken> {
        let size = self.net.chain.state_size(&self.net.bsn);
        let (fps, seats) = (self.operators.len() as u64, self.plan.seats() as u64);
        let waiting = self.report.most.get("heights that waited").copied().unwrap_or_default();
        let anchors = ANCHOR_RETENTION_S / BLOCK_S + waiting;
        let bound = 200
            + 20 * fps
            + 5 * (fps + self.delegated)
            + 2 * anchors
            + seats * (256 + VOTE_RETENTION + waiting);
        self.ensure(size.entries <= bound, || format!("{} records are kept, {bound} allowed", size.entries))?;
        self.report.hold("what is kept is bounded");
        self.report.reach("records kept", size.entries);
        self.report.reach("bytes kept", size.bytes);
        Ok(())
    }
}
