//! Heights: what the hooks saw of each, who voted there, and how far finality has come.
//!
//! ```text
//!            BeginBlock            EndBlock                 EndBlock                    EndBlock
//!  (unseen) ------------> anchored ---------> passed ------------------> settled -----------------> forgotten
//!     |      [`anchor`]               by quorum,     votes closed, the       after the retention
//!     |                               resumed,       absent judged,          of votes, and of
//!     +--> hole: never anchored       or skipped     voters credited         anchors
//!                                     [`tally`]      [`settle`], [`liveness`] [`prune`]
//! ```
//!
//! **The danger.** A hook may be lost, repeated or torn. So each step keeps a mark of its own in
//! [`Progress`](crate::state::Progress), begins where that mark stands, and does a bounded portion.

pub mod anchor;
pub mod gaps;
pub mod grid;
pub mod liveness;
pub mod prune;
pub mod settle;
pub mod tally;
#[cfg(test)]
pub mod tests;

use primitives::{AppHash, BlockHash, BlockHeight, UnixTime};

/// A block as a hook shows it.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// Its height.
    pub height: BlockHeight,
    /// Its time.
    pub time: UnixTime,
    /// Its hash.
    pub hash: BlockHash,
    /// The app hash in its header, which the votes at its height sign.
    pub app_hash: AppHash,
}
