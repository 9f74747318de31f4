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
    /// A range of no heights.
    #[error("a range of votes from height {start_height} on without any")]
    EmptyRange {
        /// The first height.
        start_height: u64,
    },
}
