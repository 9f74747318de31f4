use crate::{
    Proof, RangeProof,
    hash::{Hash, empty_hash, leaf_hash},
    level::{Level, parents},
};

/// A tree with all its nodes: what a signer keeps to make proofs.
///
/// RFC 6962 splits n leaves at the largest power of two below n. That is the tree that grows from the
/// leaves by pairing neighbours, where the odd one out at the end of a level moves up as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// From the leaves' level to the root's; one empty level if there is no leaf.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// Builds the tree over these leaves, in this order.
    pub fn new(leaves: impl IntoIterator<Item: AsRef<[u8]>>) -> Self {
        let mut level: Vec<Hash> = leaves.into_iter().map(|leaf| leaf_hash(leaf.as_ref())).collect();
        let mut levels = Vec::new();
        while level.len() > 1 {
            let above = parents(&level);
            levels.push(level);
            level = above;
        }
        levels.push(level);
        Self { levels }
    }

    /// The root; sha256 of nothing if there is no leaf.
    pub fn root(&self) -> Hash {
        self.levels.last().and_then(|top| top.first()).copied().unwrap_or_else(empty_hash)
    }

    /// How many leaves there are.
    pub fn total(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| u64::try_from(leaves.len()).unwrap_or(u64::MAX))
    }

    /// The proof of leaf number `index`, from zero, or `None` if there is no such leaf.
    pub fn proof(&self, index: u64) -> Option<Proof> {
        let RangeProof { total, start, aunts } = self.range(index, 1)?;
        Some(Proof { total, index: start, leaf_hash: self.node(0, index)?, aunts })
    }

    /// The proof of `count` leaves from number `start` on, or `None` if there are not that many or
    /// `count` is zero.
    pub fn range(&self, start: u64, count: u64) -> Option<RangeProof> {
        let total = self.total();
        let end = start.checked_add(count)?;
        if count == 0 || end > total {
            return None;
        }
        let mut aunts = Vec::new();
        let mut level = Level { first: start, end, width: total };
        for depth in 0..self.levels.len().saturating_sub(1) {
            if level.has_left_aunt() {
                aunts.push(self.node(depth, level.first.checked_sub(1)?)?);
            }
            if level.has_right_aunt() {
                aunts.push(self.node(depth, level.end)?);
            }
            level = level.up();
        }
        Some(RangeProof { total, start, aunts })
    }

    fn node(&self, depth: usize, index: u64) -> Option<Hash> {
        self.levels.get(depth)?.get(usize::try_from(index).ok()?).copied()
    }
}
