//! A round: what is due is tried out, sent within the budget, and noted.

use std::path::PathBuf;

use anyhow::Result;
use bsn_rpc::proto::Any;
use bsn_rpc::{Error, Fee};

use super::budget::Budget;
use super::pace::Pace;
use super::work::{Chore, Judged, Left, Looked, Work};
use crate::fish::deed::execute;
use crate::keys::{Sender, Sent};

/// How often a part of an act may be refused before all of it is.
const PARTS: u32 = 3;

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
pub struct Row<A> {
    /// The act.
    pub act: A,
    /// Gas and fee, where they are known.
    pub fee: Option<Fee>,
    /// What became of it.
    pub verdict: Verdict,
}

/// What a round came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round<A> {
    /// What was due.
    pub rows: Vec<Row<A>>,
    /// What needs saying besides.
    pub notes: Vec<String>,
    /// Why something could not be looked after, if so.
    pub troubles: Vec<String>,
}

impl<A> Round<A> {
    /// A round that could not begin.
    pub fn failed(why: String) -> Self {
        Self { rows: Vec::new(), notes: Vec::new(), troubles: vec![why] }
    }
}

/// How it is done.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether nothing is sent.
    pub is_dry: bool,
    /// Where the budget is kept over a restart.
    pub state: Option<PathBuf>,
}

/// Whoever looks after something, round after round.
pub struct Keeper<'a, W> {
    work: W,
    chain_id: &'a str,
    sender: Option<&'a Sender>,
    options: Options,
    budget: Budget,
    pace: Pace,
}

impl<'a, W: Work> Keeper<'a, W> {
    /// Begins with what was spent before.
    ///
    /// # Errors
    /// As [`Budget::load`].
    pub fn new(
        work: W,
        chain_id: &'a str,
        sender: Option<&'a Sender>,
        options: Options,
        mut budget: Budget,
    ) -> Result<Self> {
        if let Some(path) = &options.state {
            budget.load(path, chain_id)?;
        }
        Ok(Self { work, chain_id, sender, options, budget, pace: Pace::default() })
    }

    /// One round.
    ///
    /// # Errors
    /// One sentence, where the chain does not answer or the state cannot be written.
    pub fn round(&mut self) -> Result<Round<W::Act>> {
        let Looked { now, acts, notes, troubles } = self.work.look().map_err(anyhow::Error::msg)?;
        let mut round = Round { rows: Vec::new(), notes, troubles };
        for act in acts {
            let (act, fee, verdict) = self.settle(act, now)?;
            round.rows.push(Row { act, fee, verdict });
        }
        round.troubles.extend(self.work.said());
        Ok(round)
    }

    /// What it looks after.
    pub fn work(&self) -> &W {
        &self.work
    }

    /// How much may be spent, and what is.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    fn settle(&mut self, mut act: W::Act, now: u64) -> Result<(W::Act, Option<Fee>, Verdict)> {
        let waits = self.pace.waits(&act.key(), now);
        if waits > 0 {
            return Ok((act, None, Verdict::Waits(waits)));
        }
        for _ in 0..PARTS {
            let guess = Fee { gas: act.guess(), ..Fee::default() };
            let (Some(sender), Some(messages)) = (self.sender, self.messages(&act)) else {
                return Ok((act, Some(guess), Verdict::Would));
            };
            if self.options.is_dry && act.is_after_another() {
                return Ok((act, Some(guess), Verdict::Would));
            }
            let tried = match sender.try_out(&messages) {
                Ok(tried) => tried.unwrap_or_default(),
                Err(error) => {
                    let verdict = self.failed(&act, now, error.to_string());
                    return Ok((act, None, verdict));
                }
            };
            match self.work.judge(&act, Left { events: &tried.events, data: &tried.data }, now) {
                Judged::Effect => {}
                Judged::Nothing => {
                    self.pace.done(&act.key(), act.rest(), now);
                    return Ok((act, None, Verdict::Idle));
                }
                Judged::Refused(why) => {
                    let verdict = self.failed(&act, now, why);
                    return Ok((act, None, verdict));
                }
                Judged::Rest(rest) => {
                    act = rest;
                    continue;
                }
            }
            let fee = sender.fee_of(tried.gas)?;
            if let Err(why) = self.budget.may(&fee.coins, now) {
                return Ok((act, Some(fee), Verdict::OverBudget(why)));
            }
            if self.options.is_dry {
                return Ok((act, Some(fee), Verdict::Would));
            }
            let verdict = self.send(sender, &act, &messages, &fee, now)?;
            return Ok((act, Some(fee), verdict));
        }
        let verdict = self.failed(&act, now, "parts of it are refused again and again".to_owned());
        Ok((act, None, verdict))
    }

    fn send(
        &mut self,
        sender: &Sender,
        act: &W::Act,
        messages: &[Any],
        fee: &Fee,
        now: u64,
    ) -> Result<Verdict> {
        let what = format!("{} {}", act.duty(), act.about());
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
                self.pace.done(&act.key(), act.rest(), now);
                match self.work.judge(act, Left { events: &done.events, data: &done.data }, now) {
                    Judged::Effect | Judged::Rest(_) => Verdict::Done(done.height),
                    Judged::Nothing => Verdict::Elsewhere,
                    Judged::Refused(why) => self.failed(act, now, why),
                }
            }
            Ok(_) => self.failed(act, now, format!("{} sends something else", sender.address())),
            Err(error) => self.failed(act, now, format!("{error:#}")),
        })
    }

    /// What did not work, unless it is no longer due: then somebody else has done it.
    fn failed(&mut self, act: &W::Act, now: u64, why: String) -> Verdict {
        if self.work.is_done(act) {
            self.pace.done(&act.key(), act.rest(), now);
            return Verdict::Elsewhere;
        }
        self.pace.failed(&act.key(), now);
        Verdict::Failed(why)
    }

    fn messages(&self, act: &W::Act) -> Option<Vec<Any>> {
        let to = self.work.address(act)?;
        Some(vec![execute(self.sender?.address(), &to, act.message())])
    }
}
