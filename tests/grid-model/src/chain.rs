//! One branch: what the contract keeps, block by block.

mod hooks;
mod record;
mod votes;

pub use record::Record;
pub use votes::{Ballot, Closing};

use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use crate::committee::Committee;
use crate::event::{Call, Event};
use crate::provider::{Commitment, Provider, Role};
use crate::rules::{Rules, Scale};
use crate::snapshot::{Work, counts};

/// What a rule of the grid promises of a single branch, broken.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Broken {
    /// Who follows the records F holds another committee than the chain uses.
    Verifier {
        /// The grid height.
        grid: u64,
    },
    /// The rows of a snapshot are not what its total and its bounds say.
    Rows {
        /// The grid height.
        grid: u64,
    },
    /// A new snapshot has less than half of the power of the active set that it was taken from.
    Share {
        /// The grid height.
        grid: u64,
    },
    /// Nothing was missing, and a grid height did not close.
    Open {
        /// The grid height.
        grid: u64,
    },
}

/// A branch after its highest block.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Chain {
    /// Its highest block.
    pub height: u64,
    /// The FPs, by key.
    pub providers: Vec<Provider>,
    /// Heights of which a hook took effect, ascending.
    pub effective: Vec<u64>,
    /// The highest timestamped height.
    pub timestamped: u64,
    timestamps_stopped: bool,
    backlog_full: bool,
    /// Heights at which ordinary votes are closed by a resumption.
    resumed_through: u64,
    /// The first height that differs from the other branch, once they have parted.
    fork: Option<u64>,
    /// What the app hash commits to, but for what names the branch.
    trace: u64,
    /// Whether something that names the branch is in the state.
    marked: bool,
    work: Option<Work>,
    /// The first grid height with a snapshot of its own.
    pub root: Option<u64>,
    /// S(G), by G, of the last few grid heights.
    pub snapshots: Vec<(u64, Rc<Committee>)>,
    record: Option<Record>,
    /// The hash that somebody holds who follows the records.
    trusted: u64,
    ballots: Vec<Ballot>,
    silent: Vec<u64>,
    /// Whether whoever can vote does, so that an open grid height is a fault.
    pub everybody_votes: bool,
    /// The highest grid height that really closed.
    pub closed_through: u64,
    /// The highest that counts as closed for the order.
    ordered_through: u64,
    /// Whether governance excused a grid height after the branches parted.
    pub excused: bool,
    /// App hash at each grid height, and whether it names the branch.
    pub app_hashes: Vec<(u64, u64, bool)>,
    /// Grid heights that closed.
    pub closings: Vec<Closing>,
    /// What is broken already.
    pub broken: Option<Broken>,
}

impl Chain {
    /// A chain before its first block; finality begins at height 1.
    pub fn new(cast: &[Role]) -> Self {
        Self {
            height: 0,
            providers: cast.iter().copied().map(Provider::new).collect(),
            effective: Vec::new(),
            timestamped: 0,
            timestamps_stopped: false,
            backlog_full: false,
            resumed_through: 0,
            fork: None,
            trace: 0,
            marked: false,
            work: None,
            root: None,
            snapshots: Vec::new(),
            record: None,
            trusted: 0,
            ballots: Vec::new(),
            silent: Vec::new(),
            everybody_votes: true,
            closed_through: 0,
            ordered_through: 0,
            excused: false,
            app_hashes: Vec::new(),
            closings: Vec::new(),
            broken: None,
        }
    }

    /// Whatever comes now is not on the other branch.
    pub fn part(&mut self) {
        self.fork = Some(self.height + 1);
    }

    /// The next block; `votes` says whether an FP votes at a grid height when it can.
    pub fn apply(
        &mut self,
        rules: &Rules,
        scale: &Scale,
        events: &[Event],
        votes: &dyn Fn(usize, u64, u64) -> bool,
    ) {
        self.height += 1;
        let height = self.height;
        if self.fork.is_some() && scale.is_grid(height) {
            self.app_hashes.push((height, self.trace, self.marked));
        }
        let hooks = events.iter().find_map(|event| match event {
            Event::Hooks(begin, end) => Some((*begin, *end)),
            _ => None,
        });
        let (begin, end) = hooks.unwrap_or((Call::Whole, Call::Whole));
        self.first_hook(rules, scale, begin);
        for event in events {
            self.happen(scale, *event);
        }
        if !self.timestamps_stopped {
            self.timestamped = height;
        }
        self.vote(rules, scale, votes);
        self.end_block(rules, scale, begin, end);
        self.forget(scale);
    }

