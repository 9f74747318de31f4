//! Two branches of one chain, and what the grid promises of them.

use std::fmt;
use std::rc::Rc;

use crate::chain::{Broken, Chain, Closing};
use crate::committee::Committee;
use crate::provider::Commitment;
use crate::rules::{self, Rules, Scale};

/// What is wrong with a history.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Both branches closed a grid height above the point where their app hashes part, or count new randomness, and the
    /// keys that are out, or can be got from the votes, are those of no more than a third of either committee.
    Unpunished {
        /// The first grid height with two app hashes.
        parted: u64,
        /// Whose keys are out.
        keys: Vec<usize>,
    },
    /// The committee of the first grid height with two app hashes is not the same on both.
    Committees {
        /// That grid height.
        parted: u64,
    },
    /// One branch alone breaks a rule.
    Branch(Broken),
}

/// What is left of a branch when it is compared with another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct End {
    app_hashes: Vec<(u64, u64, bool)>,
    /// What closed above the fork.
    pub closings: Vec<Closing>,
    committees: Vec<(u64, Rc<Committee>)>,
    counts_new: bool,
    excused: bool,
    slashed: Vec<usize>,
    /// What the branch alone breaks.
    pub broken: Option<Broken>,
}

impl End {
    /// Of a branch that begins with block `fork`.
    pub fn of(rules: &Rules, scale: &Scale, fork: u64, chain: &Chain) -> Self {
        let above = |grid: u64| grid > fork;
        let closings: Vec<Closing> = chain.closings.iter().filter(|one| above(one.grid)).cloned().collect();
        let hashes: Vec<(u64, u64, bool)> =
            chain.app_hashes.iter().filter(|(grid, ..)| above(*grid)).copied().collect();
        let committees = hashes.iter().filter_map(|(grid, ..)| {
            let closed = closings.iter().find(|one| one.grid == *grid).map(|one| Rc::clone(&one.committee));
            Some((*grid, closed.or_else(|| chain.committee(rules, scale, *grid))?))
        });
        let slashed = (0..chain.providers.len()).filter(|id| chain.providers[*id].slashed).collect();
        Self {
            committees: committees.collect(),
            app_hashes: hashes,
            closings,
            counts_new: chain.counts_new(rules),
            excused: chain.excused,
            slashed,
            broken: chain.broken.clone(),
        }
    }

    fn committee(&self, grid: u64) -> Option<&Committee> {
        self.committees.iter().find(|(height, _)| *height == grid).map(|(_, committee)| &**committee)
    }

    fn first_from(&self, grid: u64) -> Option<&Closing> {
        self.closings.iter().find(|one| one.grid >= grid)
    }
}

/// What is wrong with these two branches, where somebody chooses the votes that give away the fewest keys.
pub fn judge(rules: &Rules, fork: u64, a: &End, b: &End) -> Option<Fault> {
    if let Some(broken) = a.broken.as_ref().or(b.broken.as_ref()) {
        return Some(Fault::Branch(broken.clone()));
    }
    let parted = if rules.parts_by_app_hash {
        a.app_hashes.iter().map(|(grid, ..)| *grid).find(|grid| differ(a, b, *grid))?
    } else {
        a.app_hashes.first()?.0
    };
    let (of_a, of_b) = (a.committee(parted), b.committee(parted));
    if rules.committee == rules::Committee::Before
        && let (Some(of_a), Some(of_b)) = (of_a, of_b)
        && (&of_a.rows, of_a.total) != (&of_b.rows, of_b.total)
    {
        return Some(Fault::Committees { parted });
    }
    let closed = (a.first_from(parted), b.first_from(parted));
    let both_closed = closed.0.is_some() && closed.1.is_some();
    let both_count = a.counts_new && b.counts_new;
    if !(both_closed || both_count) {
        return None;
    }
    let judged_by =
        [closed.0.map(|one| &*one.committee).or(of_a), closed.1.map(|one| &*one.committee).or(of_b)];
    let promised = rules.committee == rules::Committee::Before
        && rules.in_order
        && both_closed
        && !a.excused
        && !b.excused;
    let keys = Signatures { fork, parted, a, b, promised }.fewest_keys(&judged_by)?;
    Some(Fault::Unpunished { parted, keys })
}

/// Whether a grid height has two app hashes.
fn differ(a: &End, b: &End, grid: u64) -> bool {
    let hash = |end: &End| end.app_hashes.iter().find(|(height, ..)| *height == grid).copied();
    match (hash(a), hash(b)) {
        (Some((_, of_a, marked_a)), Some((_, of_b, marked_b))) => marked_a || marked_b || of_a != of_b,
        _ => false,
    }
}

struct Signatures<'a> {
    fork: u64,
    parted: u64,
    a: &'a End,
    b: &'a End,
    /// Where the rules are the grid's: only what double signing at the first grid height gives away is counted.
    promised: bool,
}

