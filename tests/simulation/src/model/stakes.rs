//! Stake as Bitcoin shows it: what came over the wire, what was proven, and where the chain is now.
//!
//! The rules are those of the staking contract's README, done the long way: each look goes over every stake, and asks of
//! each block whether it is in the chain. There are no lists, no marks, and no portions.

mod ends;
mod packets;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use proto::btcstaking::{BtcStakingIbcPacket, UnbondedBtcDelegation};

use super::Key;
use super::bitcoin::{Bitcoin, Block, BlockHash};

/// A txid in display order, and the number of an output.
pub type Outpoint = (String, u32);

/// Where a stake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Nobody has proven that it is in Bitcoin.
    Waiting,
    /// It is in that block, and can be challenged up to a height.
    Challenged {
        /// The block.
        block: Block,
        /// The height.
        due: u32,
    },
    /// It is in that block, and counts.
    Counts {
        /// The block.
        block: Block,
    },
    /// It was spent in that block.
    Spent {
        /// The block.
        block: Block,
        /// Whether that was known before its item came.
        foretold: bool,
    },
}

/// A stake with its item.
#[derive(Debug, Clone)]
pub struct Stake {
    /// Its finality provider here.
    pub fp: Key,
    /// How much.
    pub sats: u64,
    /// For how many blocks it is locked.
    pub time: u32,
    /// For how many it is locked after an early end.
    pub unbonding: u32,
    /// The end that Babylon names.
    pub said_end: u32,
    /// What its transaction spends.
    pub inputs: Vec<Outpoint>,
    /// Whether Babylon's last word is that it is active.
    pub vouched: bool,
    /// Where it is.
    pub place: Place,
}

impl Stake {
    /// Where its lock ends if it is in a block: the lower of what follows from that and of what Babylon says.
    pub fn end(&self, block: &Block) -> u32 {
        (block.height + self.time).min(self.said_end)
    }

    /// From which height of Bitcoin on it has no power, if it is in a block.
    pub fn expiry(&self, block: &Block) -> u32 {
        self.end(block).saturating_sub(self.unbonding)
    }
}

/// A change of what counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It counts from now on.
    Counts(Outpoint),
    /// It does not any more.
    Gone(Outpoint),
}

/// All stakes.
#[derive(Debug, Clone, Default)]
pub struct Stakes {
    /// How deep a block must be.
    pub k: u32,
    /// For how long stake can be challenged.
    pub challenge_delay: u32,
    /// The chain.
    pub bitcoin: Bitcoin,
    /// Those with an item.
    pub all: BTreeMap<Outpoint, Stake>,
    /// Items that were refused: ends without a proof, or of a block that is not in the chain.
    pub quarantine: Vec<UnbondedBtcDelegation>,
    /// Of which the other contract has not taken what became of them.
    pub unsent: BTreeSet<Outpoint>,
    /// Packets that came while the intake was paused; `None` if it is not.
    paused: Option<Vec<BtcStakingIbcPacket>>,
    /// Where outpoints without an item were spent.
    spent: BTreeMap<Outpoint, Block>,
    /// Spends that were proven before they were deep.
    shallow: Vec<(Outpoint, Block)>,
    changes: Vec<Change>,
    /// How many counted by a block that left the chain.
    pub taken_back: u64,
}

impl Stakes {
    /// Those of a network whose blocks must be `k` deep, and whose stake can be challenged for so many.
    pub fn new(k: u32, challenge_delay: u32) -> Self {
        Self { k, challenge_delay, ..Self::default() }
    }

    /// Whether the intake is paused.
    pub fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// How many wait for a proof.
    pub fn waiting(&self) -> usize {
        let waits =
            |stake: &&Stake| matches!(stake.place, Place::Waiting | Place::Spent { foretold: true, .. });
        self.all.values().filter(waits).count()
    }

