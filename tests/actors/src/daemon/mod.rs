//! The finality provider's daemon: when to commit, when to vote, and what to make of an error.
//!
//! # The idea
//!
//! The daemon is a program that others wrote and that cannot be changed for a contract's sake. It decides by the texts
//! of errors and by single fields of answers, and **exits** on what it does not expect, so that one wrong word
//! takes every finality provider of a chain down at once. This double makes the same decisions (PROTOCOL.md,
//! "Error texts that the daemon reads", "The daemon's queries" and "How the daemon chooses heights"), its
//! roughness included, so that a scenario can say that the daemons live through it.
//!
//! # The danger
//!
//! * It pairs blocks with randomness **by their position in a batch**, from the first block on. Where a height is
//!   missing in between, every later vote carries the randomness of another height.
//! * It never looks back: it begins one above the highest of its own last vote, the contract's `last_signed_height` and
//!   the last finalized height.
//! * While a transaction is under way or failing, it votes for nothing else; meanwhile the blocks pile up, and the next
//!   batch joins them.
//! * In jail it throws away the blocks that come.
//!
//! # One round
//!
//! A round is a block of some six seconds. [`Daemon::run`] commits to more randomness if there is too little ahead,
//! asks for new blocks as often as the daemon does in that time ([`POLLS`]), and sends one transaction of votes:
//!
//! ```text
//!   blocks ──a page a second──> queue ──whatever is there──> batch ──────> transaction
//!                                        without the heights  at most       tried five times, a round each;
//!                                        that have no power   batch_size    20 such cycles, then it exits
//! ```
//!
//! # Its states
//!
//! ```text
//!            "jailed", 20 cycles long; or found in jail when it starts       unjail, by its own command
//! Running ───────────────────────────────────────────────────────> Jailed ─────────────────────────> Running
//!    │ "slashed", 20 cycles long                                      │ found slashed when it starts
//!    ├────────────────────────────────────────────────────────────────┴──> Slashed
//!    └─ unrecoverable, or too many cycles ─> Exited
//! ```

mod batch;
mod node;
mod poller;
mod reaction;
mod state;
mod submit;
#[cfg(test)]
mod tests;

use batch::Batch;
use node::Client;
pub use node::{Contract, Node, QueryError};
use poller::Poller;
pub use reaction::{Reaction, react};
pub use state::{DaemonConfig, Round, Status};
use state::{Disk, Fatal};

use crate::FinalityProvider;

/// How often it asks for blocks in a round.
pub const POLLS: usize = 6;
/// How often its client tries a transaction before the error counts.
pub const CLIENT_TRIES: u32 = 5;

/// A daemon and its finality provider.
#[derive(Debug, Clone)]
pub struct Daemon {
    fp: FinalityProvider,
    config: DaemonConfig,
    status: Status,
    disk: Disk,
    /// What brings it blocks, once it has started.
    poller: Option<Poller>,
    /// What it tries to send.
    batch: Option<Batch>,
    /// How often in a row a commitment failed.
    commit_tries: u32,
}

impl Daemon {
    /// Starts the daemon of a finality provider.
    pub fn new(fp: FinalityProvider, config: DaemonConfig) -> Self {
        let (status, disk) = (Status::Running, Disk::default());
        Self { fp, config, status, disk, poller: None, batch: None, commit_tries: 0 }
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
        self.disk.last_voted
    }

    /// How many blocks it has fetched and not yet looked at.
    pub fn queued(&self) -> usize {
        self.poller.as_ref().map_or(0, Poller::queued)
    }

    /// Starts again with what is on its disk: keys and commitments, what it signed, the last vote, and whether it was in
    /// jail.
    pub fn restart(&mut self) {
        self.restart_with(self.config);
    }

    /// The same with other settings.
    pub fn restart_with(&mut self, config: DaemonConfig) {
        let disk = std::mem::take(&mut self.disk);
        *self = Self { disk, ..Self::new(self.fp.clone(), config) };
    }

    /// One round.
    pub fn run(&mut self, node: &mut impl Node) -> Round {
        let mut round = Round::default();
        if self.is_alive()
            && let Err(Fatal(error)) = self.run_until_exit(node, &mut round)
        {
            round.errors.push(error.clone());
            self.stop(Status::Exited { error });
        }
        round
    }

    /// Asks to be unjailed, as its command does: looks first whether it is jailed at all. Only this command ends the
    /// jail that is on its disk.
    ///
    /// # Errors
    /// The text of the error.
    pub fn unjail(&mut self, node: &mut impl Node) -> Result<(), String> {
        let info = self.client(node).signing_info().map_err(|error| error.to_string())?;
        if info.jailed_until == 0 {
            return Err("the finality provider is not jailed".into());
        }
        node.submit(&self.fp, &[self.fp.unjail()])?;
        self.disk.jailed = false;
        if self.is_alive() {
            self.status = Status::Running;
        }
        Ok(())
    }

    fn client<'a, N: Node>(&self, node: &'a mut N) -> Client<'a, N> {
        Client { node, fp: self.fp.public_key_hex() }
    }

    fn run_until_exit(&mut self, node: &mut impl Node, round: &mut Round) -> Result<(), Fatal> {
        let mut poller = match self.poller.take() {
            Some(poller) => poller,
            None => self.start(node)?,
        };
        if !self.is_alive() {
            return Ok(());
        }
        self.commit(node, round)?;
        for poll in 0..POLLS {
            poller.poll(&mut self.client(node), round)?;
            if poll == 0 {
                self.vote(node, &mut poller, round)?;
            }
        }
        self.poller = self.is_alive().then_some(poller);
        Ok(())
    }

    /// Finds out in which state it is and where to begin.
    fn start<N: Node>(&mut self, node: &mut N) -> Result<Poller, Fatal> {
        let mut client = self.client(node);
        let tip = client.node.tip();
        let info = client.signing_info()?;
        if client.power(tip)? > 0 {
            self.disk.jailed = false;
        } else if client.is_slashed()? {
            self.stop(Status::Slashed);
        } else if info.jailed_until > 0 {
            self.disk.jailed = true;
        }
        if self.disk.jailed && self.is_alive() {
            self.status = Status::Jailed;
        }
        let mut client = self.client(node);
        let done = client.last_finalized_height()?.max(info.last_signed_height).max(self.disk.last_voted);
        let next = (done + 1).max(client.activation_height()?);
        Ok(Poller::new(next, self.config.poll_size))
    }

    fn commit(&mut self, node: &mut impl Node, round: &mut Round) -> Result<(), Fatal> {
        let Some((start, num)) = self.due_commitment(node)? else { return Ok(()) };
        let message = self.fp.commit(start, num);
        match node.submit(&self.fp, &[message]) {
            Ok(()) => {
                self.commit_tries = 0;
                round.committed = Some((start, num));
            }
            Err(text) => {
                self.commit_tries += 1;
                if self.commit_tries >= CLIENT_TRIES {
                    return Err(Fatal(text));
                }
                round.errors.push(text);
            }
        }
        Ok(())
    }

    /// Which heights to commit to next, if there is too little randomness ahead.
    fn due_commitment(&self, node: &mut impl Node) -> Result<Option<(u64, u64)>, Fatal> {
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

    fn stop(&mut self, status: Status) {
        self.status = status;
        self.poller = None;
        self.batch = None;
    }
}