impl Signatures<'_> {
    /// The fewest keys that are out when both branches have what they need, where they are not more than a third of
    /// either committee.
    fn fewest_keys(&self, judged_by: &[Option<&Committee>; 2]) -> Option<Vec<usize>> {
        let mut slashed: Vec<usize> = if self.promised { Vec::new() } else { self.a.slashed.clone() };
        if !self.promised {
            slashed.extend(&self.b.slashed);
        }
        let members =
            judged_by.iter().flatten().flat_map(|one| one.powers()).map(|(id, _)| id + 1).max().unwrap_or(0);
        let many = members.max(slashed.iter().map(|id| id + 1).max().unwrap_or(0));
        let mut sets: Vec<u32> = (0..1u32 << many).collect();
        sets.sort_by_key(|set| set.count_ones());
        let is_out = |set: u32, id: usize| set >> id & 1 == 1;
        let is_small = |set: u32| {
            judged_by.iter().flatten().all(|committee| {
                let power =
                    committee.powers().filter(|(id, _)| is_out(set, *id)).map(|(_, power)| power).sum();
                !committee.is_third(power)
            })
        };
        let enough =
            |set: u32| slashed.iter().all(|id| is_out(set, *id)) && self.suffices(&|id| is_out(set, id));
        let found = sets.into_iter().find(|set| is_small(*set) && enough(*set))?;
        Some((0..many).filter(|id| is_out(found, *id)).collect())
    }

    /// Whether both branches close what they closed while only these FPs sign twice at a height.
    fn suffices(&self, twice: &dyn Fn(usize) -> bool) -> bool {
        let heights = self.a.closings.iter().filter(|one| one.grid >= self.parted);
        heights
            .filter(|one| !self.promised || one.grid == self.parted)
            .filter_map(|of_a| Some((of_a, self.b.closings.iter().find(|of_b| of_b.grid == of_a.grid)?)))
            // One signature serves both.
            .filter(|(of_a, _)| differ(self.a, self.b, of_a.grid))
            // Where a contract knows no app hash, the votes of the other branch are replayed.
            .filter(|(of_a, of_b)| !of_a.at_hole && !of_b.at_hole)
            .all(|(of_a, of_b)| self.can_close(of_a, of_b, twice))
    }

    /// Whether those that do not sign twice can be shared out so that both close.
    fn can_close(&self, of_a: &Closing, of_b: &Closing, twice: &dyn Fn(usize) -> bool) -> bool {
        let mut torn = with_one_nonce(self.fork, of_a, of_b);
        torn.retain(|id| !twice(*id));
        (0..1u32 << torn.len()).any(|side| {
            let goes = |id: &usize, to: u32| {
                torn.iter().position(|other| other == id).is_none_or(|at| side >> at & 1 == to)
            };
            let power = |closing: &Closing, to: u32| {
                let voters = closing.voters.iter().filter(|id| goes(id, to));
                voters.map(|id| closing.committee.power_of(*id)).sum::<u64>()
            };
            of_a.committee.is_quorum(power(of_a, 0)) && of_b.committee.is_quorum(power(of_b, 1))
        })
    }
}

/// Who signed two app hashes of one grid height with one nonce, among the votes that closed it on both branches.
pub fn signed_twice(fork: u64, a: &End, b: &End) -> Vec<(u64, Vec<usize>)> {
    let pairs = a.closings.iter().filter_map(|of_a| {
        let of_b = b.closings.iter().find(|of_b| of_b.grid == of_a.grid)?;
        differ(a, b, of_a.grid).then_some((of_a, of_b))
    });
    pairs.map(|(of_a, of_b)| (of_a.grid, with_one_nonce(fork, of_a, of_b))).collect()
}

fn with_one_nonce(fork: u64, of_a: &Closing, of_b: &Closing) -> Vec<usize> {
    let both = of_a.voters.iter().copied().filter(|id| of_b.voters.contains(id));
    both.filter(|id| is_one_nonce(fork, of_a, of_b, *id)).collect()
}

/// Whether an FP votes with the same nonce on both branches: what is committed above the fork differs.
fn is_one_nonce(fork: u64, of_a: &Closing, of_b: &Closing, id: usize) -> bool {
    let nonce = |closing: &Closing| -> Option<Commitment> {
        closing.committee.at(closing.grid).find(|row| row.id == id).map(|row| row.commitment)
    };
    let in_a = nonce(of_a);
    in_a == nonce(of_b) && in_a.and_then(|one| one.block).is_none_or(|block| block < fork)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unpunished { parted, keys } => {
                write!(
                    f,
                    "the app hashes part at grid height {parted}; both branches go on, keys out: {keys:?}"
                )
            }
            Self::Committees { parted } => write!(f, "two committees for grid height {parted}"),
            Self::Branch(Broken::Verifier { grid }) => {
                write!(f, "whoever follows the records holds another committee than S({grid})")
            }
            Self::Branch(Broken::Rows { grid }) => write!(f, "the rows of S({grid}) contradict its total"),
            Self::Branch(Broken::Share { grid }) => {
                write!(
                    f,
                    "S({grid}) has less than half of the power of the active set that it was taken from"
                )
            }
            Self::Branch(Broken::Open { grid }) => {
                write!(f, "grid height {grid} stays open though nothing is missing")
            }
        }
    }
}
