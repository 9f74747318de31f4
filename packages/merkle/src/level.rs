use crate::hash::{Hash, inner_hash};

/// Which nodes of one level of a tree lie above a range of leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    /// The first such node.
    pub(crate) first: u64,
    /// The one after the last.
    pub(crate) end: u64,
    /// How many nodes the level has.
    pub(crate) width: u64,
}

impl Level {
    /// Whether the first node is a right child: its sibling stands outside the range.
    pub(crate) const fn has_left_aunt(self) -> bool {
        self.first % 2 == 1
    }

    /// Whether the last node is a left child, and not the odd one out at the end.
    pub(crate) const fn has_right_aunt(self) -> bool {
        self.end % 2 == 1 && self.end < self.width
    }

    /// The level above, nearer to the root.
    pub(crate) const fn up(self) -> Self {
        Self { first: self.first / 2, end: self.end.div_ceil(2), width: self.width.div_ceil(2) }
    }
}

/// The level above these nodes, of which the first is a left child.
pub(crate) fn parents(nodes: &[Hash]) -> Vec<Hash> {
    let parent = |pair: &[Hash]| match pair {
        [left, right] => Some(inner_hash(left, right)),
        [odd_one_out] => Some(*odd_one_out),
        _ => None,
    };
    nodes.chunks(2).filter_map(parent).collect()
}
