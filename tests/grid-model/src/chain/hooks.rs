//! The hooks of a block: each step writes what it writes, and the mark of completion comes last.

use std::rc::Rc;

use super::{Broken, Chain, Record};
use crate::committee::Committee;
use crate::event::{Call, Step};
use crate::rules::{Rules, Scale};
use crate::snapshot::{Work, counts};

impl Chain {
    /// BeginBlock, or EndBlock where that one was lost or torn.
    pub(super) fn first_hook(&mut self, rules: &Rules, scale: &Scale, call: Call) {
        let torn = match call {
            Call::Lost => return,
            Call::Torn(step) => Some(step),
            Call::Whole => None,
        };
        let height = self.height;
        self.settle(rules, scale);
        self.marked |= self.fork.is_some();
        self.refresh(rules, scale, torn);
        if torn == Some(Step::Powers) {
            return;
        }
        self.work(rules, scale, torn);
        if torn.is_some() {
            return;
        }
        self.write_record(rules, scale);
        self.effective.push(height);
        self.trace(&height);
    }

    /// EndBlock.
    pub(super) fn end_block(&mut self, rules: &Rules, scale: &Scale, begin: Call, end: Call) {
        if begin != Call::Whole {
            self.first_hook(rules, scale, end);
        }
        if end != Call::Whole {
            return;
        }
        self.close(rules, scale);
        self.write_record(rules, scale);
    }

    /// Decides S(G) for every grid height that has come.
    fn settle(&mut self, rules: &Rules, scale: &Scale) {
        let mut grid = self.snapshots.last().map_or_else(|| scale.first(), |(grid, _)| grid + scale.interval);
        while grid <= self.height {
            let named = self.named(rules, grid);
            match (self.snapshots.last().cloned(), named) {
                (None, None) => {}
                (None, Some(first)) => {
                    self.root = Some(grid);
                    self.trusted = first.hash();
                    self.ordered_through = grid;
                    self.check_rows(scale, grid, &first, true);
                    self.snapshots.push((grid, first));
                }
                (Some((_, before)), named) => {
                    let is_new = named.is_some();
                    let next = named.unwrap_or_else(|| Rc::clone(&before));
                    self.follow(grid, &before, &next);
                    self.check_rows(scale, grid, &next, is_new);
                    self.snapshots.push((grid, next));
                }
            }
            grid += scale.interval;
        }
        if rules.snapshots_end_below && self.work.as_ref().is_some_and(|work| work.grid <= self.height) {
            self.work = None;
        }
        let kept = self.ordered_through.min(self.closed_through.max(self.root.unwrap_or(0)));
        self.snapshots.retain(|(grid, _)| *grid + scale.interval >= kept);
    }

    /// Whether the next block is at or above the root, known by what lies below that block.
    pub fn has_root(&self, rules: &Rules, scale: &Scale) -> bool {
        let next = self.height + 1;
        let mut grids = (scale.first()..=next).step_by(usize::try_from(scale.interval).unwrap_or(1));
        self.root.is_some() || grids.any(|grid| self.named(rules, grid).is_some())
    }

    /// The new snapshot of G, where there is one.
    fn named(&self, rules: &Rules, grid: u64) -> Option<Rc<Committee>> {
        let by_record = rules.settled_by_record && (self.root.is_some() || rules.record_before_root);
        if by_record {
            return self
                .record
                .as_ref()
                .filter(|record| record.grid == grid && record.is_new)
                .map(|record| Rc::clone(&record.next));
        }
        self.work
            .as_ref()
            .filter(|work| work.grid == grid)
            .and_then(|work| work.outcome(rules, &self.providers))
            .map(Rc::new)
    }

    /// What somebody does who sees nothing but the record under the app hash of G.
    fn follow(&mut self, grid: u64, ours: &Committee, used: &Committee) {
        let next = match &self.record {
            Some(record) if record.grid == grid => {
                (record.set == Some(self.trusted)).then(|| record.next.hash())
            }
            Some(record) => (record.next.hash() == self.trusted).then_some(self.trusted),
            None => None,
        };
        self.trusted = used.hash();
        if next != Some(self.trusted) || used.taken < ours.taken {
            self.broken.get_or_insert(Broken::Verifier { grid });
        }
    }

