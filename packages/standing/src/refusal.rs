use primitives::BtcHeight;
use thiserror::Error;

use crate::Block;

/// Why a proof changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No item has that stake.
    #[error("no item with this stake is known")]
    Unknown,
    /// It counts already, or is being challenged.
    #[error("it is proven already, in block {}", block.hash)]
    Proven {
        /// By which block.
        block: Block,
    },
    /// The block does not lie deep enough.
    #[error("block {} is {depth} deep, {least} are needed", block.hash)]
    Shallow {
        /// Which block.
        block: Block,
        /// How deep it is.
        depth: u32,
        /// How deep it must be.
        least: u32,
    },
    /// It was spent.
    #[error("it was spent in block {}", at.hash)]
    Spent {
        /// In which block.
        at: Block,
    },
    /// It would have no power.
    #[error("its lock ends at {end} less {unbonding_time} blocks of unbonding, and the tip is {tip}")]
    Late {
        /// The tip of Bitcoin.
        tip: BtcHeight,
        /// Where the lock ends.
        end: BtcHeight,
        /// The unbonding time.
        unbonding_time: u16,
    },
    /// It cannot be forgotten yet.
    #[error("its lock ends at {end}, and the tip is {tip}")]
    Locked {
        /// The tip of Bitcoin.
        tip: BtcHeight,
        /// Where the lock ends.
        end: BtcHeight,
    },
    /// More stake has to be taken back first than one call does.
    #[error("stake of blocks that left the chain is being taken back: follow, and send it again")]
    Reorganizing,
}
