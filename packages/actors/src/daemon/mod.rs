//! The finality provider's daemon: when to commit, when to vote, and what to make of an error.
//!
//! # The idea
//!
//! The daemon is a program that others wrote and that cannot be changed for a contract's sake. It decides by
//! the texts of errors and by single fields of answers, and **exits** on what it does not expect, so that one
//! wrong word takes every finality provider of a chain down at once. This double makes the same decisions
//! (interfaces.md 2.3 to 2.5), so that a scenario can say that the daemons live through it.
//!
//! It is stricter than the daemon in one point: it never gives up a vote because the block has become final
//! meanwhile. The contract's own text must make it.
//!
//! # One round
//!
//! [`Daemon::run`] does what falls due: it commits to more randomness if there is too little ahead, then votes
//! for every block since the last one, at most a batch of them in one transaction. What failed for a reason that may
//! pass is kept for the next round.
//!
//! ```text
//!            "jailed"                    jailed_until is 0
//! Running ─────────────> Jailed ───────────────────────────> Running
//!    │ "slashed"            │ "slashed"
//!    ├──────────────────────┴─────────> Slashed
//!    └─ unrecoverable, or too many tries ─> Exited
//! ```

mod node;
mod reaction;
mod state;
#[cfg(test)]
mod tests;

use primitives::AppHash;
use serde_json::Value;

use node::Client;
pub use node::{Contract, Node, QueryError};
pub use reaction::{Reaction, react};
pub use state::{DaemonConfig, Round, Status};
use state::{Duty, Tries};

use crate::FinalityProvider;

/// A daemon and its finality provider.
#[derive(Debug, Clone)]
pub struct Daemon {
    fp: FinalityProvider,
    config: DaemonConfig,
    status: Status,
    last_voted: u64,
    next_height: Option<u64>,
    /// Votes that are signed but not in yet.
    pending: Vec<(u64, Value)>,
    tries: Tries,
}

impl Daemon {
    /// Starts the daemon of a finality provider.
    pub fn new(fp: FinalityProvider, config: DaemonConfig) -> Self {
        Self {
            fp,
            config,
            status: Status::Running,
            last_voted: 0,
            next_height: None,
            pending: Vec::new(),
            tries: Tries::default(),
        }
    }

    /// The finality provider, with all its commitments.
    pub const fn fp(&self) -> &FinalityProvider {
        &self.fp
    }

    /// The state it believes to be in.
    pub const fn status(&self) -> &Status {
        &self.status
    }

    /// Whether it still does anything.
    pub const fn is_alive(&self) -> bool {
        matches!(self.status, Status::Running | Status::Jailed)
    }

    /// The height of its last vote, 0 before the first; kept on its disk.
    pub const fn last_voted(&self) -> u64 {
        self.last_voted
    }

    /// Starts again with what is on its disk: keys, commitments and the last vote.
    pub fn restart(&mut self) {
        let last_voted = self.last_voted;
        *self = Self { last_voted, ..Self::new(self.fp.clone(), self.config) };
    }

    /// One round.
    pub fn run(&mut self, node: &mut impl Node) -> Round {
        let mut round = Round::default();
        if let Err(error) = self.run_until_error(node, &mut round) {
            self.again_later(Duty::Vote, error.to_string(), &mut round);
        }
        round
    }

    /// Asks to be unjailed, as its command does: looks first whether it is jailed at all.
    ///
    /// # Errors
    /// The text of the error.
    pub fn unjail(&mut self, node: &mut impl Node) -> Result<(), String> {
        let info = self.client(node).signing_info().map_err(|error| error.to_string())?;
        if info.jailed_until == 0 {
            return Err("the finality provider is not jailed".into());
        }
        node.submit(&[self.fp.unjail()])
    }

