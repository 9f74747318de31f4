//! A network whose every step is written down.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{IsTerminal, Write, stderr};

use devnet::network::Network;
use devnet::{BlockReport, HookOutcome, TxError, TxReport};
use serde_json::{Value, json};

use crate::journal::Journal;
use crate::view::Row;

/// Votes are forgotten in time, so a height is looked at when nothing can change any more.
const SETTLED_AFTER: u64 = 30;

/// What every block collects in fees; the chain module hands a tenth of it on.
pub const FEES: u128 = 1_000_003;
/// In which denom.
pub const DENOM: &str = "ustake";

/// What a call cost.
#[derive(Debug, Clone)]
pub struct Cost {
    /// In which block.
    pub height: u64,
    /// Which call or hook.
    pub what: String,
    /// SDK gas.
    pub gas: u64,
}

/// A running network and what was seen of it.
pub struct Stage {
    /// The network.
    pub network: Network,
    /// All events.
    pub journal: Journal,
    /// All calls and hooks that took effect.
    pub costs: Vec<Cost>,
    /// All block reports.
    pub blocks: Vec<BlockReport>,
    /// In which block each height became finalized.
    pub finalized_in: BTreeMap<u64, u64>,
    /// What the contract said of heights that are settled by now.
    pub rows: Vec<Row>,
    /// Bitcoin's height here and with the miners, at the end of each block.
    pub tips: Vec<(u64, u64, u64)>,
    /// Sats that count here and that Babylon says are staked, at the end of each block.
    pub stakes: Vec<(u64, u64, u64)>,
    /// How many votes the contract took, and how many it refused.
    pub votes: (u64, u64),
    next_row: u64,
    last_finalized: u64,
    terminal: bool,
}

impl Stage {
    /// Around a network.
    pub fn new(network: Network) -> Self {
        Self {
            network,
            journal: Journal::default(),
            costs: Vec::new(),
            blocks: Vec::new(),
            finalized_in: BTreeMap::new(),
            rows: Vec::new(),
            tips: Vec::new(),
            stakes: Vec::new(),
            votes: (0, 0),
            next_row: u64::MAX,
            last_finalized: 0,
            terminal: stderr().is_terminal(),
        }
    }

    /// One message to `bsn` by `sender`.
    pub fn execute(&mut self, sender: &str, what: &str, message: &Value) -> Result<TxReport, TxError> {
        let bsn = self.network.bsn.clone();
        self.send(sender, &bsn, what, message)
    }

    /// One message by anybody to the contract that verifies delegations.
    pub fn verify(&mut self, what: &str, message: &Value) -> Result<TxReport, TxError> {
        let (sender, verifier) = (self.network.sender.clone(), self.network.stake_verifier.clone());
        self.send(&sender, &verifier, what, message)
    }

    fn send(&mut self, sender: &str, to: &str, what: &str, message: &Value) -> Result<TxReport, TxError> {
        let report = self.network.chain.execute(sender, to, message)?;
        self.journal.note(report.height, "tx", &report.events);
        self.costs.push(Cost { height: report.height, what: what.to_owned(), gas: report.usage.sdk_gas() });
        Ok(report)
    }

    /// Ends the block.
    pub fn end_block(&mut self, note: &str) -> BlockReport {
        self.network.chain.collect_fees(FEES, DENOM);
        let block = self.network.chain.next_block();
        let height = block.header.height;
        self.journal.note(height, "chain", &block.events);
        for hook in &block.hooks {
            let name = format!("{:?}", hook.hook);
            self.journal.note(height, &name, &hook.events);
            if hook.outcome == HookOutcome::Done {
                self.costs.push(Cost { height, what: name, gas: hook.usage.sdk_gas() });
            }
        }
        let finalized = self.network.finalized();
        for done in self.last_finalized + 1..=finalized {
            self.finalized_in.insert(done, height);
        }
        self.last_finalized = finalized;
        let tip: Option<Value> = self.network.ask_bitcoin(&json!({ "btc_tip_header": {} })).ok();
        let tip = tip.and_then(|tip| tip["height"].as_u64()).unwrap_or_default();
        self.tips.push((height, tip, self.network.miner.tip_height().into()));
        let (counts, staked) = (self.counted(), self.staked());
        self.stakes.push((height, counts, staked));
        self.blocks.push(block.clone());
        self.progress(height, note);
        block
    }

