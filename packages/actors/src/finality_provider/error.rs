use thiserror::Error;

use super::Branch;

/// Why a finality provider cannot sign.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FinalityProviderError {
    /// None of its commitments on this branch covers the height.
    #[error("no randomness for height {height} on branch {branch}")]
    NoRandomness {
        /// The height.
        height: u64,
        /// The branch.
        branch: Branch,
    },
    /// The heights of a range are not in one commitment, or there are none.
    #[error("heights {start_height} to {start_height}+{count} are not in one commitment")]
    NotOneCommitment {
        /// The first height.
        start_height: u64,
        /// How many heights.
        count: usize,
    },
}