    /// The changes since the last time.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// How much there is to do for a call that follows: more than the contract's calls do in one portion takes several.
    pub fn to_do(&self) -> usize {
        let gone = |stake: &&Stake| match stake.place {
            Place::Counts { block } | Place::Challenged { block, .. } => !self.bitcoin.has(&block),
            Place::Waiting | Place::Spent { .. } => false,
        };
        self.all.values().filter(gone).count() + self.shallow.len()
    }

    /// What left the chain counts no more, and spends that are deep by now count.
    pub fn catch_up(&mut self) {
        for (outpoint, stake) in &mut self.all {
            let (Place::Counts { block } | Place::Challenged { block, .. }) = stake.place else { continue };
            if self.bitcoin.has(&block) {
                continue;
            }
            if let Place::Counts { .. } = stake.place {
                self.changes.push(Change::Gone(outpoint.clone()));
                self.taken_back += 1;
            }
            stake.place = Place::Waiting;
        }
        let (deep, shallow) = std::mem::take(&mut self.shallow)
            .into_iter()
            .partition(|(_, block)| block.height + self.k <= self.bitcoin.tip().height);
        self.shallow = shallow;
        let deep: Vec<(Outpoint, Block)> = deep;
        for (outpoint, block) in deep {
            if self.bitcoin.has(&block) && self.spent_in_chain(&outpoint).is_none() {
                self.spend_now(&outpoint, block);
            }
        }
    }

    /// All that time and the chain have brought; what was not taken is said again.
    pub fn follow(&mut self) {
        self.catch_up();
        let tip = self.bitcoin.tip().height;
        for (outpoint, stake) in &mut self.all {
            if let Place::Challenged { block, due } = stake.place
                && due <= tip
            {
                stake.place = Place::Counts { block };
                self.changes.push(Change::Counts(outpoint.clone()));
            }
        }
        let new: BTreeSet<_> = self.changes.iter().map(of).cloned().collect();
        for outpoint in self.unsent.iter().filter(|outpoint| !new.contains(*outpoint)) {
            let counts =
                self.all.get(outpoint).is_some_and(|stake| matches!(stake.place, Place::Counts { .. }));
            let change = if counts { Change::Counts } else { Change::Gone };
            self.changes.push(change(outpoint.clone()));
        }
    }

    /// A proof that a stake is in a block: what becomes of it, `None` where it is refused.
    pub fn prove(&mut self, outpoint: &Outpoint, hash: &BlockHash) -> Option<&'static str> {
        let block = self.bitcoin.find(hash)?;
        let (tip, depth) = (self.bitcoin.tip().height, self.bitcoin.depth(&block));
        let stake = self.all.get(outpoint)?;
        let is_open = match stake.place {
            Place::Waiting => true,
            Place::Spent { block, .. } => !self.bitcoin.has(&block),
            Place::Challenged { .. } | Place::Counts { .. } => false,
        };
        if !is_open || depth < self.k || tip + stake.unbonding >= stake.end(&block) {
            return None;
        }
        let is_fresh = 2 * depth <= stake.unbonding;
        let inputs = stake.inputs.clone();
        let became = if is_fresh || stake.vouched {
            self.changes.push(Change::Counts(outpoint.clone()));
            self.set_place(outpoint, Place::Counts { block });
            "active"
        } else {
            self.set_place(outpoint, Place::Challenged { block, due: tip + self.challenge_delay });
            "challenged"
        };
        for input in inputs {
            if !self.all.contains_key(&input) {
                self.spent.insert(input, block);
            } else if self.spent_in_chain(&input).is_none() {
                self.spend_now(&input, block);
            }
        }
        Some(became)
    }

    fn set_place(&mut self, outpoint: &Outpoint, place: Place) {
        if let Some(stake) = self.all.get_mut(outpoint) {
            stake.place = place;
        }
    }
}

fn of(change: &Change) -> &Outpoint {
    match change {
        Change::Counts(outpoint) | Change::Gone(outpoint) => outpoint,
    }
}