    fn client<'a, N: Node>(&self, node: &'a mut N) -> Client<'a, N> {
        Client { node, fp: self.fp.public_key_hex() }
    }

    fn run_until_error(&mut self, node: &mut impl Node, round: &mut Round) -> Result<(), QueryError> {
        if self.is_alive() && self.next_height.is_none() {
            self.bootstrap(node)?;
        }
        if self.is_alive() {
            self.commit(node, round)?;
        }
        if self.status != Status::Running {
            return Ok(());
        }
        if self.pending.is_empty() {
            self.prepare_votes(node, round)?;
        }
        self.submit_votes(node, round);
        Ok(())
    }

    /// Finds out where to go on, and in which state.
    fn bootstrap(&mut self, node: &mut impl Node) -> Result<(), QueryError> {
        let mut client = self.client(node);
        let is_slashed = client.is_slashed()?;
        let info = client.signing_info()?;
        let done = client.last_finalized_height()?.max(info.last_signed_height).max(self.last_voted);
        let next = (done + 1).max(client.activation_height()?);
        if is_slashed {
            self.status = Status::Slashed;
        } else if info.jailed_until > 0 {
            self.status = Status::Jailed;
        } else {
            self.status = Status::Running;
            self.next_height = Some(next);
        }
        Ok(())
    }

    fn commit(&mut self, node: &mut impl Node, round: &mut Round) -> Result<(), QueryError> {
        let Some((start, num)) = self.due_commitment(node)? else { return Ok(()) };
        let message = self.fp.commit(start, num);
        match node.submit(&[message]) {
            Ok(()) => {
                self.tries.commit = 0;
                round.committed = Some((start, num));
            }
            Err(text) => self.suffer(Duty::Commit, text, round),
        }
        Ok(())
    }

    /// Which heights to commit to next, if there is too little randomness ahead.
    fn due_commitment(&self, node: &mut impl Node) -> Result<Option<(u64, u64)>, QueryError> {
        let DaemonConfig { num_pub_rand, timestamping_delay_blocks, .. } = self.config;
        let needed = node.tip() + timestamping_delay_blocks;
        let mut client = self.client(node);
        let activation = client.activation_height()?;
        let last_end = client.last_commit()?.map_or(0, |last| last.start_height + last.num_pub_rand - 1);
        let start = if last_end < needed {
            needed
        } else if last_end < needed + num_pub_rand {
            last_end + 1
        } else {
            return Ok(None);
        };
        Ok(Some((start.max(activation), num_pub_rand)))
    }

    /// Signs a vote for each new block at which there is power.
    fn prepare_votes(&mut self, node: &mut impl Node, round: &mut Round) -> Result<(), QueryError> {
        let Some(next) = self.next_height else { return Ok(()) };
        for (height, app_hash) in self.new_blocks(node, next)? {
            let mut client = self.client(node);
            if client.power(height)? == 0 || client.has_voted(height)? {
                round.skipped.push(height);
            } else {
                match self.fp.vote(height, &app_hash) {
                    Ok(message) => self.pending.push((height, message)),
                    Err(error) => {
                        self.exit(error.to_string(), round);
                        return Ok(());
                    }
                }
            }
            self.next_height = Some(height + 1);
        }
        Ok(())
    }

    /// The tip comes from the node, everything below it from the contract.
    fn new_blocks(&self, node: &mut impl Node, next: u64) -> Result<Vec<(u64, AppHash)>, QueryError> {
        let tip = node.tip();
        if next == tip {
            return Ok(node.app_hash(tip).map(|app_hash| (tip, app_hash)).into_iter().collect());
        }
        if next > tip {
            return Ok(Vec::new());
        }
        self.client(node).blocks(next, self.config.batch_size)
    }

    /// Sends what is pending; a vote that the contract names as harmless is dropped, the others go again.
    fn submit_votes(&mut self, node: &mut impl Node, round: &mut Round) {
        while self.status == Status::Running && !self.pending.is_empty() {
            let messages: Vec<Value> = self.pending.iter().map(|(_, message)| message.clone()).collect();
            let Err(text) = node.submit(&messages) else {
                self.tries.vote = 0;
                round.voted.extend(self.pending.drain(..).map(|(height, _)| height));
                self.last_voted = round.voted.iter().copied().fold(self.last_voted, u64::max);
                return;
            };
            match react(&text) {
                Reaction::Drop(index) if index < self.pending.len() => {
                    round.dropped.push(self.pending.remove(index).0);
                }
                _ => return self.suffer(Duty::Vote, text, round),
            }
        }
    }

    /// Changes its state as the text of an error says.
    fn suffer(&mut self, duty: Duty, text: String, round: &mut Round) {
        match react(&text) {
            Reaction::Jailed => self.stop(Status::Jailed, text, round),
            Reaction::Slashed => self.stop(Status::Slashed, text, round),
            Reaction::GiveUp => self.exit(text, round),
            Reaction::Drop(_) | Reaction::Retry => self.again_later(duty, text, round),
        }
    }

    fn again_later(&mut self, duty: Duty, error: String, round: &mut Round) {
        if self.tries.one_more(duty) > self.config.max_retries {
            return self.exit(error, round);
        }
        round.errors.push(error);
    }

    fn exit(&mut self, error: String, round: &mut Round) {
        self.stop(Status::Exited { error: error.clone() }, error, round);
    }

    fn stop(&mut self, status: Status, error: String, round: &mut Round) {
        self.status = status;
        self.next_height = None;
        self.pending.clear();
        self.tries = Tries::default();
        round.errors.push(error);
    }
}
