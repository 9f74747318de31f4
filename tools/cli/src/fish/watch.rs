//! All that is seen, put together: which vote is worth a look, what it means, and what was said before.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use api::bsn::FinalityProvidersResponse;
use bsn_rpc::Client;
use finality::evidence::EvidenceError;
use primitives::{FpPublicKey, SigningContext};
use serde_json::json;

use super::net::Net;
use super::proof::{Finding, prove};
use super::source::Looked;
use super::vote::Vote;

/// How many votes of unknown keys wait until the contract was asked about their owners.
const STRANGERS: usize = 2_000;
/// How many blocks, and the transactions of how many, several nodes are compared by.
const COMPARED: usize = 2_000;
/// The contract's largest page.
const PAGE: usize = 30;

/// How much was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Blocks; those with the same transactions count once, whoever shows them.
    pub blocks: u64,
    /// Transactions in them.
    pub txs: u64,
    /// Votes, repeated ones too.
    pub votes: u64,
    /// Votes whose signature is bad.
    pub forged: u64,
    /// Votes of keys that are not registered.
    pub strangers: u64,
}

/// Something to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Somebody signed what must not be signed.
    Found {
        /// What.
        finding: Finding,
        /// Where the later vote was seen: a node, and a transaction.
        at: (String, String),
    },
    /// Two nodes have different blocks at one height.
    Fork {
        /// At which.
        height: u64,
        /// Each node, and the hash of its block.
        blocks: [(String, String); 2],
    },
}

/// What was seen so far.
#[derive(Debug)]
pub struct Watch {
    context: SigningContext,
    net: Net,
    registered: BTreeSet<FpPublicKey>,
    settled: BTreeSet<FpPublicKey>,
    alarmed: BTreeSet<(FpPublicKey, &'static str)>,
    strangers: Vec<(Vote, String, String)>,
    read: BTreeSet<(u64, [u8; 32])>,
    blocks: BTreeMap<u64, (String, String)>,
    forked: BTreeSet<[String; 2]>,
    /// How much was seen.
    pub tally: Tally,
}

impl Watch {
    /// Of the votes for a contract of a chain, by these keys.
    pub fn new(context: SigningContext, net: Net, registered: BTreeSet<FpPublicKey>) -> Self {
        Self {
            context,
            net,
            registered,
            settled: BTreeSet::new(),
            alarmed: BTreeSet::new(),
            strangers: Vec::new(),
            read: BTreeSet::new(),
            blocks: BTreeMap::new(),
            forked: BTreeSet::new(),
            tally: Tally::default(),
        }
    }

    /// The votes that are kept.
    pub fn net(&self) -> &Net {
        &self.net
    }

    /// How many keys are registered.
    pub fn registered(&self) -> usize {
        self.registered.len()
    }

    /// Takes what a node showed; what is to be said of it, and the votes that were new.
    ///
    /// # Errors
    /// As [`prove`].
    pub fn take(&mut self, looked: &Looked) -> Result<(Vec<News>, Vec<Vote>), EvidenceError> {
        let (mut news, mut kept) = (Vec::new(), Vec::new());
        let mut votes = Vec::new();
        for block in &looked.blocks {
            news.extend(self.compare(&looked.node, block.height, &block.hash_hex));
            // The same transactions by another node are no news.
            if self.read.insert((block.height, block.root)) {
                self.tally.blocks += 1;
                self.tally.txs += block.txs as u64;
                votes.extend(&block.votes);
            }
        }
        while self.read.len() > COMPARED {
            self.read.pop_first();
        }
        votes.extend(&looked.waiting);
        for (vote, tx) in votes {
            self.tally.votes += 1;
            news.extend(self.vote(vote, &looked.node, tx, &mut kept)?);
        }
        Ok((news, kept))
    }

