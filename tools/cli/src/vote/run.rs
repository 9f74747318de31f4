//! A round: votes at what is open, then randomness where it is due.

mod grid;
mod votes;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::Result;
use primitives::AppHash;
use serde_json::json;

use super::due::{Runway, due, runway};
use super::grid::Grid;
use super::judge::{Done, Later, Nonce, Seen, Verdict, judge};
use super::look::{Look, Shown, View};
use super::message;
use super::send::{Act, Outbox};
use super::show::{self, Say};
use super::signer::{Refusal, Signed, Signer};
use super::state::{Disk, Memory};
use super::trees::Trees;
use crate::exit::Exit;

/// Nothing may be signed any more with this key and this state.
pub const MUST_NOT_SIGN: u8 = 4;
/// A signed height shows another hash.
pub const OTHER_HASH: u8 = 5;

/// How long what did not work is left alone, unless it is at the tip.
const REST: Duration = Duration::from_secs(15);
/// So many blocks are the tip.
const TIP: u64 = 5;

/// How it is done.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How many heights above the tip have randomness, after each commitment.
    pub ahead: u64,
    /// How many heights are looked at in a round.
    pub batch: usize,
    /// How many nodes must show a header.
    pub agree: usize,
    /// Whether nothing is signed and sent.
    pub is_dry: bool,
}

/// What a round came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Round {
    /// How many votes the contract took.
    pub voted: usize,
    /// How many heights are open and were not looked at.
    pub left: usize,
    /// Heights at which another hash than the signed one is shown.
    pub refused: Vec<u64>,
    /// What did not work, in a sentence each.
    pub troubles: Vec<String>,
}

/// A finality provider that votes.
pub struct Voter<'a, D> {
    look: Look<'a>,
    signer: Signer<D>,
    outbox: Outbox<'a>,
    options: Options,
    trees: Trees,
    done: BTreeSet<u64>,
    later: BTreeMap<u64, Instant>,
    no_commitment_before: Option<Instant>,
    grid: Option<Grid>,
    /// From which height on it was seen without power of its own.
    idle_since: Option<u64>,
    say: Say,
}

impl<'a, D: Disk> Voter<'a, D> {
    /// Nothing was looked at yet.
    pub fn new(look: Look<'a>, signer: Signer<D>, outbox: Outbox<'a>, options: Options, say: Say) -> Self {
        let (trees, done, later) = (Trees::default(), BTreeSet::new(), BTreeMap::new());
        let (no_commitment_before, grid, idle_since) = (None, None, None);
        Self {
            look,
            signer,
            outbox,
            options,
            trees,
            done,
            later,
            no_commitment_before,
            grid,
            idle_since,
            say,
        }
    }

    /// Who says what happens.
    pub fn say(&mut self) -> &mut Say {
        &mut self.say
    }

    /// One round.
    ///
    /// # Errors
    /// One sentence, where the chain does not answer. [`Exit`] with [`MUST_NOT_SIGN`] where nothing may be signed any more.
    pub fn round(&mut self) -> Result<Round> {
        if let (Some(client), Some(sender)) = (self.look.choose(), &mut self.outbox.sender) {
            sender.ask(client);
        }
        let mut view = self.look.view().map_err(anyhow::Error::msg)?;
        if view.is_slashed {
            return Err(stop(format!("{} is slashed: its key is public", self.signer.fp())));
        }
        let mut round = Round::default();
        self.look_at_grid(&mut view, &mut round);
        let runway = runway(view.tip, view.timestamped, &view.commitments);
        let heights = self.open(&view, &mut round);
        let shown = self.look.heights(&heights, self.grid.as_ref()).map_err(anyhow::Error::msg)?;
        let mut votes = Vec::new();
        for shown in shown {
            let height = shown.height;
            self.watch_power(&shown, view.tip);
            let seen = self.seen(shown, &view);
            let verdict = judge(&seen, self.signer.state().memory(height), self.options.agree);
            self.tell_if_missed(&seen, &verdict);
            votes.extend(self.follow(height, verdict, &view, &runway, &mut round)?);
        }
        self.tell_how_long();
        self.send(&votes, &view, &runway, &mut round)?;
        // Votes are in a hurry, and a commitment is not: it is made half of `ahead` before it is needed.
        self.commit(&view, &mut round);
        Ok(round)
    }

    /// Commits to further heights, if that is due.
    fn commit(&mut self, view: &View, round: &mut Round) {
        let end = view.commitments.last().map(super::due::Committed::end);
        let Some((start, count)) = due(view.tip, self.options.ahead, end, &view.rules) else { return };
        if self.no_commitment_before.is_some_and(|time| time > Instant::now()) {
            return;
        }
        let what = format!("commit randomness for {}", show::heights(start, start + (count - 1)));
        let nonces = self.trees.derive(&self.signer, start, count);
        if self.options.is_dry {
            let event = json!({ "event": "would_commit", "start": start, "count": count });
            return self.say.event(&format!("would {what}"), &event);
        }
        self.no_commitment_before = Some(Instant::now() + REST);
        let signature = self.signer.commitment(&nonces);
        let message = message::commitment(&self.signer.fp(), &nonces, signature);
        match self.outbox.send(&what, &message, |_| true) {
            Ok(Act::Done { block, tx, .. }) => {
                let event =
                    json!({ "event": "committed", "start": start, "count": count, "block": block, "tx": tx });
                let text = format!(
                    "committed randomness for {} in block {block}; it counts once Bitcoin has timestamped a later one",
                    show::heights(start, start + (count - 1))
                );
                self.say.event(&text, &event);
            }
            Ok(Act::Idle { .. }) => {}
            Err(why) => round.troubles.push(format!("cannot {what}: {why}")),
        }
    }

