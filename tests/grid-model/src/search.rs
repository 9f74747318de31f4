//! Every history within bounds.
//!
//! Histories that lead to the same state are followed once, and counted as often as they are.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::chain::Chain;
use crate::event::{Call, Event, Step};
use crate::fork::{End, Fault, judge};
use crate::history::{Happening, History, World};

/// How much may happen.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Events below the fork.
    pub common: usize,
    /// Events on each branch.
    pub branch: usize,
    /// Events in all.
    pub total: usize,
    /// In how many intervals from the first snapshot on the branches may part.
    pub intervals: u64,
    /// Whether governance may excuse grid heights.
    pub excuses: bool,
}

/// What a search has looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// Histories of two branches.
    pub histories: u128,
    /// Pairs of branches that differ in what is compared.
    pub pairs: u64,
    /// Blocks that were played.
    pub blocks: u64,
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.histories += other.histories;
        self.pairs += other.pairs;
        self.blocks += other.blocks;
    }
}

/// A history that breaks a promise.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The history.
    pub history: History,
    /// What is wrong with it.
    pub fault: Fault,
}

/// A history with as few events as possible that has a fault which is looked for.
pub fn shortest(
    world: &World,
    bounds: &Bounds,
    is_sought: &dyn Fn(&Fault) -> bool,
) -> (Option<Finding>, Figures) {
    let mut figures = Figures::default();
    for total in 0..=bounds.total {
        let (finding, more) = search(world, &Bounds { total, ..*bounds }, is_sought);
        figures += more;
        if finding.is_some() {
            return (finding, figures);
        }
    }
    (None, figures)
}

/// One way to a state, and how many there are.
struct Node {
    chain: Chain,
    used: usize,
    ways: u128,
    path: Vec<Happening>,
}

/// Looks at every history within the bounds, until one has a fault that is looked for.
pub fn search(
    world: &World,
    bounds: &Bounds,
    is_sought: &dyn Fn(&Fault) -> bool,
) -> (Option<Finding>, Figures) {
    let mut figures = Figures::default();
    let first = world.scale.first();
    let start = Node { chain: Chain::new(&world.cast), used: 0, ways: 1, path: Vec::new() };
    let mut common = vec![start];
    for fork in 1..first + bounds.intervals * world.scale.interval {
        if fork >= first {
            for node in common.iter().filter(|node| node.chain.has_root(&world.rules, &world.scale)) {
                if let Some(finding) = of_fork(world, bounds, is_sought, node, fork, &mut figures) {
                    return (Some(finding), figures);
                }
            }
        }
        common = advance(world, bounds, common, bounds.common.min(bounds.total), &mut figures);
    }
    (None, figures)
}

fn of_fork(
    world: &World,
    bounds: &Bounds,
    is_sought: &dyn Fn(&Fault) -> bool,
    node: &Node,
    fork: u64,
    figures: &mut Figures,
) -> Option<Finding> {
    let end = world.scale.next(world.scale.next(fork)) + 1;
    let mut chain = node.chain.clone();
    chain.part();
    let budget = bounds.branch.min(bounds.total - node.used);
    let mut nodes = vec![Node { chain, used: 0, ways: 1, path: Vec::new() }];
    while nodes[0].chain.height < end {
        nodes = advance(world, bounds, nodes, budget, figures);
    }
    let ends = ends(world, fork, nodes);
    for (at, a) in ends.iter().enumerate() {
        for b in &ends[..=at] {
            if node.used + a.used + b.used > bounds.total {
                continue;
            }
            figures.pairs += 1;
            let orders = if std::ptr::eq(a, b) { 1 } else { 2 };
            figures.histories += node.ways * a.ways * b.ways * orders;
            if let Some(fault) = judge(&world.rules, fork, &a.end, &b.end).filter(|fault| is_sought(fault)) {
                let branches = [a.path.clone(), b.path.clone()];
                let history =
                    History { world: world.clone(), fork, end, common: node.path.clone(), branches };
                return Some(Finding { history, fault });
            }
        }
    }
    None
}