    /// Carries everything that waits, in a block of its own.
    pub fn relay(&mut self, note: &str) {
        let network = &mut self.network;
        let deliveries = network.link.relay(&mut network.chain);
        for report in deliveries.into_iter().filter_map(|delivery| delivery.report) {
            self.journal.note(report.height, "relay", &report.events);
            let gas = report.usage.sdk_gas();
            self.costs.push(Cost { height: report.height, what: "packet".to_owned(), gas });
        }
        self.end_block(note);
    }

    /// A vote for this chain's hash; whether it was taken.
    pub fn vote(&mut self, index: usize, height: u64) -> Result<bool, Box<dyn Error>> {
        let hash = self.network.app_hash(height);
        let message = self.network.fps[index].vote(height, &hash)?;
        let sender = self.network.sender.clone();
        let taken = self.execute(&sender, "vote", &message).is_ok();
        if taken {
            self.votes.0 += 1;
        } else {
            self.votes.1 += 1;
        }
        Ok(taken)
    }

    /// Everybody online votes at the last height, in the block being built.
    pub fn vote_all(&mut self) -> Result<(), Box<dyn Error>> {
        let height = self.network.chain.height();
        for index in 0..self.network.fps.len() {
            if !self.network.offline.contains(&index) {
                self.vote(index, height)?;
            }
        }
        Ok(())
    }

    /// One block in which everybody online votes at the height before.
    pub fn step(&mut self, note: &str) -> Result<BlockReport, Box<dyn Error>> {
        self.vote_all()?;
        let block = self.end_block(note);
        let settled = block.header.height.saturating_sub(SETTLED_AFTER);
        self.look_until(settled)?;
        Ok(block)
    }

    /// Begins to note what the contract says of heights.
    pub fn look_from(&mut self, height: u64) {
        self.next_row = height;
    }

    /// Notes it for all heights up to this one.
    pub fn look_until(&mut self, height: u64) -> Result<(), Box<dyn Error>> {
        while self.next_row <= height {
            let row = Row::of(self, self.next_row)?;
            self.rows.push(row);
            self.next_row += 1;
        }
        Ok(())
    }

    /// Asks the contract.
    pub fn ask(&self, message: &Value) -> Result<Value, Box<dyn Error>> {
        Ok(self.network.query(message)?)
    }

    /// How many sats count here.
    pub fn counted(&self) -> u64 {
        let digest = self.ask(&json!({ "state_digest": {} })).unwrap_or_default();
        digest["total_sats"].as_str().and_then(|sats| sats.parse().ok()).unwrap_or_default()
    }

    /// How many sats Babylon says are staked.
    pub fn staked(&self) -> u64 {
        let app = &self.network.link.app;
        app.babylon.state_digest(&app.client).total_sats
    }

    /// Asks for one finality provider's signing info: `null` or an object.
    pub fn signing_info(&self, index: usize) -> Result<Value, Box<dyn Error>> {
        let key = self.network.fps[index].public_key_hex();
        self.ask(&json!({ "signing_info": { "btc_pk_hex": key } }))
    }

    fn progress(&self, height: u64, note: &str) {
        let line = format!("height {height:>5}   finalized {:>5}   {note}", self.last_finalized);
        let mut out = stderr();
        // A progress line that cannot be shown is no reason to stop.
        let _ = match (self.terminal, height % 20) {
            (true, _) => write!(out, "\r\x1b[2K{line}").and_then(|()| out.flush()),
            (false, 0) => writeln!(out, "{line}"),
            (false, _) => Ok(()),
        };
    }

    /// Leaves the progress line.
    pub fn end_progress(&self) {
        if self.terminal {
            eprintln!();
        }
    }
}
