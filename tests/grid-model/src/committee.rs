//! A fixed committee: rows of keys, powers and randomness.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::provider::Commitment;

/// One FP with one of its commitments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Row {
    /// Whose.
    pub id: usize,
    /// The power, the same in each of its rows.
    pub power: u64,
    /// The randomness.
    pub commitment: Commitment,
}

/// The rows, by key and start, with what a record says of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Committee {
    /// The rows.
    pub rows: Vec<Row>,
    /// The sum of the powers of distinct keys, as it was added up.
    pub total: u64,
    /// The height R that it was read of.
    pub taken: u64,
    /// The power of the active set of R.
    pub active: u64,
}

impl Committee {
    /// What stands for the hash of the rows.
    pub fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.rows.hash(&mut hasher);
        hasher.finish()
    }

    /// The rows that can vote at `height`: one an FP.
    pub fn at(&self, height: u64) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.commitment.covers(height))
    }

    /// The power of each FP, once.
    pub fn powers(&self) -> impl Iterator<Item = (usize, u64)> {
        let first = |at: usize| at == 0 || self.rows[at - 1].id != self.rows[at].id;
        (0..self.rows.len()).filter(move |at| first(*at)).map(|at| (self.rows[at].id, self.rows[at].power))
    }

    /// The power of one FP.
    pub fn power_of(&self, id: usize) -> u64 {
        self.powers().find(|(other, _)| *other == id).map_or(0, |(_, power)| power)
    }

    /// Whether this is more than two thirds of it.
    pub const fn is_quorum(&self, power: u64) -> bool {
        3 * power > 2 * self.total
    }

    /// Whether this is more than a third of it.
    pub const fn is_third(&self, power: u64) -> bool {
        3 * power > self.total
    }
}
