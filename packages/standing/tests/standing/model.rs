//! Random trees of blocks, random proofs at random times, portions of any size: held against a look at the chain.
//!
//! Items come before or after what is proven of them. Even stakes stand alone, odd ones spend the one before. Some blocks
//! have spends that no transaction is behind; Bitcoin builds on them less than k blocks.

use std::collections::{BTreeMap, BTreeSet};

use bsn_standing::bitcoin_spv::HeaderHash;
use bsn_standing::memory::MemoryLedger;
use bsn_standing::primitives::BtcHeight;
use bsn_standing::{Block, Ledger, Lock, Spent, Standing, Witness, follow, prove, spend, take};

use crate::steps::{RULES, stake};

const STAKES: u32 = 6;
const LOCK: Lock = Lock { time: 40_000, unbonding_time: 20, said_end: BtcHeight::new(u32::MAX) };
/// How far below the tip a fork parts: less than w, so that what is not watched any more stays.
const DEEPEST: u32 = 9;

/// xorshift64: the same histories on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as u32 % n
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }
}

struct Node {
    parent: Option<usize>,
    height: u32,
    staked: Vec<u32>,
    spent: Vec<u32>,
    /// Its spends are false, or those of a block that it is built on.
    poisoned: u32,
}

struct World {
    random: Random,
    tree: Vec<Node>,
    tip: usize,
    ledger: MemoryLedger,
    /// Remembered spends that must take effect, by height and stake.
    submitted: BTreeMap<(u32, u32), usize>,
}

fn hash(node: usize) -> HeaderHash {
    let mut bytes = [0xaa; 32];
    bytes[..8].copy_from_slice(&(node as u64).to_be_bytes());
    HeaderHash::from_bytes(bytes)
}

impl World {
    fn new(seed: u64) -> Self {
        let genesis = Node { parent: None, height: 0, staked: vec![], spent: vec![], poisoned: 0 };
        let mut world = Self {
            random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
            tree: vec![genesis],
            tip: 0,
            ledger: MemoryLedger::default(),
            submitted: BTreeMap::new(),
        };
        world.ledger.set_chain(vec![hash(0)]);
        for n in 0..STAKES {
            if world.random.one_in(2) {
                world.take(n);
            }
        }
        world
    }

    /// Its item comes, or comes again.
    fn take(&mut self, n: u32) {
        let vouched = self.random.one_in(2);
        take(&mut self.ledger, &stake(n), 1_000, vouched).unwrap();
    }

    fn path(&self, from: usize) -> Vec<usize> {
        let mut path = vec![from];
        while let Some(parent) = self.tree[path[path.len() - 1]].parent {
            path.push(parent);
        }
        path.reverse();
        path
    }

    /// Where stakes are and where they were spent, truly, on the way to a block.
    fn truth(&self, tip: usize) -> (BTreeMap<u32, usize>, BTreeMap<u32, usize>) {
        let (mut staked, mut spent) = (BTreeMap::new(), BTreeMap::new());
        for node in self.path(tip) {
            staked.extend(self.tree[node].staked.iter().map(|n| (*n, node)));
            spent.extend(self.tree[node].spent.iter().map(|n| (*n, node)));
        }
        (staked, spent)
    }

    fn block(&self, node: usize) -> Block {
        Block { height: self.tree[node].height.into(), hash: hash(node) }
    }

    fn is_main(&self, node: usize) -> bool {
        self.path(self.tip).get(self.tree[node].height as usize) == Some(&node)
    }

    /// Adds a block with what may happen in it, on the tip or some way below.
    fn mine(&mut self, quiet: bool) {
        let mut parent = self.tip;
        if !quiet && self.random.one_in(4) {
            // Continue another branch, or part from this one.
            let recent = self.tree.len().saturating_sub(12);
            let other = recent + self.random.below((self.tree.len() - recent) as u32) as usize;
            if self.tree[other].height + DEEPEST >= self.tree[self.tip].height && self.parts_shallow(other) {
                parent = other;
            }
        }
        if self.tree[parent].poisoned >= RULES.k - 1 || quiet && self.tree[parent].poisoned > 0 {
            parent = self.honest(parent);
        }
        let (staked, spent) = self.truth(parent);
        let poisoned = match self.tree[parent].poisoned {
            0 if !quiet && self.random.one_in(9) => 1,
            0 => 0,
            more => more + 1,
        };
        let mut node = Node {
            parent: Some(parent),
            height: self.tree[parent].height + 1,
            staked: vec![],
            spent: vec![],
            poisoned,
        };
        for n in (0..STAKES).filter(|_| !quiet) {
            let is_free =
                |n: &u32| staked.contains_key(n) && !spent.contains_key(n) && !node.spent.contains(n);
            if !staked.contains_key(&n) && self.random.one_in(5) {
                let before = n.checked_sub(1).filter(|_| n % 2 == 1);
                if before.is_none_or(|before| is_free(&before)) {
                    node.staked.push(n);
                    node.spent.extend(before);
                }
            } else if is_free(&n) && self.random.one_in(if poisoned > 0 { 1 } else { 7 }) {
                node.spent.push(n);
            }
        }
        self.tree.push(node);
        let new = self.tree.len() - 1;
        if self.tree[new].height > self.tree[self.tip].height {
            self.tip = new;
            self.ledger.set_chain(self.path(new).into_iter().map(hash).collect());
        }
    }

