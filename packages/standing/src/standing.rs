use bitcoin_spv::{HeaderHash, OutPoint};
use primitives::BtcHeight;

/// A block of Bitcoin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Block {
    /// Its height.
    pub height: BtcHeight,
    /// Its hash.
    pub hash: HeaderHash,
}

/// Depths and delays, in blocks of Bitcoin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// *k*: how deep a block must lie to be believed.
    pub k: u32,
    /// *w*: how deep a block lies that is not watched any more.
    pub w: u32,
    /// For how long a stake that is neither fresh nor vouched for can be challenged.
    pub challenge_delay: u32,
}

/// What a delegation says of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// For how many blocks the stake is locked.
    pub time: u16,
    /// For how many blocks it stays locked after an early end.
    pub unbonding_time: u16,
    /// The end that the item names. No signature binds it; the lower one of this and what follows from the block counts.
    pub said_end: BtcHeight,
}

/// What is known of an outpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    Nothing,
    /// No item has it, and it was spent in that block.
    Spent(Block),
    /// It is a stake.
    Stake(Stake),
}

/// A stake that an item is known of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stake {
    /// How much, in sats.
    pub sats: u64,
    /// Whether Babylon says that it is active.
    pub vouched: bool,
    /// Where it stands.
    pub standing: Standing,
}

/// Where a stake stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its item is good; that it is in Bitcoin is not proven.
    Waiting,
    /// The same, and before its item came it was known to be spent.
    Foretold {
        /// In which block.
        at: Block,
    },
    /// It is in Bitcoin, but so long that it could be spent. It has no power until it is due.
    Challenged {
        /// The block of the staking transaction.
        block: Block,
        /// Where its lock ends.
        end: BtcHeight,
        /// When it counts, unless a spend is proven.
        due: BtcHeight,
    },
    /// It counts.
    Active {
        /// The block of the staking transaction.
        block: Block,
        /// Where its lock ends.
        end: BtcHeight,
    },
    /// It was spent.
    Ended {
        /// In which block.
        at: Block,
    },
}

impl Standing {
    /// Whether it counts.
    pub const fn is_active(&self) -> bool {
        matches!(self, Self::Active { .. })
    }

    /// Whether its inclusion was never proven, or its block left the chain.
    pub const fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting | Self::Foretold { .. })
    }

    /// By which block it is included, where that is proven.
    pub const fn block(&self) -> Option<Block> {
        match self {
            Self::Challenged { block, .. } | Self::Active { block, .. } => Some(*block),
            Self::Waiting | Self::Foretold { .. } | Self::Ended { .. } => None,
        }
    }

    /// In which block it was spent, as far as is known.
    pub const fn spent(&self) -> Option<Block> {
        match self {
            Self::Foretold { at } | Self::Ended { at } => Some(*at),
            Self::Waiting | Self::Challenged { .. } | Self::Active { .. } => None,
        }
    }
}

/// Who says that a stake was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Witness {
    /// Babylon, over its channel. It has looked at the spending transaction's signatures, so no depth is asked.
    Babylon,
    /// Somebody.
    Anybody,
}

/// A change of what counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Which stake.
    pub stake: OutPoint,
    /// What happened to it.
    pub what: What,
}

/// What happened to a stake that counts, or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It counts from now on.
    Active {
        /// The height of the staking transaction.
        start: BtcHeight,
        /// Where its lock ends.
        end: BtcHeight,
    },
    /// It was spent.
    Ended {
        /// At which height.
        height: BtcHeight,
    },
    /// The block with the staking transaction left the chain.
    Revoked,
}
