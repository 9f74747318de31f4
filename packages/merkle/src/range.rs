use crate::{
    MerkleError,
    hash::{Hash, leaf_hash},
    level::{Level, parents},
};

/// The most aunts a range can have: two on each of 64 levels.
const MAX_AUNTS: usize = 128;

/// A proof that consecutive leaves are in a tree, at the price of about one: a vote on each of a
/// thousand heights needs a thousand hashes, not twenty thousand.
///
/// Like [`crate::Proof`], with as many leaves as are handed to [`RangeProof::verify`]; for one leaf its aunts
/// are those of that leaf's proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeProof {
    /// How many leaves the tree has.
    pub total: u64,
    /// Which is the first leaf of the range, from zero.
    pub start: u64,
    /// The nodes next to the range that are not above it, level by level from the leaves to the root: on
    /// each level first the one to the left, if there is one, then the one to the right.
    pub aunts: Vec<Hash>,
}

impl RangeProof {
    /// How many aunts the proof of `count` leaves from number `start` on has in a tree of `total`.
    ///
    /// ```
    /// use bsn_merkle::{RangeProof, Tree};
    ///
    /// let proof = Tree::new(["a", "b", "c", "d", "e"]).range(1, 3).expect("there are five leaves");
    /// assert_eq!(RangeProof::aunts_of(5, 1, 3), proof.aunts.len());
    /// ```
    pub const fn aunts_of(total: u64, start: u64, count: u64) -> usize {
        let mut level = Level { first: start, end: start.saturating_add(count), width: total };
        let mut aunts = 0;
        while level.width > 1 {
            aunts += level.has_left_aunt() as usize + level.has_right_aunt() as usize;
            level = level.up();
        }
        aunts
    }

    /// The root this proof and these leaves lead to.
    ///
    /// # Errors
    /// [`MerkleError::EmptyRange`], [`MerkleError::OutOfRange`], [`MerkleError::TooManyAunts`] or
    /// [`MerkleError::WrongNumberOfAunts`].
    pub fn root(&self, leaves: &[impl AsRef<[u8]>]) -> Result<Hash, MerkleError> {
        let mut level = self.place(leaves.len())?;
        let mut nodes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf.as_ref())).collect();
        let mut aunts = self.aunts.iter();
        let mut take = || aunts.next().copied().ok_or_else(|| self.wrong_number());
        while level.width > 1 {
            if level.has_left_aunt() {
                nodes.insert(0, take()?);
            }
            if level.has_right_aunt() {
                nodes.push(take()?);
            }
            nodes = parents(&nodes);
            level = level.up();
        }
        match (&nodes[..], aunts.next()) {
            ([root], None) => Ok(*root),
            _ => Err(self.wrong_number()),
        }
    }

    /// Verifies that `leaves` are the leaves from number `start` on of the `total` leaves of the tree
    /// with this `root`.
    ///
    /// # Errors
    /// Those of [`RangeProof::root`], or [`MerkleError::WrongRoot`].
    ///
    /// ```
    /// use bsn_merkle::Tree;
    ///
    /// let tree = Tree::new(["a", "b", "c", "d", "e"]);
    /// let proof = tree.range(1, 3).expect("there are five leaves");
    /// assert!(proof.verify(&tree.root(), &["b", "c", "d"]).is_ok());
    /// assert!(proof.verify(&tree.root(), &["b", "d", "c"]).is_err());
    /// ```
    pub fn verify(&self, root: &Hash, leaves: &[impl AsRef<[u8]>]) -> Result<(), MerkleError> {
        let got = self.root(leaves)?;
        if got != *root {
            return Err(MerkleError::WrongRoot { expected: *root, got });
        }
        Ok(())
    }

    /// The leaves of the range among all leaves.
    fn place(&self, leaves: usize) -> Result<Level, MerkleError> {
        let got = self.aunts.len();
        if got > MAX_AUNTS {
            return Err(MerkleError::TooManyAunts { max: MAX_AUNTS, got });
        }
        if leaves == 0 {
            return Err(MerkleError::EmptyRange);
        }
        let count = u64::try_from(leaves).unwrap_or(u64::MAX);
        match self.start.checked_add(count) {
            Some(end) if end <= self.total => Ok(Level { first: self.start, end, width: self.total }),
            _ => Err(MerkleError::OutOfRange { start: self.start, count, total: self.total }),
        }
    }

    fn wrong_number(&self) -> MerkleError {
        MerkleError::WrongNumberOfAunts { start: self.start, total: self.total, got: self.aunts.len() }
    }
}
