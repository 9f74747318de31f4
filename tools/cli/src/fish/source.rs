//! One node that is read, block after block, and its mempool: in a thread of its own, so that one that hangs delays nobody.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use bsn_rpc::read::{status_of, tx_hash, waiting_at};
use bsn_rpc::{Block, Error, Node};
use merkle::Tree;
use sha2::{Digest, Sha256};

use super::tx;
use super::vote::Vote;
use crate::doctor::read::each;

/// How many blocks are asked for at once.
const CHUNK: u64 = 16;
/// After so many failures in a row a node whose past is wanted is given up.
const FAILURES: u32 = 6;
/// The longest pause after a failure.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A block as a node shows it, with the votes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its height.
    pub height: u64,
    /// Its hash.
    pub hash_hex: String,
    /// The root over its transactions.
    pub root: [u8; 32],
    /// How many transactions it has.
    pub txs: usize,
    /// Each vote, and the hash of its transaction.
    pub votes: Vec<(Vote, Arc<str>)>,
}

/// What one look at a node showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Which node.
    pub node: String,
    /// The last height that it has.
    pub tip: u64,
    /// The height that is read next.
    pub next: u64,
    /// Blocks, in order.
    pub blocks: Vec<Seen>,
    /// Votes that wait in its mempool.
    pub waiting: Vec<(Vote, Arc<str>)>,
}

/// What is heard of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// It was read.
    Looked(Looked),
    /// It could not be read, in one sentence; it will be tried again.
    Away {
        /// Which node.
        node: String,
        /// Why.
        why: String,
    },
    /// It can be read again.
    Back {
        /// Which node.
        node: String,
    },
    /// It is of no use, in one sentence.
    Useless {
        /// Which node.
        node: String,
        /// Why.
        why: String,
    },
    /// All that was asked for was read.
    Done,
}

/// Why a look failed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trouble {
    /// It may pass.
    Passing(String),
    /// It does not.
    Lasting(String),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Passing(error.to_string())
    }
}

/// A node, and how far it was read.
#[derive(Debug, Clone)]
pub struct Source {
    node: Node,
    chain_id: String,
    next: Option<u64>,
    to: Option<u64>,
    /// Whether it has shown a block already.
    has_shown: bool,
    /// What waited when it was looked at last.
    waited: BTreeSet<String>,
}

impl Source {
    /// From a height, or from the last block; up to a height, or for ever.
    ///
    /// # Errors
    /// [`Error::BadUrl`].
    pub fn new(
        url: &str,
        timeout: Duration,
        chain_id: &str,
        from: Option<u64>,
        to: Option<u64>,
    ) -> Result<Self, Error> {
        let (node, chain_id) = (Node::new(url, timeout)?, chain_id.to_owned());
        Ok(Self { node, chain_id, next: from, to, has_shown: false, waited: BTreeSet::new() })
    }