    fn check_rows(&mut self, scale: &Scale, grid: u64, committee: &Committee, is_new: bool) {
        let total: u64 = committee.powers().map(|(_, power)| power).sum();
        let covers = |id: usize, many: u64| {
            committee.at(grid + many * scale.interval).filter(|row| row.id == id).count() == 1
        };
        let is_right = total == committee.total
            && committee.rows.is_sorted()
            && committee.rows.len() <= scale.rows
            && committee.powers().count() <= scale.providers
            && committee
                .powers()
                .all(|(id, power)| power > 0 && (!is_new || (1..=3).all(|many| covers(id, many))));
        if !is_right {
            self.broken.get_or_insert(Broken::Rows { grid });
        }
        if is_new && 2 * committee.total < committee.active {
            self.broken.get_or_insert(Broken::Share { grid });
        }
    }

    /// The active set of this block.
    fn refresh(&mut self, rules: &Rules, scale: &Scale, torn: Option<Step>) {
        let height = self.height;
        let mut ranked: Vec<usize> = (0..self.providers.len())
            .filter(|id| !self.providers[*id].slashed && self.providers[*id].present() > 0)
            .collect();
        ranked.sort_by_key(|id| (u64::MAX - self.providers[*id].present(), *id));
        let stake: u64 = ranked.iter().take(scale.providers).map(|id| self.providers[*id].present()).sum();
        ranked.retain(|id| {
            let one = &self.providers[*id];
            let is_covered = one.commitments.iter().any(|commitment| {
                commitment.covers(height) && counts(rules, commitment, self.closed_through, self.timestamped)
            });
            !one.jailed && is_covered
        });
        ranked.truncate(scale.providers);
        let power: u64 = ranked.iter().map(|id| self.providers[*id].present()).sum();
        if 100 * power < scale.floor_percent * stake {
            ranked.clear();
        }
        let many = if torn == Some(Step::Powers) { self.providers.len() / 2 } else { self.providers.len() };
        for (id, one) in self.providers.iter_mut().enumerate().take(many) {
            let power = if ranked.contains(&id) { one.present() } else { 0 };
            one.write(height, power);
        }
    }

    /// A portion of the snapshot of the next grid height.
    fn work(&mut self, rules: &Rules, scale: &Scale, torn: Option<Step>) {
        let height = self.height;
        let late = self.work.as_ref().filter(|work| work.grid <= height).map(|work| work.grid);
        if let Some(grid) = late {
            return self.work_late(rules, scale, grid, torn);
        }
        let grid = scale.next(height);
        if grid < scale.first() || height + scale.lag <= grid {
            return;
        }
        if self.work.as_ref().is_none_or(|work| work.grid != grid) {
            let below = |bound: u64| self.effective.iter().rev().find(|of| **of <= bound).copied();
            let Some(of) = below(grid - scale.lag) else { return };
            let and_of = of.checked_sub(scale.interval).and_then(below).unwrap_or(0);
            self.work = Some(Work {
                grid,
                of,
                and_of,
                closed_through: self.closed_through,
                timestamped: self.timestamped,
                rows: Vec::new(),
                mark: Default::default(),
            });
        }
        if let Some(work) = &mut self.work {
            work.portion(rules, scale, &self.providers, torn);
        }
    }

    /// Only without the rule that a snapshot ends below its height: it goes on, and replaces what was settled.
    fn work_late(&mut self, rules: &Rules, scale: &Scale, grid: u64, torn: Option<Step>) {
        let Some(work) = &mut self.work else { return };
        work.portion(rules, scale, &self.providers, torn);
        if !work.mark.done {
            return;
        }
        let outcome = work.outcome(rules, &self.providers);
        if let Some((_, settled)) = self.snapshots.iter_mut().find(|(height, _)| *height == grid)
            && let Some(outcome) = outcome
        {
            *settled = Rc::new(outcome);
        }
        self.work = None;
    }

    /// F, in the last blocks before a grid height.
    fn write_record(&mut self, rules: &Rules, scale: &Scale) {
        let grid = scale.next(self.height);
        let too_early = grid < scale.first() || self.root.is_none() && !rules.record_before_root;
        if grid - self.height > scale.window || too_early {
            return;
        }
        let new = self
            .work
            .as_ref()
            .filter(|work| work.grid == grid)
            .and_then(|work| work.outcome(rules, &self.providers));
        let before = self.snapshots.last().map(|(_, committee)| Rc::clone(committee));
        let is_new = new.is_some();
        let Some(next) = new.map(Rc::new).or_else(|| before.clone()) else { return };
        self.record = Some(Record { grid, set: before.map(|before| before.hash()), next, is_new });
    }
}
