//! The calls that the chain module makes by itself in each block.

/// The hooks of a block, in the order of their calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hook {
    /// `begin_block` of the staking contract.
    BeginStaking,
    /// `begin_block` of the finality contract; not called if the former failed.
    BeginFinality,
    /// `end_block` of the finality contract.
    EndFinality,
}

impl Hook {
    /// The three of a block, in the order of their calls.
    pub const ALL: [Self; 3] = [Self::BeginStaking, Self::BeginFinality, Self::EndFinality];

    /// Whether it is one of BeginBlock.
    pub(crate) fn is_begin(self) -> bool {
        self != Self::EndFinality
    }

    /// The phase of the block, as events name it.
    pub(crate) fn phase(self) -> &'static str {
        if self.is_begin() { "BeginBlock" } else { "EndBlock" }
    }
}