    /// Reads for ever, or up to the height that it ends at.
    pub fn run(mut self, every: Duration, out: &SyncSender<Report>) {
        let (node, mut said, mut failures) = (self.node.name().to_owned(), None, 0_u32);
        loop {
            let (report, pause) = match self.look() {
                Ok(looked) => {
                    if said.take().is_some() && out.send(Report::Back { node: node.clone() }).is_err() {
                        return;
                    }
                    failures = 0;
                    let is_behind = looked.next <= looked.tip.min(self.to.unwrap_or(u64::MAX));
                    (Some(Report::Looked(looked)), if is_behind { Duration::ZERO } else { every })
                }
                Err(Trouble::Passing(why)) => {
                    failures += 1;
                    if self.to.is_some() && failures >= FAILURES {
                        let _ = out.send(Report::Useless { node, why });
                        return;
                    }
                    let pause = every.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE);
                    let news = said.as_ref() != Some(&why);
                    said = Some(why.clone());
                    (news.then_some(Report::Away { node: node.clone(), why }), pause)
                }
                Err(Trouble::Lasting(why)) => {
                    let _ = out.send(Report::Useless { node, why });
                    return;
                }
            };
            let is_done = self.to.is_some_and(|to| self.next.is_some_and(|next| next > to));
            let is_heard = report.is_none_or(|report| out.send(report).is_ok());
            if is_done && is_heard {
                let _ = out.send(Report::Done);
            }
            if is_done || !is_heard {
                return;
            }
            std::thread::sleep(pause);
        }
    }

    /// The next blocks, and where it is at the tip, what waits.
    fn look(&mut self) -> Result<Looked, Trouble> {
        let status = status_of(&self.node)?;
        let name = self.node.name().to_owned();
        if status.chain_id != self.chain_id {
            let (expected, found) = (self.chain_id.clone(), status.chain_id);
            return Err(Trouble::Lasting(Error::WrongChain { node: name, expected, found }.to_string()));
        }
        let first = self.next.unwrap_or(status.height);
        let earliest = status.earliest_height;
        if first < earliest && self.has_shown {
            // It was away for longer than it keeps blocks, or has begun anew from a later one. The others may have read them.
            self.next = Some(earliest);
            return Err(Trouble::Passing(format!(
                "{name} keeps no block from {first} to {} any more: they were not read from it",
                earliest - 1
            )));
        }
        if first < earliest {
            return Err(Trouble::Lasting(format!(
                "{name} keeps no block below {earliest}: begin with --from-height {earliest}, or name a node that keeps all"
            )));
        }
        let last = status.height.min(self.to.unwrap_or(u64::MAX)).min(first.saturating_add(CHUNK - 1));
        let heights: Vec<u64> = (first..=last).collect();
        let mut blocks = Vec::with_capacity(heights.len());
        for block in each(&heights, |height| self.block(*height)) {
            match block {
                Ok(block) => blocks.push(block),
                // Of half an answer the first half is good.
                Err(_) if !blocks.is_empty() => break,
                Err(trouble) => return Err(trouble),
            }
        }
        let next = first.saturating_add(blocks.len() as u64);
        self.next = Some(next);
        self.has_shown |= !blocks.is_empty();
        let at_the_tip = self.to.is_none() && next > status.height;
        let waiting = if at_the_tip { self.waiting()? } else { Vec::new() };
        Ok(Looked { node: name, tip: status.height, next, blocks, waiting })
    }

    fn block(&self, height: u64) -> Result<Seen, Trouble> {
        let block = Block::of(&self.node, height)?;
        let (name, header) = (self.node.name(), &block.header);
        if header.chain_id != self.chain_id {
            let (node, expected, found) = (name.to_owned(), self.chain_id.clone(), header.chain_id.clone());
            return Err(Trouble::Lasting(Error::WrongChain { node, expected, found }.to_string()));
        }
        let Some(root) = whole(&block) else {
            let why = "the transactions are not those that its header names";
            return Err(Trouble::Passing(format!("{name} does not show the whole block {height}: {why}")));
        };
        let votes = block.txs.iter().flat_map(|tx| of_tx(tx)).collect();
        Ok(Seen { height, hash_hex: header.hash_hex.clone(), root, txs: block.txs.len(), votes })
    }

    /// A node may keep its mempool to itself: then its blocks must do.
    fn waiting(&mut self) -> Result<Vec<(Vote, Arc<str>)>, Trouble> {
        match waiting_at(&self.node) {
            Ok(txs) => Ok(self.came(&txs)),
            Err(Error::NoMethod { .. } | Error::Refused { .. }) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// The votes of what did not wait before. What waits costs its sender nothing: junk is looked at once, and not with each look.
    fn came(&mut self, txs: &[Vec<u8>]) -> Vec<(Vote, Arc<str>)> {
        let now: BTreeSet<String> = txs.iter().map(|tx| tx_hash(tx)).collect();
        let before = std::mem::replace(&mut self.waited, now);
        txs.iter().filter(|tx| !before.contains(&tx_hash(tx))).flat_map(|tx| of_tx(tx)).collect()
    }
}

fn of_tx(tx: &[u8]) -> Vec<(Vote, Arc<str>)> {
    let votes = tx::votes_in(tx);
    let hash: Arc<str> = if votes.is_empty() { "".into() } else { tx_hash(tx).into() };
    votes.into_iter().map(|vote| (vote, hash.clone())).collect()
}

/// The root over the transactions, where it is the one that the header names. CometBFT takes it over their hashes.
fn whole(block: &Block) -> Option<[u8; 32]> {
    let root = Tree::new(block.txs.iter().map(Sha256::digest)).root();
    let is_named = block.data_hash == root || block.txs.is_empty() && block.data_hash.is_empty();
    is_named.then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bsn_rpc::Header;

    fn block(txs: &[&[u8]], data_hash: Vec<u8>) -> Block {
        let header = Header {
            chain_id: "a".to_owned(),
            height: 3,
            hash_hex: String::new(),
            app_hash: [0; 32],
            time: String::new(),
        };
        Block { header, data_hash, txs: txs.iter().map(|tx| tx.to_vec()).collect() }
    }

    #[test]
    fn what_waits_is_looked_at_once() {
        use bsn_rpc::proto::Message;
        use bsn_rpc::proto::cosmos::tx::v1beta1::{TxBody, TxRaw};

        use crate::fish::vote::tests::{bytes, single, vote};

        let tx = |height| {
            let memo = String::from_utf8(bytes(&single(&vote(1, height, 7)))).unwrap();
            let body_bytes = TxBody { memo, ..Default::default() }.encode_to_vec();
            TxRaw { body_bytes, ..Default::default() }.encode_to_vec()
        };
        let mut source = Source::new("http://a", Duration::from_secs(1), "a", None, None).unwrap();
        let mut heights = |txs: &[Vec<u8>]| -> Vec<u64> {
            source.came(txs).iter().map(|(vote, _)| vote.height.get()).collect()
        };
        assert_eq!(heights(&[tx(1), tx(2)]), [1, 2]);
        assert_eq!(heights(&[tx(2), tx(3)]), [3]);
        assert_eq!(heights(&[tx(2)]), [0_u64; 0]);
        // Nothing is remembered of what went.
        assert_eq!(heights(&[tx(3), tx(2)]), [3]);
    }

    #[test]
    fn a_block_that_lacks_a_transaction_is_not_whole() {
        let root = Tree::new([Sha256::digest(b"one"), Sha256::digest(b"two")]).root().to_vec();
        assert!(whole(&block(&[b"one", b"two"], root.clone())).is_some());
        for withheld in [&[&b"one"[..]][..], &[], &[b"two", b"one"], &[b"one", b"other"]] {
            assert_eq!(whole(&block(withheld, root.clone())), None, "{withheld:?}");
        }
        // CometBFT's root over nothing, and none at all.
        let nothing: [u8; 32] = Sha256::digest([]).into();
        assert_eq!([nothing.to_vec(), vec![]].map(|hash| whole(&block(&[], hash))), [Some(nothing); 2]);
    }
}
