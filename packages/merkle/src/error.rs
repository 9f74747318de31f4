use thiserror::Error;

/// Why a proof is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MerkleError {
    /// There is no such leaf.
    #[error("leaves {start} to {start}+{count} are not in a tree of {total}")]
    OutOfRange {
        /// The index of the first leaf.
        start: u64,
        /// How many leaves.
        count: u64,
        /// How many the tree has.
        total: u64,
    },
    /// A proof about no leaf at all.
    #[error("a range must have at least one leaf")]
    EmptyRange,
    /// More aunts than any proof may have.
    #[error("{got} aunts are more than {max}")]
    TooManyAunts {
        /// How many may be.
        max: usize,
        /// How many there are.
        got: usize,
    },
    /// Not the number of aunts that this place in a tree of this size has.
    #[error("{got} aunts do not fit leaf {start} of {total}")]
    WrongNumberOfAunts {
        /// The index of the first leaf.
        start: u64,
        /// How many leaves the tree has.
        total: u64,
        /// How many aunts there are.
        got: usize,
    },
    /// The proof is about another leaf.
    #[error("the proof is not about this leaf, its hash differs")]
    WrongLeaf {
        /// What the leaf hashes to.
        expected: [u8; 32],
        /// The leaf hash in the proof.
        got: [u8; 32],
    },
    /// The proof belongs to another tree.
    #[error("the proof leads to another root")]
    WrongRoot {
        /// The root of the tree.
        expected: [u8; 32],
        /// Where the proof leads.
        got: [u8; 32],
    },
}