    /// The highest block beside one with false spends below it: where honest miners go on.
    fn honest(&self, mut from: usize) -> usize {
        while self.tree[from].poisoned > 0 {
            from = self.tree[from].parent.unwrap();
        }
        let beside = |node: &usize| self.tree[*node].poisoned == 0 && self.path(*node).contains(&from);
        (0..self.tree.len()).filter(beside).max_by_key(|node| self.tree[*node].height).unwrap()
    }

    /// Whether a branch parts from the main chain by no more than is allowed.
    fn parts_shallow(&self, node: usize) -> bool {
        let main = self.path(self.tip);
        let common = self.path(node).into_iter().zip(&main).filter(|(a, b)| a == *b).count() as u32;
        self.tree[self.tip].height < common - 1 + DEEPEST
    }

    fn prove(&mut self, n: u32) -> bool {
        let Some(node) = self.truth(self.tip).0.get(&n).copied() else { return false };
        let spends: Vec<_> = n.checked_sub(1).filter(|_| n % 2 == 1).map(stake).into_iter().collect();
        let block = self.block(node);
        prove(&mut self.ledger, &RULES, &stake(n), &LOCK, block, &spends).unwrap().is_ok()
    }

    fn spend(&mut self, n: u32) {
        let Some(node) = self.truth(self.tip).1.get(&n).copied() else { return };
        let at = self.block(node);
        // Babylon says it of what lasts on this branch, known here or not.
        let is_babylon = self.tree[node].poisoned == 0 && self.random.one_in(3);
        let witness = if is_babylon { Witness::Babylon } else { Witness::Anybody };
        let done = spend(&mut self.ledger, &RULES, &stake(n), at, witness).unwrap();
        if done == Ok(Spent::Remembered) {
            self.submitted.insert((self.tree[node].height, n), node);
        }
    }

    fn follow(&mut self, budget: u32) {
        let is_done = follow(&mut self.ledger, &RULES, budget).unwrap().is_done;
        if is_done {
            self.check_done();
        }
    }

    /// What holds at any time.
    fn check(&self) {
        let active = self.ledger.active();
        for n in (1..STAKES).step_by(2) {
            let both = active.contains(&stake(n)) && active.contains(&stake(n - 1));
            assert!(!both, "{n} counts beside the stake that it spends");
        }
        for n in 0..STAKES {
            if let Some(Standing::Ended { at }) = self.ledger.standing(&stake(n)) {
                let node = (0..self.tree.len()).find(|node| hash(*node) == at.hash).unwrap();
                assert_eq!(self.tree[node].poisoned, 0, "{n} ended by a false spend");
            }
        }
    }

    /// What holds when all was followed.
    fn check_done(&mut self) {
        let tip = self.tree[self.tip].height;
        for n in 0..STAKES {
            if let Some(Standing::Active { block, .. }) = self.ledger.standing(&stake(n)) {
                assert_eq!(
                    self.ledger.hash_at(block.height).unwrap(),
                    Some(block.hash),
                    "{n} is in no block"
                );
            }
        }
        let due: Vec<_> = self.submitted.iter().map(|(key, node)| (*key, *node)).collect();
        for ((height, n), node) in due.into_iter().filter(|((height, _), _)| height + RULES.k <= tip) {
            self.submitted.remove(&(height, n));
            if self.is_main(node) {
                assert!(!self.ledger.active().contains(&stake(n)), "{n} counts, and was spent k deep");
            }
        }
    }

    /// Time passes, everybody proves everything, and it is followed to the end: then what counts is what the chain says.
    fn settle(&mut self) {
        (0..STAKES).for_each(|n| self.take(n));
        for _ in 0..2 {
            (0..2 * RULES.k).for_each(|_| self.mine(true));
            while !follow(&mut self.ledger, &RULES, 1).unwrap().is_done {}
            for n in 0..STAKES {
                self.spend(n);
                self.prove(n);
            }
            (0..RULES.challenge_delay).for_each(|_| self.mine(true));
            while !follow(&mut self.ledger, &RULES, 1).unwrap().is_done {}
            self.check();
        }
        let (staked, spent) = self.truth(self.tip);
        let expected: BTreeSet<_> =
            staked.into_keys().filter(|n| !spent.contains_key(n)).map(stake).collect();
        assert_eq!(self.ledger.active(), expected);
    }
}

fn play(seed: u64, steps: u32) -> (usize, usize, bool) {
    let mut world = World::new(seed);
    let (mut proven, mut reorganized) = (0, 0);
    for _ in 0..steps {
        let before = world.tip;
        match world.random.below(9) {
            0..=3 => world.mine(false),
            4 | 5 => {
                let n = world.random.below(STAKES);
                proven += usize::from(world.prove(n));
            }
            6 => {
                let n = world.random.below(STAKES);
                world.spend(n);
            }
            7 => {
                let n = world.random.below(STAKES);
                world.take(n);
            }
            _ => {
                let budget = world.random.below(4);
                world.follow(budget);
            }
        }
        reorganized += usize::from(world.tip != before && world.tree[world.tip].parent != Some(before));
        world.check();
    }
    let poisoned = world.tree.iter().any(|node| node.poisoned > 0 && !node.spent.is_empty());
    world.settle();
    (proven, reorganized, poisoned)
}

/// D-10, D-21
#[test]
fn random_trees_of_blocks_agree_with_a_look_at_the_chain() {
    let (mut proven, mut reorganized, mut poisoned) = (0, 0, 0);
    for seed in 1..=400 {
        let played = play(seed, 150);
        proven += played.0;
        reorganized += played.1;
        poisoned += usize::from(played.2);
    }
    // A model that plays nothing agrees with everything.
    assert!(proven > 1_000 && reorganized > 400 && poisoned > 100, "{proven} {reorganized} {poisoned}");
}