/// Branches that end alike.
struct Ended {
    end: End,
    used: usize,
    ways: u128,
    path: Vec<Happening>,
}

/// The ends of branches, those with the fewest events first.
fn ends(world: &World, fork: u64, nodes: Vec<Node>) -> Vec<Ended> {
    let mut ends: BTreeMap<(usize, u64), Ended> = BTreeMap::new();
    for Node { chain, used, ways, path } in nodes {
        let end = End::of(&world.rules, &world.scale, fork, &chain);
        let alike = ends.entry((used, digest(&end))).or_insert_with(|| Ended { end, used, ways: 0, path });
        alike.ways += ways;
    }
    let mut ends: Vec<Ended> = ends.into_values().collect();
    ends.sort_by(|one, other| (one.used, &one.path).cmp(&(other.used, &other.path)));
    ends
}

/// One more block, with everything that may happen in it.
fn advance(
    world: &World,
    bounds: &Bounds,
    nodes: Vec<Node>,
    budget: usize,
    figures: &mut Figures,
) -> Vec<Node> {
    let mut next: Vec<Node> = Vec::new();
    let mut known: BTreeMap<(u64, usize), usize> = BTreeMap::new();
    for node in nodes {
        let moves = moves(world, bounds, &node.chain);
        for events in choices(&moves, budget - node.used) {
            let mut chain = node.chain.clone();
            chain.apply(&world.rules, &world.scale, &events, &|_, _, _| true);
            figures.blocks += 1;
            let used = node.used + events.len();
            match known.entry((digest(&chain), used)) {
                Entry::Occupied(at) => next[*at.get()].ways += node.ways,
                Entry::Vacant(free) => {
                    free.insert(next.len());
                    let mut path = node.path.clone();
                    if !events.is_empty() {
                        path.push((chain.height, events));
                    }
                    next.push(Node { chain, used, ways: node.ways, path });
                }
            }
        }
    }
    next
}

fn digest(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// What may happen in the next block.
fn moves(world: &World, bounds: &Bounds, chain: &Chain) -> Vec<Event> {
    use Call::{Lost, Torn, Whole};
    let hooks = [
        (Lost, Lost),
        (Whole, Lost),
        (Torn(Step::Powers), Lost),
        (Torn(Step::Rows), Lost),
        (Torn(Step::Mark), Lost),
        (Torn(Step::Rows), Whole),
    ];
    let mut moves: Vec<Event> = hooks.into_iter().map(|(begin, end)| Event::Hooks(begin, end)).collect();
    for (id, one) in chain.providers.iter().enumerate().filter(|(_, one)| !one.slashed) {
        moves.extend([Event::Stake(id), Event::Slash(id)]);
        if one.staked {
            moves.push(Event::Jail(id));
        }
        if one.commitments.len() < 2 {
            moves.push(Event::Commit(id));
        }
    }
    moves.extend([Event::Backlog, Event::Resume, Event::Timestamps]);
    if bounds.excuses {
        moves.push(Event::Excuse);
    }
    if world.scale.is_grid(chain.height + 1) {
        moves.push(Event::Silence);
    }
    moves
}

/// Every choice of at most so many of them, in their order, with one event for the hooks.
fn choices(moves: &[Event], budget: usize) -> Vec<Vec<Event>> {
    let mut all = vec![Vec::new()];
    let mut from = vec![(Vec::new(), 0)];
    for _ in 0..budget {
        let mut longer = Vec::new();
        for (events, start) in &from {
            for (at, event) in moves.iter().enumerate().skip(*start) {
                let is_second = matches!(event, Event::Hooks(..)) && !Vec::is_empty(events);
                if is_second && events.iter().any(|other| matches!(other, Event::Hooks(..))) {
                    continue;
                }
                let mut events: Vec<Event> = Vec::clone(events);
                events.push(*event);
                all.push(events.clone());
                longer.push((events, at + 1));
            }
        }
        from = longer;
    }
    all
}