    /// Takes a vote that was kept before; it was verified when it was kept, and is again.
    ///
    /// # Errors
    /// As [`prove`].
    pub fn restore(&mut self, vote: &Vote, from: &str) -> Result<Option<News>, EvidenceError> {
        self.vote(vote, from, "", &mut Vec::new())
    }

    /// Whether votes wait for [`admit`](Self::admit).
    pub fn has_strangers(&self) -> bool {
        !self.strangers.is_empty()
    }

    /// The keys that are registered now; votes of theirs that waited are taken.
    ///
    /// # Errors
    /// As [`prove`].
    pub fn admit(
        &mut self,
        registered: BTreeSet<FpPublicKey>,
    ) -> Result<(Vec<News>, Vec<Vote>), EvidenceError> {
        self.registered = registered;
        let (mut news, mut kept) = (Vec::new(), Vec::new());
        for (vote, node, tx) in std::mem::take(&mut self.strangers) {
            if self.registered.contains(&vote.provider) {
                news.extend(self.vote(&vote, &node, &tx, &mut kept)?);
            } else {
                self.tally.strangers += 1;
            }
        }
        Ok((news, kept))
    }

    /// Who is slashed is watched no more.
    pub fn settle(&mut self, provider: &FpPublicKey) {
        self.net.forget(provider);
        self.settled.insert(*provider);
    }

    fn vote(
        &mut self,
        vote: &Vote,
        node: &str,
        tx: &str,
        kept: &mut Vec<Vote>,
    ) -> Result<Option<News>, EvidenceError> {
        if self.settled.contains(&vote.provider) || self.net.knows(vote) {
            return Ok(None);
        }
        if !self.registered.contains(&vote.provider) {
            if self.strangers.len() < STRANGERS {
                self.strangers.push((*vote, node.to_owned(), tx.to_owned()));
            } else {
                self.tally.strangers += 1;
            }
            return Ok(None);
        }
        if !vote.is_genuine(&self.context) {
            self.tally.forged += 1;
            return Ok(None);
        }
        kept.push(*vote);
        let finding = prove(vote, self.net.take(*vote), &self.context)?;
        // Of each of them, each kind is said once: one is enough.
        let finding = finding.filter(|finding| self.alarmed.insert((vote.provider, finding.kind())));
        Ok(finding.map(|finding| News::Found { finding, at: (node.to_owned(), tx.to_owned()) }))
    }

    /// Two blocks of one height; said once of two nodes.
    fn compare(&mut self, node: &str, height: u64, hash: &str) -> Option<News> {
        let (other, other_hash) =
            self.blocks.entry(height).or_insert_with(|| (node.to_owned(), hash.to_owned())).clone();
        while self.blocks.len() > COMPARED {
            self.blocks.pop_first();
        }
        let (node, pair) = (node.to_owned(), [node.to_owned(), other.clone()]);
        let is_new = other_hash != hash && self.forked.insert(sorted(pair));
        let blocks = [(other, other_hash), (node, hash.to_owned())];
        is_new.then_some(News::Fork { height, blocks })
    }
}

fn sorted(mut pair: [String; 2]) -> [String; 2] {
    pair.sort();
    pair
}

/// The keys that are registered with a contract.
///
/// # Errors
/// If the chain does not say.
pub fn registered(client: &Client, contract: &str) -> Result<BTreeSet<FpPublicKey>> {
    let (mut keys, mut last) = (BTreeSet::new(), None::<String>);
    loop {
        let ask = json!({ "finality_providers": { "start_after": last, "limit": PAGE } });
        let answer = client.smart(contract, &ask)?;
        let page: FinalityProvidersResponse = serde_json::from_value(answer)
            .context("finality_providers was answered in a form that is not known")?;
        for fp in &page.fps {
            keys.insert(FpPublicKey::from_hex(&fp.btc_pk_hex)?);
        }
        last = page.fps.last().map(|fp| fp.btc_pk_hex.clone());
        if page.fps.len() < PAGE {
            return Ok(keys);
        }
    }
}

#[cfg(test)]
mod tests;
