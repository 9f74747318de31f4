use primitives::{BlockHeight, EpochNumber};
use serde::{Deserialize, Serialize};

use crate::{BitcoinView, ClaimedBlock, Located, Verdict, Witness, judge};

/// The chain of epochs of Babylon that are final in Bitcoin, and the checkpoints that wait to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epochs {
    /// The first epoch that counted.
    pub base: Option<EpochNumber>,
    /// The highest that did.
    pub last: Option<EpochNumber>,
    /// By whose word the highest timestamped height is so.
    pub witness: Option<Witness>,
    /// Those that wait, in the order in which they came; at most [`Epochs::WAITING_MAX`].
    pub waiting: Vec<WaitingCheckpoint>,
    /// How many were dropped because there were too many.
    pub dropped: u32,
    /// The last epoch of which Babylon said something that cannot be true.
    pub forged: Option<EpochNumber>,
}

/// A checkpoint whose parts agree, and what it timestamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingCheckpoint {
    /// The epoch.
    pub epoch: EpochNumber,
    /// The height of this chain that it timestamps: its header was found to be ours.
    pub height: Option<BlockHeight>,
    /// The two blocks of Bitcoin.
    pub blocks: [ClaimedBlock; 2],
}

/// What became of a checkpoint on its arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// It is kept until it counts.
    Waits {
        /// The oldest one, which made place for it.
        dropped: Option<EpochNumber>,
    },
    /// It is kept already.
    Known,
    /// Its epoch is not above the last that counted.
    Stale {
        /// That one.
        last: EpochNumber,
    },
    /// It is kept in place of what Babylon said of its epoch before: the checkpoint is elsewhere in Bitcoin now.
    Replaced,
}

/// What became of a checkpoint that had waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// It counts.
    Counted {
        /// Its epoch.
        epoch: EpochNumber,
        /// By whose word.
        witness: Witness,
        /// Where the timestamped height moves to, if it does.
        height: Option<BlockHeight>,
    },
    /// It is not in Bitcoin, though Babylon says so.
    Forged {
        /// Its epoch.
        epoch: EpochNumber,
    },
}

impl Epochs {
    /// How many checkpoints wait, at most.
    pub const WAITING_MAX: usize = 16;

    /// Takes a checkpoint whose parts agree.
    pub fn receive(&mut self, new: WaitingCheckpoint) -> Receipt {
        if let Some(last) = self.last.filter(|last| new.epoch <= *last) {
            return Receipt::Stale { last };
        }
        if let Some(same) = self.waiting.iter_mut().find(|kept| kept.epoch == new.epoch) {
            let before = core::mem::replace(same, new);
            return if before == new { Receipt::Known } else { Receipt::Replaced };
        }
        let is_crowded = self.waiting.len() >= Self::WAITING_MAX;
        let dropped = is_crowded.then(|| self.waiting.remove(0).epoch);
        if is_crowded {
            self.dropped = self.dropped.saturating_add(1);
        }
        self.waiting.push(new);
        Receipt::Waits { dropped }
    }

    /// Remembers that Babylon said of an epoch what cannot be true.
    pub const fn refuse(&mut self, epoch: EpochNumber) {
        self.forged = Some(epoch);
    }

    /// Judges all that wait, with what is known of Bitcoin now. `timestamped` is the highest timestamped height;
    /// `find` looks a block (hash in internal order) up in the main chain of our light client.
    ///
    /// Neither the last epoch nor the height ever goes back, whatever waited for how long.
    pub fn count_buried(
        &mut self,
        bitcoin: BitcoinView,
        timestamped: BlockHeight,
        find: &dyn Fn(&[u8; 32]) -> Option<Located>,
    ) -> Vec<Waited> {
        let mut timestamped = timestamped;
        let mut settled = Vec::new();
        let waiting = core::mem::take(&mut self.waiting);
        for kept in waiting {
            let located = match bitcoin {
                BitcoinView::Seen { .. } => kept.blocks.map(|place| find(&place.block)),
                BitcoinView::Unwatched | BitcoinView::Empty => [None, None],
            };
            let epoch = kept.epoch;
            match judge(&kept.blocks, located, bitcoin) {
                Verdict::Waits(_) => self.waiting.push(kept),
                Verdict::Forged => {
                    self.refuse(epoch);
                    settled.push(Waited::Forged { epoch });
                }
                Verdict::Counted(witness) => {
                    let height = kept.height.filter(|height| *height > timestamped);
                    if let Some(height) = height {
                        timestamped = height;
                        self.witness = Some(witness);
                    }
                    self.base = self.base.or(Some(epoch));
                    self.last = self.last.max(Some(epoch));
                    settled.push(Waited::Counted { epoch, witness, height });
                }
            }
        }
        settled
    }
}
