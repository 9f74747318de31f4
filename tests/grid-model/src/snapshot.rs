//! A snapshot: read as of a height that lies well below, in portions, each with its mark last.

use crate::committee::{Committee, Row};
use crate::event::Step;
use crate::provider::{Commitment, Provider};
use crate::rules::{Rules, Scale};

/// A snapshot that is being taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Work {
    /// The grid height.
    pub grid: u64,
    /// R: the powers and the set are those of this height.
    pub of: u64,
    /// R': the power is the lower of that there and here.
    pub and_of: u64,
    /// What had closed then.
    pub closed_through: u64,
    /// What was timestamped then.
    pub timestamped: u64,
    /// The rows so far, by key and start.
    pub rows: Vec<Row>,
    /// The mark: how many candidates are done with, how many FPs were taken, with how many rows and how much power.
    pub mark: Mark,
}

/// How far a snapshot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Mark {
    /// Candidates done with, in their order.
    pub next: usize,
    /// FPs taken.
    pub providers: usize,
    /// Their rows.
    pub rows: usize,
    /// Their power.
    pub total: u64,
    /// Whether all candidates are done with.
    pub done: bool,
}

/// Whether a commitment counts where so much had closed and was timestamped.
pub const fn counts(rules: &Rules, commitment: &Commitment, closed_through: u64, timestamped: u64) -> bool {
    match commitment.block {
        None => true,
        Some(block) => timestamped > block && (closed_through > block || !rules.counts_once_closed),
    }
}

impl Work {
    /// One portion; what a torn hook leaves of it where it is torn.
    pub fn portion(&mut self, rules: &Rules, scale: &Scale, providers: &[Provider], torn: Option<Step>) {
        if self.mark.done {
            return;
        }
        let candidates = self.candidates(providers);
        let mut mark = self.mark;
        let mut written = 0;
        if rules.redone_whole {
            self.rows.retain(|row| candidates[..mark.next].iter().any(|(id, _)| *id == row.id));
        }
        while let Some((id, power)) = candidates.get(mark.next) {
            let rows = self.rows_of(rules, scale, *id, &providers[*id], *power);
            if written > 0 && written + rows.len() > scale.portion {
                break;
            }
            mark.next += 1;
            let fits = mark.providers < scale.providers && mark.rows + rows.len() <= scale.rows;
            if rows.is_empty() || !fits {
                continue;
            }
            written += rows.len();
            mark.rows += rows.len();
            mark.providers += 1;
            mark.total += power;
            for row in rows {
                if let Err(at) = self.rows.binary_search(&row) {
                    self.rows.insert(at, row);
                }
            }
        }
        mark.done = mark.next >= candidates.len();
        if torn != Some(Step::Rows) {
            self.mark = mark;
        }
    }

    /// What came of it: nothing where nobody, or too little of the power, was taken.
    pub fn outcome(&self, rules: &Rules, providers: &[Provider]) -> Option<Committee> {
        let lower: u64 = self.candidates(providers).iter().map(|(_, power)| power).sum();
        let all = if rules.half_of_active { self.active(providers) } else { lower };
        let is_taken = self.mark.done && self.mark.total > 0 && 2 * self.mark.total >= all;
        let active = self.active(providers);
        is_taken.then(|| Committee {
            rows: self.rows.clone(),
            total: self.mark.total,
            taken: self.of,
            active,
        })
    }

    /// The power of the active set of R.
    fn active(&self, providers: &[Provider]) -> u64 {
        providers.iter().map(|one| one.power_at(self.of)).sum()
    }

    /// The active set of R, most power first, lower key first.
    fn candidates(&self, providers: &[Provider]) -> Vec<(usize, u64)> {
        let lower = |one: &Provider| one.power_at(self.of).min(one.power_at(self.and_of));
        let mut all: Vec<(usize, u64)> = providers.iter().map(lower).enumerate().collect();
        all.retain(|(_, power)| *power > 0);
        all.sort_by_key(|(id, power)| (u64::MAX - power, *id));
        all
    }

    /// The rows of an FP: none where it is slashed, or a grid height up to G + 3C is not covered.
    fn rows_of(&self, rules: &Rules, scale: &Scale, id: usize, one: &Provider, power: u64) -> Vec<Row> {
        let heights = [1, 2, 3].map(|many| self.grid + many * scale.interval);
        let covering = |height: u64| {
            one.commitments.iter().find(|commitment| {
                commitment.covers(height) && counts(rules, commitment, self.closed_through, self.timestamped)
            })
        };
        let covering: Vec<Option<&Commitment>> = heights.into_iter().map(covering).collect();
        if one.slashed || covering.iter().any(Option::is_none) {
            return Vec::new();
        }
        let mut rows: Vec<Row> = covering
            .into_iter()
            .flatten()
            .map(|commitment| Row { id, power, commitment: *commitment })
            .collect();
        rows.dedup();
        rows
    }
}
