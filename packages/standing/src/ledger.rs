use bitcoin_spv::{HeaderHash, OutPoint};
use primitives::BtcHeight;

use crate::{Block, Known, Stake};

/// What is kept of stakes, and Bitcoin's chain with the most work.
pub trait Ledger {
    /// Why it cannot be read or written.
    type Error;

    /// The tip of the chain.
    fn tip(&self) -> Result<Block, Self::Error>;
    /// The hash at a height of the chain; `None` above the tip, and below what is kept.
    fn hash_at(&self, height: BtcHeight) -> Result<Option<HeaderHash>, Self::Error>;

    /// What is known of an outpoint. A spend that was recorded before the item came is [`crate::Standing::Foretold`].
    fn known(&self, outpoint: &OutPoint) -> Result<Known, Self::Error>;
    /// Writes a stake; `before` is what was there. A new one waits.
    fn record(&mut self, outpoint: &OutPoint, before: Option<&Stake>, now: &Stake)
    -> Result<(), Self::Error>;
    /// Deletes a stake and its item.
    fn forget(&mut self, outpoint: &OutPoint, before: &Stake) -> Result<(), Self::Error>;
    /// Writes or deletes in which block an outpoint was spent that no item has.
    fn set_spent(&mut self, outpoint: &OutPoint, at: Option<Block>) -> Result<(), Self::Error>;

    /// Puts a stake on a list, at that block's height. Its hash is kept of [`List::Remembered`] only.
    fn put(&mut self, list: List, at: Block, stake: &OutPoint) -> Result<(), Self::Error>;
    /// Takes it off.
    fn take_off(&mut self, list: List, height: BtcHeight, stake: &OutPoint) -> Result<(), Self::Error>;
    /// The lowest entry of a list.
    fn lowest(&self, list: List) -> Result<Option<Entry>, Self::Error>;
    /// The highest entry of a list.
    fn highest(&self, list: List) -> Result<Option<Entry>, Self::Error>;

    /// A block of which all watched blocks are ancestors, or one of them itself.
    fn synced(&self) -> Result<Option<Block>, Self::Error>;
    /// Writes that.
    fn set_synced(&mut self, block: Block) -> Result<(), Self::Error>;
}

/// Lists of stakes by a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// Proven by a block less than w deep: by its height.
    Watched,
    /// Spent in a block less than k deep: by its height.
    Remembered,
    /// Challenged: by when they are due.
    Challenged,
    /// Outpoints that were spent and that no item has any more: by when that can be forgotten.
    Spent,
}

/// A stake on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// At which height; the hash is that of a block in [`List::Remembered`], and means nothing elsewhere.
    pub at: Block,
    /// Which.
    pub stake: OutPoint,
}

impl Block {
    /// A height alone.
    pub(crate) const fn date(height: BtcHeight) -> Self {
        Self { height, hash: HeaderHash::from_bytes([0; 32]) }
    }
}

/// Whether a block is in the chain. One below all that is kept is: no fork goes that deep.
pub fn is_in_chain<L: Ledger>(ledger: &L, block: &Block) -> Result<bool, L::Error> {
    Ok(match ledger.hash_at(block.height)? {
        Some(hash) => hash == block.hash,
        None => block.height <= ledger.tip()?.height,
    })
}

/// The block of a spend that is known and in the chain.
pub(crate) fn known_spend<L: Ledger>(ledger: &L, spent: Option<Block>) -> Result<Option<Block>, L::Error> {
    match spent {
        Some(at) if is_in_chain(ledger, &at)? => Ok(Some(at)),
        _ => Ok(None),
    }
}

/// A stake.
pub(crate) fn stake<L: Ledger>(ledger: &L, outpoint: &OutPoint) -> Result<Option<Stake>, L::Error> {
    Ok(match ledger.known(outpoint)? {
        Known::Stake(stake) => Some(stake),
        Known::Nothing | Known::Spent(_) => None,
    })
}