    fn happen(&mut self, scale: &Scale, event: Event) {
        let height = self.height;
        match event {
            Event::Hooks(..) => {}
            Event::Stake(id) => self.providers[id].staked ^= true,
            Event::Jail(id) => self.providers[id].jailed ^= true,
            Event::Slash(id) => self.providers[id].slashed = true,
            Event::Commit(id) => {
                let one = &mut self.providers[id];
                let start = one.commitments.last().map_or(0, |last| last.end).max(height) + 1;
                let end = start + 5 * scale.interval - 1;
                one.commitments.push(Commitment { start, end, block: Some(height) });
                // Each branch has a root of its own.
                self.marked |= self.fork.is_some();
            }
            Event::Backlog => self.backlog_full ^= true,
            Event::Resume => self.resumed_through = height,
            Event::Timestamps => self.timestamps_stopped ^= true,
            Event::Silence => self.silent.push(scale.next(height - 1)),
            Event::Excuse => {
                if self.root.is_some() && self.ordered_through + scale.interval < height {
                    self.ordered_through += scale.interval;
                    self.excused |= self.fork.is_some();
                }
            }
        }
        if !matches!(event, Event::Hooks(..) | Event::Silence) {
            self.trace(&(height, event));
        }
    }

    /// Whether randomness of a block at or above the fork counts.
    pub fn counts_new(&self, rules: &Rules) -> bool {
        let fork = self.fork.unwrap_or(u64::MAX);
        let commitments = self.providers.iter().flat_map(|one| &one.commitments);
        commitments
            .filter(|commitment| commitment.block.is_some_and(|block| block >= fork))
            .any(|commitment| counts(rules, commitment, self.closed_through, self.timestamped))
    }

    /// S(G).
    pub fn snapshot(&self, grid: u64) -> Option<Rc<Committee>> {
        self.snapshots.iter().find(|(height, _)| *height == grid).map(|(_, committee)| Rc::clone(committee))
    }

    /// Who must close G, as far as it is known.
    pub fn committee(&self, rules: &Rules, scale: &Scale, grid: u64) -> Option<Rc<Committee>> {
        match rules.committee {
            crate::rules::Committee::Before => self.snapshot(grid - scale.interval),
            crate::rules::Committee::Own => self.snapshot(grid),
            crate::rules::Committee::LastClosed => self.snapshot(self.closed_through.max(self.root?)),
            crate::rules::Committee::Live => self.active_set(rules, grid).map(Rc::new),
        }
    }

    /// The active set of a block that a hook saw, as a committee.
    fn active_set(&self, rules: &Rules, height: u64) -> Option<Committee> {
        let mut committee = Committee { taken: height, ..Committee::default() };
        for (id, one) in self.providers.iter().enumerate() {
            let power = one.power_at(height);
            let commitment = one.commitments.iter().find(|commitment| {
                commitment.covers(height) && counts(rules, commitment, self.closed_through, self.timestamped)
            });
            if let Some(commitment) = commitment.filter(|_| power > 0) {
                committee.rows.push(crate::committee::Row { id, power, commitment: *commitment });
                committee.total += power;
            }
        }
        self.effective.contains(&height).then_some(committee)
    }

    /// Adds to what the app hash commits to: of use only until something in it names the branch.
    fn trace(&mut self, what: &impl Hash) {
        if self.marked || self.fork.is_none() {
            self.trace = 0;
            return;
        }
        let mut hasher = DefaultHasher::new();
        (self.trace, what).hash(&mut hasher);
        self.trace = hasher.finish();
    }

    /// Drops what no rule asks for any more.
    fn forget(&mut self, scale: &Scale) {
        let below = self.height.saturating_sub(2 * scale.interval + 2 * scale.lag);
        let kept = self.effective.partition_point(|height| *height < below).saturating_sub(1);
        self.effective.drain(..kept);
        let lowest = self.effective.first().copied().unwrap_or(0).min(below);
        self.providers.iter_mut().for_each(|one| one.forget(lowest));
    }
}
