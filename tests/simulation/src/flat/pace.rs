//! How much happens in a life.

use std::fmt::{self, Display, Formatter};

/// How much happens, and how long votes are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many finality providers, all of whom vote.
    pub fps: u32,
    /// How many blocks settled votes are kept.
    pub vote_retention: u64,
    /// How many delegations come with every block, each a change of power; none: one each five blocks.
    pub delegations: u64,
    /// For how many heights everybody commits at a time.
    pub committed: u64,
    /// For how many blocks the first height waits for its votes.
    pub backlog: u64,
    /// How many votes are in a message in most blocks; `None` is all.
    in_message: Option<usize>,
}

impl Display for Pace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { fps, vote_retention, delegations, committed, backlog, .. } = self;
        write!(
            f,
            "{fps} finality providers that commit to {committed} heights at a time, votes kept for {vote_retention} blocks"
        )?;
        match delegations {
            0 => Ok(()),
            many => write!(f, ", {many} delegations a block, behind a backlog of {backlog}"),
        }
    }
}

/// In one block of so many everybody votes in a message of its own.
const ALONE: u64 = 8;
/// The most votes in a message that are stored one by one, as if each had come in its own.
const SINGLE: usize = 7;

/// One finality provider of so many votes late, and at so many heights in a message.
const LATE: u64 = 4;

impl Pace {
    /// Little happens, and votes come together.
    pub const fn quiet(fps: u32) -> Self {
        Self { fps, vote_retention: 10, delegations: 0, committed: 500, backlog: 0, in_message: None }
    }

    /// As much happens as a chain can bear for long: a backlog at the beginning, then each vote is stored alone, power
    /// changes ten times a block, and randomness is committed in small pieces.
    pub const fn rush(fps: u32, vote_retention: u64) -> Self {
        Self { fps, vote_retention, delegations: 10, committed: 50, backlog: 400, in_message: Some(SINGLE) }
    }

    /// Whether a finality provider votes late. Those who do not have more than two thirds without them.
    pub const fn is_late(index: usize) -> bool {
        (index as u64).is_multiple_of(LATE)
    }

    /// Whether the late ones vote after this height.
    pub const fn ends_a_range(height: u64) -> bool {
        (height + 1).is_multiple_of(LATE)
    }

    /// How many votes of a height are in a message.
    pub fn votes_in_a_message(&self, height: u64) -> usize {
        match self.in_message {
            Some(many) => many,
            None if height.is_multiple_of(ALONE) => 1,
            None => usize::MAX,
        }
    }
}
