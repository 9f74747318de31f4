use crate::{
    MerkleError,
    hash::{Hash, inner_hash, leaf_hash},
};

/// The most aunts a proof may have (CometBFT's `MaxAunts`).
pub(crate) const MAX_AUNTS: usize = 100;

/// A proof that a leaf is at one place of a tree: the message `tendermint.crypto.Proof`.
///
/// For one `total` and `index` exactly one number of aunts is accepted, so no leaf has two proofs. The root does
/// not say how many leaves there are: `total` only decides the way up, and the caller compares it with what was
/// committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// How many leaves the tree has.
    pub total: u64,
    /// Which leaf this is, from zero.
    pub index: u64,
    /// The [`leaf_hash`] of the leaf.
    pub leaf_hash: Hash,
    /// The siblings of the nodes on the way from the leaf to the root, in that order; at most 100.
    pub aunts: Vec<Hash>,
}

impl Proof {
    /// The root this proof leads to.
    ///
    /// The way up is that of RFC 9162, 2.1.3.2: at each level the node is a right child, a left child, or
    /// the odd one out at the end, which moves up without a sibling.
    ///
    /// # Errors
    /// [`MerkleError::TooManyAunts`], [`MerkleError::OutOfRange`] or [`MerkleError::WrongNumberOfAunts`].
    pub fn root(&self) -> Result<Hash, MerkleError> {
        let (mut index, mut last) = self.place()?;
        let mut node = self.leaf_hash;
        let mut aunts = self.aunts.iter();
        while last > 0 {
            let has_sibling = index % 2 == 1 || index < last;
            if has_sibling {
                let aunt = aunts.next().ok_or_else(|| self.wrong_number())?;
                node = if index % 2 == 1 { inner_hash(aunt, &node) } else { inner_hash(&node, aunt) };
            }
            index /= 2;
            last /= 2;
        }
        if aunts.next().is_some() {
            return Err(self.wrong_number());
        }
        Ok(node)
    }

    /// Verifies that `leaf` is leaf number `index` of the `total` leaves of the tree with this `root`.
    ///
    /// # Errors
    /// Those of [`Proof::root`], [`MerkleError::WrongLeaf`] or [`MerkleError::WrongRoot`].
    ///
    /// ```
    /// use bsn_merkle::Tree;
    ///
    /// let tree = Tree::new(["a", "b", "c"]);
    /// let proof = tree.proof(2).expect("there are three leaves");
    /// assert!(proof.verify(&tree.root(), b"c").is_ok());
    /// assert!(proof.verify(&tree.root(), b"b").is_err());
    /// ```
    pub fn verify(&self, root: &Hash, leaf: &[u8]) -> Result<(), MerkleError> {
        let expected = leaf_hash(leaf);
        if self.leaf_hash != expected {
            return Err(MerkleError::WrongLeaf { expected, got: self.leaf_hash });
        }
        let got = self.root()?;
        if got != *root {
            return Err(MerkleError::WrongRoot { expected: *root, got });
        }
        Ok(())
    }

    /// The index of this leaf and that of the last one.
    fn place(&self) -> Result<(u64, u64), MerkleError> {
        let got = self.aunts.len();
        if got > MAX_AUNTS {
            return Err(MerkleError::TooManyAunts { max: MAX_AUNTS, got });
        }
        match self.total.checked_sub(1) {
            Some(last) if self.index <= last => Ok((self.index, last)),
            _ => Err(MerkleError::OutOfRange { start: self.index, count: 1, total: self.total }),
        }
    }

    fn wrong_number(&self) -> MerkleError {
        MerkleError::WrongNumberOfAunts { start: self.index, total: self.total, got: self.aunts.len() }
    }
}