    /// The heights that are looked at: those without a record before those that were signed and may not have arrived.
    fn open(&mut self, view: &View, round: &mut Round) -> Vec<u64> {
        let from = view.open_from.max(self.signer.state().head().first);
        let late = self.late(from, view.tip);
        let now = Instant::now();
        let is_open = |height: &u64| *height >= from || late.contains(height);
        self.done.retain(is_open);
        self.later.retain(|height, until| is_open(height) && *until > now);
        let open = late
            .iter()
            .copied()
            .chain(from..=view.tip)
            .filter(|height| !self.done.contains(height) && !self.later.contains_key(height));
        let is_new = |height: &u64| self.signer.state().memory(*height) == Memory::Nothing;
        let (mut heights, signed): (Vec<u64>, Vec<u64>) = open.partition(is_new);
        heights.extend(signed);
        round.left = heights.len().saturating_sub(self.options.batch);
        heights.truncate(self.options.batch);
        heights.sort_unstable();
        heights
    }

    fn seen(&mut self, shown: Shown, view: &View) -> Seen {
        let Shown { height, headers, anchor, power, is_voted } = shown;
        // Nonces are looked for only where they decide something: a tree costs seconds.
        let is_unknown = is_voted && self.signer.state().memory(height) == Memory::Nothing;
        let nonce = match view.commitments.iter().find(|one| one.covers(height)) {
            _ if headers.is_empty() && !is_unknown => Nonce::None,
            None => Nonce::None,
            Some(one) if self.trees.of(&self.signer, one).is_some() => Nonce::Ours,
            Some(_) => Nonce::Foreign,
        };
        Seen { height, headers, anchor, power, is_voted, nonce }
    }

    /// Does what is to be done; gives a vote that is to be sent.
    fn follow(
        &mut self,
        height: u64,
        verdict: Verdict,
        view: &View,
        runway: &Runway,
        round: &mut Round,
    ) -> Result<Option<Signed>> {
        match verdict {
            Verdict::Sign(hash) | Verdict::Again(hash) if self.options.is_dry => {
                let event = json!({ "event": "would_vote", "height": height, "app_hash": hash.to_string() });
                self.say.event(&format!("would vote at height {height} for {hash}"), &event);
            }
            Verdict::Sign(hash) | Verdict::Again(hash) => match self.signer.vote(height, &hash) {
                Ok(vote) => return Ok(Some(vote)),
                Err(Refusal::OtherHash { signed, asked, .. }) => self.refuse(height, signed, asked, round),
                Err(why @ Refusal::Below { .. }) => round.troubles.push(why.to_string()),
                // What the disk holds is not known until it is read again.
                Err(why @ Refusal::Disk { .. }) => return Err(stop(why.to_string())),
            },
            Verdict::Refuse { signed, shown } => self.refuse(height, signed, shown, round),
            Verdict::Stop => {
                return Err(stop(format!(
                    "the contract has a vote of {} at height {height}, and the state knows nothing of it: another `bsn vote` \
                     has this key, or the state is an old copy. Stop all of them; then `--create` makes a new state",
                    self.signer.fp()
                )));
            }
            Verdict::Done(why) => {
                if why == Done::NoPower && !is_old(height, view.tip) {
                    self.say.note(&show::idle(view, runway));
                }
                if why == Done::ForeignNonce {
                    self.say.note(
                        "another program committed the randomness of these heights: only it can vote there",
                    );
                }
                self.done.insert(height);
            }
            Verdict::Later(why) => self.wait(height, &why, view.tip),
        }
        Ok(None)
    }

    fn refuse(&mut self, height: u64, signed: AppHash, shown: AppHash, round: &mut Round) {
        let text = format!(
            "at height {height} {signed} was signed, and the nodes show {shown} now: nothing is signed. They are on another \
             branch, or were when it was signed"
        );
        let event = json!({ "event": "refused", "height": height, "signed": signed.to_string(),
            "shown": shown.to_string() });
        self.say.alarm(&text, &event);
        round.refused.push(height);
        self.later.insert(height, Instant::now() + REST);
    }

    fn wait(&mut self, height: u64, why: &Later, tip: u64) {
        let (text, is_alarm) = show::later(height, why);
        if is_alarm {
            let event = json!({ "event": "disagree", "height": height, "why": text });
            self.say.alarm(&text, &event);
        } else if self.options.is_dry || (self.is_of_grid(height) && is_old(height, tip)) {
            self.say.note(&text);
        }
        self.rest(height, tip);
    }

    /// Leaves a height alone for a while, unless it is at the tip.
    fn rest(&mut self, height: u64, tip: u64) {
        if is_old(height, tip) {
            self.later.insert(height, Instant::now() + REST);
        }
    }
}

/// Whether a height does not belong to the tip any more.
const fn is_old(height: u64, tip: u64) -> bool {
    tip.saturating_sub(height) >= TIP
}

fn stop(text: String) -> anyhow::Error {
    Exit { code: MUST_NOT_SIGN, text }.into()
}
