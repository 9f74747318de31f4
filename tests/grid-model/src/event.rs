//! What may happen in a block.

use std::fmt;

/// What becomes of one call of a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Call {
    /// It does its work.
    Whole,
    /// It never comes, or leaves nothing behind.
    Lost,
    /// It fails, and what it wrote before stays: up to this step.
    Torn(Step),
}

/// The steps of a block's first hook, in the order of their writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// The anchor, and half of the powers.
    Powers,
    /// The rows of a portion.
    Rows,
    /// The mark of the portion.
    Mark,
}

/// What may happen in a block, besides votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    /// The calls of BeginBlock and EndBlock.
    Hooks(Call, Call),
    /// An FP loses all its stake, or gets it back.
    Stake(usize),
    /// An FP is jailed, or comes back.
    Jail(usize),
    /// An FP's key is out.
    Slash(usize),
    /// An FP commits to the randomness of further heights.
    Commit(usize),
    /// Too many heights wait, or no longer.
    Backlog,
    /// Governance resumes finality up to this height: ordinary votes are closed.
    Resume,
    /// Timestamps stop coming, or come again.
    Timestamps,
    /// Nobody votes at this grid height any more.
    Silence,
    /// Governance counts the lowest open grid height as closed for the order.
    Excuse,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hooks(Call::Lost, Call::Lost) => write!(f, "hole"),
            Self::Hooks(begin, end) => write!(f, "{begin} BeginBlock, {end} EndBlock"),
            Self::Stake(id) => write!(f, "FP {id} moves its stake"),
            Self::Jail(id) => write!(f, "FP {id} to or from jail"),
            Self::Slash(id) => write!(f, "FP {id} slashed"),
            Self::Commit(id) => write!(f, "FP {id} commits"),
            Self::Backlog => write!(f, "backlog full, or no longer"),
            Self::Resume => write!(f, "resume_finality"),
            Self::Timestamps => write!(f, "timestamps stop, or go on"),
            Self::Silence => write!(f, "nobody votes here"),
            Self::Excuse => write!(f, "excuse_grid"),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => write!(f, "whole"),
            Self::Lost => write!(f, "lost"),
            Self::Torn(Step::Powers) => write!(f, "torn (powers)"),
            Self::Torn(Step::Rows) => write!(f, "torn (rows)"),
            Self::Torn(Step::Mark) => write!(f, "torn (mark)"),
        }
    }
}
