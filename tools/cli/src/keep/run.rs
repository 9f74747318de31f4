//! A round: what is due is tried out, sent within the budget, and noted.

use std::path::PathBuf;

use anyhow::Result;
use bsn_rpc::proto::Any;
use bsn_rpc::{Error, Fee};

use super::budget::Budget;
use super::duty::{Act, Duty, Plan, To, plan};
use super::pace::Pace;
use super::read::{Aside, Looking};
use super::snapshot::Snapshot;
use crate::fish::deed::execute;
use crate::keys::{Sender, Sent};

/// What became of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It would be sent: a dry run.
    Would,
    /// It was done, in this block.
    Done(u64),
    /// Somebody else has done it.
    Elsewhere,
    /// By simulation it would change nothing.
    Idle,
    /// It waits for so many seconds more, after a failure or for a rest.
    Waits(u64),
    /// It costs more than may be spent today: a sentence.
    OverBudget(String),
    /// It did not work: a sentence.
    Failed(String),
}

/// An act, what it costs, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The act.
    pub act: Act,
    /// Gas and fee, where they are known.
    pub fee: Option<Fee>,
    /// What became of it.
    pub verdict: Verdict,
}

/// What a round came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// What was due.
    pub rows: Vec<Row>,
    /// What needs saying besides.
    pub notes: Vec<String>,
    /// Why a duty could not be looked after, if so.
    pub troubles: Vec<String>,
}

/// How it is done.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which duties.
    pub duties: Vec<Duty>,
    /// Whether nothing is sent.
    pub is_dry: bool,
    /// Where the budget is kept over a restart.
    pub state: Option<PathBuf>,
}

/// Whoever keeps a chain.
pub struct Keeper<'a> {
    looking: Looking<'a>,
    chain_id: &'a str,
    sender: Option<&'a Sender>,
    options: Options,
    budget: Budget,
    pace: Pace,
    queue: (u64, u64),
}

impl<'a> Keeper<'a> {
    /// Begins with what was spent before.
    ///
    /// # Errors
    /// As [`Budget::load`].
    pub fn new(
        looking: Looking<'a>,
        chain_id: &'a str,
        sender: Option<&'a Sender>,
        options: Options,
        mut budget: Budget,
    ) -> Result<Self> {
        if let Some(path) = &options.state {
            budget.load(path, chain_id)?;
        }
        Ok(Self { looking, chain_id, sender, options, budget, pace: Pace::default(), queue: (0, 0) })
    }

    /// One round.
    ///
    /// # Errors
    /// One sentence, where the chain does not answer or the state cannot be written.
    pub fn round(&mut self) -> Result<Round> {
        let (seen, aside) = self.look()?;
        let Plan { acts, notes } = plan(&seen, &self.options.duties);
        let mut round = Round { notes, ..Round::default() };
        round
            .troubles
            .extend(aside.no_headers.clone().filter(|_| self.options.duties.contains(&Duty::Headers)));
        for act in acts {
            let (fee, verdict) = self.settle(&act, &aside, seen.now)?;
            round.rows.push(Row { act, fee, verdict });
        }
        Ok(round)
    }

    /// How much may be spent, and what is.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    fn look(&mut self) -> Result<(Snapshot, Aside)> {
        let (mut seen, aside) = self.looking.look().map_err(anyhow::Error::msg)?;
        let (queued, since) = self.queue;
        let now = (seen.health.staking.queued, seen.height);
        if now.0 == 0 || now.0 < queued || since == 0 {
            self.queue = now;
        } else {
            self.queue = (now.0, since);
            seen.queue_stands_for = now.1.saturating_sub(since);
        }
        Ok((seen, aside))
    }

    fn settle(&mut self, act: &Act, aside: &Aside, now: u64) -> Result<(Option<Fee>, Verdict)> {
        let waits = self.pace.waits(act, now);
        if waits > 0 {
            return Ok((None, Verdict::Waits(waits)));
        }
        let (Some(sender), Some(messages)) = (self.sender, self.messages(act, aside)) else {
            let fee = Fee { gas: act.guess, ..Fee::default() };
            return Ok((Some(fee), Verdict::Would));
        };
        let tried = match sender.try_out(&messages) {
            Ok(tried) => tried.unwrap_or_default(),
            Err(error) => return Ok((None, self.failed(act, now, error.to_string()))),
        };
        if !act.had_effect(&tried.events) {
            self.pace.done(act, now);
            return Ok((None, Verdict::Idle));
        }
        let fee = sender.fee_of(tried.gas)?;
        if let Err(why) = self.budget.may(&fee.coins, now) {
            return Ok((Some(fee), Verdict::OverBudget(why)));
        }
        if self.options.is_dry {
            return Ok((Some(fee), Verdict::Would));
        }
        let verdict = self.send(sender, act, &messages, &fee, now)?;
        Ok((Some(fee), verdict))
    }

    fn send(&mut self, sender: &Sender, act: &Act, messages: &[Any], fee: &Fee, now: u64) -> Result<Verdict> {
        let what = format!("{} {}", act.duty, act.about);
        let sent = sender.send_for(&what, messages, fee.clone(), |_| Ok(()));
        let was_paid = match &sent {
            Ok(Sent::Done(_)) => true,
            Ok(_) => false,
            // What is late may still come.
            Err(error) => {
                matches!(error.downcast_ref(), Some(Error::Failed { .. } | Error::NotIncluded { .. }))
            }
        };
        if was_paid {
            self.budget.pay(&fee.coins, now);
            if let Some(path) = &self.options.state {
                self.budget.save(path, self.chain_id)?;
            }
        }
        Ok(match sent {
            Ok(Sent::Done(done)) => {
                self.pace.done(act, now);
                if act.had_effect(&done.events) { Verdict::Done(done.height) } else { Verdict::Elsewhere }
            }
            Ok(_) => self.failed(act, now, format!("{} sends something else", sender.address())),
            Err(error) => self.failed(act, now, format!("{error:#}")),
        })
    }

    /// What did not work, unless it is no longer due: then somebody else has done it.
    fn failed(&mut self, act: &Act, now: u64, why: String) -> Verdict {
        if let Ok((seen, aside)) = self.looking.look()
            && (act.duty != Duty::Headers || aside.no_headers.is_none())
            && act.is_done(&plan(&seen, &[act.duty]))
        {
            self.pace.done(act, now);
            return Verdict::Elsewhere;
        }
        self.pace.failed(act, now);
        Verdict::Failed(why)
    }

    fn messages(&self, act: &Act, aside: &Aside) -> Option<Vec<Any>> {
        let to = match act.to {
            To::Bsn => self.looking.contract,
            To::LightClient => aside.light_client.as_deref()?,
        };
        Some(vec![execute(self.sender?.address(), to, &act.message)])
    }
}
