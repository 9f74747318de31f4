//! Votes at grid heights, and what closes them.

use std::rc::Rc;

use super::{Broken, Chain};
use crate::committee::Committee;
use crate::rules::{Rules, Scale};

/// The votes at an open grid height.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ballot {
    /// The grid height.
    pub grid: u64,
    /// Whether ordinary votes were refused there because too many heights waited.
    pub full: bool,
    /// Who voted this branch's app hash with a nonce of its row.
    pub voters: Vec<usize>,
}

/// A grid height that closed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Closing {
    /// The grid height.
    pub grid: u64,
    /// By whom it had to be closed.
    pub committee: Rc<Committee>,
    /// Who voted.
    pub voters: Vec<usize>,
    /// Whether the contract knew no app hash there.
    pub at_hole: bool,
}

impl Chain {
    /// Lets everybody vote who can and wants to, at every open grid height.
    pub(super) fn vote(&mut self, rules: &Rules, scale: &Scale, votes: &dyn Fn(usize, u64, u64) -> bool) {
        let height = self.height;
        if scale.is_grid(height) && self.root.is_some_and(|root| root < height) {
            self.ballots.push(Ballot { grid: height, full: self.backlog_full, voters: Vec::new() });
        }
        let mut ballots = std::mem::take(&mut self.ballots);
        for ballot in ballots.iter_mut().filter(|ballot| !self.silent.contains(&ballot.grid)) {
            let Some(committee) = self.committee(rules, scale, ballot.grid) else { continue };
            for row in committee.at(ballot.grid) {
                if !ballot.voters.contains(&row.id)
                    && self.may_vote(rules, row.id, ballot)
                    && votes(row.id, ballot.grid, height)
                {
                    ballot.voters.push(row.id);
                    ballot.voters.sort_unstable();
                }
            }
        }
        self.trace(&ballots);
        self.ballots = ballots;
    }

    fn may_vote(&self, rules: &Rules, id: usize, ballot: &Ballot) -> bool {
        let one = &self.providers[id];
        let ordinary = !one.jailed
            && one.power_at(ballot.grid) > 0
            && !ballot.full
            && self.effective.contains(&ballot.grid)
            && self.resumed_through < ballot.grid;
        !one.slashed && (rules.rows_may_vote || ordinary)
    }

    /// Closes what can be closed.
    pub(super) fn close(&mut self, rules: &Rules, scale: &Scale) {
        while let Some(closing) = self.ready(rules, scale) {
            self.closed_through = closing.grid;
            self.ordered_through = self.ordered_through.max(closing.grid);
            self.trace(&(closing.grid, 0));
            self.closings.push(closing);
        }
        let done = self.closed_through;
        self.ballots.retain(|ballot| ballot.grid > done);
        self.check_open(rules, scale);
    }

    fn ready(&self, rules: &Rules, scale: &Scale) -> Option<Closing> {
        let next = self.ordered_through + scale.interval;
        let open = self.ballots.iter().filter(|ballot| {
            let is_next = if rules.in_order { ballot.grid == next } else { true };
            is_next && ballot.grid > self.closed_through
        });
        open.filter_map(|ballot| {
            let committee = self.committee(rules, scale, ballot.grid)?;
            let at_hole = !self.effective.contains(&ballot.grid);
            let power: u64 = ballot.voters.iter().map(|id| committee.power_of(*id)).sum();
            let closes = committee.is_quorum(power) && !(at_hole && rules.holes_stay_open);
            let voters = ballot.voters.clone();
            closes.then_some(Closing { grid: ballot.grid, committee, voters, at_hole })
        })
        .next()
    }

    /// A grid height whose turn it is, that no hole and no silence keeps open and whose rows have more than two thirds
    /// that are not slashed, has closed.
    fn check_open(&mut self, rules: &Rules, scale: &Scale) {
        let grid = self.ordered_through + scale.interval;
        let turn = self.root.is_some() && grid < self.height;
        if !turn || self.silent.contains(&grid) || !self.effective.contains(&grid) {
            return;
        }
        let Some(committee) = self.committee(rules, scale, grid) else { return };
        let able = committee.at(grid).filter(|row| !self.providers[row.id].slashed);
        if self.everybody_votes && committee.is_quorum(able.map(|row| row.power).sum()) {
            self.broken.get_or_insert(Broken::Open { grid });
        }
    }
}
