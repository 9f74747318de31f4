use primitives::{Sats, Txid};
use thiserror::Error;

use crate::{MerkleRoot, Transaction, hash::double_sha256};

/// The way from a transaction up to its block's Merkle root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerkleBranch {
    index: u32,
    siblings: Vec<[u8; 32]>,
}

/// Why a branch proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InclusionError {
    /// The bytes are not a whole number of hashes.
    #[error("merkle branch of {0} bytes is not a number of 32-byte hashes")]
    Length(usize),
    /// More levels than the tree of a block can have.
    #[error("merkle branch has {got} levels, a block has at most {most}")]
    TooDeep {
        /// How many it has.
        got: usize,
        /// How many a block can have.
        most: usize,
    },
    /// The index lies outside a tree of that many levels.
    #[error("index {index} lies outside a tree of {levels} levels")]
    IndexOutOfRange {
        /// The index.
        index: u32,
        /// The branch's length.
        levels: usize,
    },
    /// The index is that of the copy by which the tree fills an odd level, not that of a transaction.
    #[error("index {index} points at a copy that fills up the tree")]
    Copy {
        /// The index.
        index: u32,
    },
    /// A node of the branch could be a transaction of 64 bytes.
    #[error("a node of the branch reads as a transaction of 64 bytes")]
    NodeIsTransaction,
    /// The transaction has 64 bytes, as has an inner node.
    #[error("transaction {0} of 64 bytes could be a node of the tree")]
    TransactionIsNode(Txid),
    /// It leads to another root: the transaction is not there.
    #[error("branch leads to merkle root {got}, the block has {expected}")]
    WrongRoot {
        /// Where it leads.
        got: MerkleRoot,
        /// The root in the header.
        expected: MerkleRoot,
    },
}

impl MerkleBranch {
    /// The most levels: a block of 4,000,000 weight units holds fewer than 2^15 transactions, of at
    /// least 60 bytes without witness each.
    pub const MAX_LEVELS: usize = 15;

    /// Takes the position of the transaction in its block and the siblings in internal byte order,
    /// from the transaction's neighbour upwards.
    ///
    /// # Errors
    /// [`InclusionError::TooDeep`], [`InclusionError::IndexOutOfRange`]: bits of the index above the
    /// tree would give one transaction many positions.
    pub fn new(index: u32, siblings: Vec<[u8; 32]>) -> Result<Self, InclusionError> {
        let levels = siblings.len();
        if levels > Self::MAX_LEVELS {
            return Err(InclusionError::TooDeep { got: levels, most: Self::MAX_LEVELS });
        }
        if u64::from(index) >> levels != 0 {
            return Err(InclusionError::IndexOutOfRange { index, levels });
        }
        Ok(Self { index, siblings })
    }

    /// Takes a branch as Babylon relays it: the siblings as one string of 32 bytes each, and an index of which it reads
    /// only the bits that lie within the tree (PROTOCOL.md, "How Babylon reads transactions").
    ///
    /// # Errors
    /// [`InclusionError::Length`], [`InclusionError::TooDeep`].
    pub fn from_babylon(index: u32, bytes: &[u8]) -> Result<Self, InclusionError> {
        let (siblings, []) = bytes.as_chunks::<32>() else {
            return Err(InclusionError::Length(bytes.len()));
        };
        let levels = u32::try_from(siblings.len()).unwrap_or(u32::MAX);
        let above = u32::MAX.checked_shl(levels).unwrap_or_default();
        Self::new(index & !above, siblings.to_vec())
    }

    /// The Merkle root to which the branch leads from `txid`.
    ///
    /// Bitcoin's tree does not tell nodes from transactions. So a branch with a node that reads as a transaction of 64
    /// bytes is refused although its hashes fit: somebody may have put that transaction into a block because half of it
    /// is the id of one that is not there. A node that is none reads so with a chance of about 2^-42.
    ///
    /// What cannot be seen here is a `txid` that is itself an inner node; whoever has the transaction
    /// asks [`MerkleBranch::root_of_transaction`].
    ///
    /// # Errors
    /// [`InclusionError::NodeIsTransaction`].
    pub fn root_of(&self, txid: &Txid) -> Result<MerkleRoot, InclusionError> {
        self.climb(txid, |_, _| Ok(()))
    }

    /// Verifies that a block with that root contains the transaction at that position.
    ///
    /// The tree fills an odd level with a copy of its last node, so that two positions lead to one root (CVE-2012-2459).
    /// No transaction has the copy's: a branch that goes up to the right from a copy of its left neighbour is refused.
    ///
    /// # Errors
    /// [`InclusionError::WrongRoot`], [`InclusionError::Copy`], and those of [`MerkleBranch::root_of`].
    pub fn verify(&self, txid: &Txid, expected: &MerkleRoot) -> Result<(), InclusionError> {
        let got = self.climb(txid, |left, right| match left == right {
            true => Err(InclusionError::Copy { index: self.index }),
            false => Ok(()),
        })?;
        if got == *expected { Ok(()) } else { Err(InclusionError::WrongRoot { got, expected: *expected }) }
    }

    /// The Merkle root to which the branch leads from a transaction that is at hand, which must not have 64 bytes.
    ///
    /// # Errors
    /// [`InclusionError::TransactionIsNode`], and those of [`MerkleBranch::root_of`].
    pub fn root_of_transaction(&self, transaction: &Transaction) -> Result<MerkleRoot, InclusionError> {
        if transaction.stripped.len() == 64 {
            return Err(InclusionError::TransactionIsNode(transaction.txid));
        }
        self.root_of(&transaction.txid)
    }

    /// Hashes from `txid` up; `check` sees each sibling on the left and the node right of it.
    fn climb(
        &self,
        txid: &Txid,
        check: impl Fn(&[u8; 32], &[u8; 32]) -> Result<(), InclusionError>,
    ) -> Result<MerkleRoot, InclusionError> {
        let mut node = *txid.as_bytes();
        for (level, sibling) in self.siblings.iter().enumerate() {
            let is_right = self.index >> level & 1 == 1;
            if is_right {
                check(sibling, &node)?;
            }
            let pair = if is_right { [*sibling, node] } else { [node, *sibling] };
            let pair = pair.as_flattened();
            if reads_as_transaction(pair) {
                return Err(InclusionError::NodeIsTransaction);
            }
            node = double_sha256(pair);
        }
        Ok(MerkleRoot::from_bytes(node))
    }
}

/// Whether 64 bytes could stand in a block as a transaction: well formed, with an output (Bitcoin takes none without:
/// `bad-txns-vout-empty`), and moving no more than all bitcoin.
fn reads_as_transaction(pair: &[u8]) -> bool {
    match Transaction::parse(pair) {
        Ok(Transaction { outputs, .. }) => {
            !outputs.is_empty() && outputs.iter().all(|output| Sats::new(output.value).is_ok())
        }
        Err(_) => false,
    }
}
