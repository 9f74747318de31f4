//! Random large histories: hundreds of blocks at the chain's own intervals, up to eight FPs, dozens of events on each
//! branch. `GRID_CASES` says how many (2,000 if it does not), `GRID_SEED` which (0). A failure prints the seed and the
//! smallest history that fails, which `History` prints as a table.

use grid_model::chain::Chain;
use grid_model::event::{Call, Event, Step};
use grid_model::fork::{End, Fault, judge, signed_twice};
use grid_model::history::{Happening, History, World};
use grid_model::provider::Role;
use grid_model::rules::{Rules, Scale};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const SCALE: Scale = Scale::LARGE;
const FPS: usize = 8;

/// What an FP does with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Honesty {
    /// Votes on the first branch only.
    Honest,
    /// Was shown the second branch only.
    Deceived,
    /// Votes on both.
    Dishonest,
    /// Votes on one or the other, by height: never twice.
    Sly,
}

#[derive(Debug, Clone)]
struct Plan {
    cast: Vec<(Role, Honesty)>,
    fork: u64,
    common: Vec<Happening>,
    branches: [Vec<Happening>; 2],
    delay: u64,
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn role() -> impl Strategy<Value = (Role, Honesty)> {
    let honesty = prop_oneof![
        2 => Just(Honesty::Honest),
        1 => Just(Honesty::Deceived),
        5 => Just(Honesty::Dishonest),
        2 => Just(Honesty::Sly),
    ];
    let covered = prop_oneof![8 => Just(2_000u64), 3 => 150u64..600, 1 => Just(0)];
    (1u64..100, prop::bool::weighted(0.7), covered, honesty)
        .prop_map(|(stake, staked, covered, honesty)| (Role { stake, staked, covered }, honesty))
}

/// Something that happens, at so many thousandths of the way, for so many blocks.
fn happening() -> impl Strategy<Value = (u64, u64, Event)> {
    use Call::{Lost, Torn, Whole};
    let hooks = prop_oneof![
        Just((Lost, Lost)),
        Just((Whole, Lost)),
        Just((Lost, Whole)),
        Just((Torn(Step::Powers), Lost)),
        Just((Torn(Step::Rows), Lost)),
        Just((Torn(Step::Mark), Lost)),
        Just((Torn(Step::Rows), Whole)),
        Just((Torn(Step::Mark), Torn(Step::Rows))),
    ];
    let short = prop_oneof![4 => 1u64..4, 2 => 1u64..30, 1 => 1u64..200];
    let of = 0..FPS;
    let event = prop_oneof![
        3 => (short, hooks).prop_map(|(many, (begin, end))| (many, Event::Hooks(begin, end))),
        4 => of.clone().prop_map(|id| (1, Event::Stake(id))),
        3 => of.clone().prop_map(|id| (1, Event::Jail(id))),
        1 => of.clone().prop_map(|id| (1, Event::Slash(id))),
        4 => of.prop_map(|id| (1, Event::Commit(id))),
        1 => Just((1, Event::Backlog)),
        1 => Just((1, Event::Resume)),
        1 => Just((1, Event::Timestamps)),
        2 => Just((1, Event::Silence)),
    ];
    (0u64..1_000, event).prop_map(|(at, (many, event))| (at, many, event))
}

fn plan() -> impl Strategy<Value = Plan> {
    let events = || prop::collection::vec(happening(), 0..12);
    let cast = prop::collection::vec(role(), FPS);
    (cast, 0..5 * SCALE.interval, events(), events(), events(), 1u64..4).prop_map(
        |(cast, fork, common, a, b, delay)| {
            let fork = SCALE.first() + fork;
            let end = fork + 3 * SCALE.interval;
            Plan {
                cast,
                fork,
                common: placed(&common, 1, fork),
                branches: [placed(&a, fork, end), placed(&b, fork, end)],
                delay,
            }
        },
    )
}

/// Puts events into the blocks of [from, to).
fn placed(events: &[(u64, u64, Event)], from: u64, to: u64) -> Vec<Happening> {
    let mut blocks: Vec<Happening> = (from..to).map(|height| (height, Vec::new())).collect();
    for (at, many, event) in events {
        let first = from + (to - from) * at / 1_000;
        for (_, events) in blocks.iter_mut().filter(|(height, _)| (first..first + many).contains(height)) {
            events.push(*event);
        }
    }
    blocks.retain(|(_, events)| !events.is_empty());
    blocks
}

impl Plan {
    fn history(&self, rules: Rules) -> History {
        let cast = self.cast.iter().map(|(role, _)| *role).collect();
        let end = self.fork + 3 * SCALE.interval - 1;
        let world = World { rules, scale: SCALE, cast };
        History { world, fork: self.fork, end, common: self.common.clone(), branches: self.branches.clone() }
    }

    /// Both branches with the votes that these FPs cast, each a little later than it could.
    fn voted(&self, rules: Rules) -> Option<[End; 2]> {
        let history = self.history(rules);
        let votes = |branch: usize| {
            move |id: usize, grid: u64, now: u64| {
                let would = match self.cast[id].1 {
                    Honesty::Honest => branch == 0,
                    Honesty::Deceived => branch == 1,
                    Honesty::Dishonest => true,
                    Honesty::Sly => (grid / SCALE.interval + id as u64) % 2 == branch as u64,
                };
                would && now >= grid + (id as u64 * self.delay) % 5
            }
        };
        let mut chain = Chain::new(&history.world.cast);
        chain.everybody_votes = false;
        let at = |happenings: &[Happening], height: u64| {
            happenings
                .iter()
                .find(|(at, _)| *at == height)
                .map(|(_, events)| events.clone())
                .unwrap_or_default()
        };
        while chain.height + 1 < self.fork {
            let events = at(&self.common, chain.height + 1);
            chain.apply(&rules, &SCALE, &events, &|_, _, _| true);
        }
        if !chain.has_root(&rules, &SCALE) {
            return None;
        }
        chain.part();
        Some([0, 1].map(|branch| {
            let mut chain = chain.clone();
            while chain.height < history.end {
                let events = at(&self.branches[branch], chain.height + 1);
                chain.apply(&rules, &SCALE, &events, &votes(branch));
            }
            End::of(&rules, &SCALE, self.fork, &chain)
        }))
    }
}

/// How often something happened that makes the test worth anything.
#[derive(Debug, Default)]
struct Seen {
    histories: u32,
    one_closed: u32,
    both_closed: u32,
    without_root: u32,
}

/// Runs a check over random plans; the runner makes a failing plan smaller.
fn run(cases: u64, check: impl Fn(&Plan) -> Result<(), TestCaseError>) {
    let seed = number("GRID_SEED", 0);
    let cases = u32::try_from(number("GRID_CASES", cases)).expect("a number of cases");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let outcome = TestRunner::new_with_rng(config, rng).run(&plan(), |plan| check(&plan));
    if let Err(error) = outcome {
        panic!("GRID_SEED={seed} GRID_CASES={cases}\n{error}");
    }
}

/// C-54: with the votes of these FPs, whoever sees both branches close the first grid height with two app hashes has the keys
/// of more than a third of its committee.
#[test]
fn two_closed_branches_give_away_a_third() {
    let seen = std::cell::RefCell::new(Seen::default());
    run(2_000, |plan| {
        let mut seen = seen.borrow_mut();
        let Some([a, b]) = plan.voted(Rules::GRID) else {
            seen.without_root += 1;
            return Ok(());
        };
        seen.histories += 1;
        seen.one_closed += u32::from(a.closings.is_empty() != b.closings.is_empty());
        for (grid, keys) in signed_twice(plan.fork, &a, &b).into_iter().take(1) {
            seen.both_closed += 1;
            let closing = a.closings.iter().find(|one| one.grid == grid).expect("both closed it");
            let power = keys.iter().map(|id| closing.committee.power_of(*id)).sum();
            let is_third = closing.committee.is_third(power);
            prop_assert!(is_third, "grid height {grid}: keys {keys:?}\n{}", plan.history(Rules::GRID));
        }
        Ok(())
    });
    let seen = seen.into_inner();
    println!("{seen:?}");
    assert!(
        10 * seen.both_closed > seen.histories && seen.one_closed > 0,
        "the histories show too little: {seen:?}"
    );
}

/// With the votes that give away the fewest keys; and everything that a branch alone promises.
#[test]
fn nothing_is_wrong_with_any_choice_of_votes() {
    run(2_000, |plan| {
        let history = plan.history(Rules::GRID);
        let [a, b] = history.play();
        let is_above_root = a.root.is_some_and(|root| root <= plan.fork) && a.root == b.root;
        if is_above_root {
            let ends = [a, b].map(|chain| End::of(&Rules::GRID, &SCALE, plan.fork, &chain));
            let fault = judge(&Rules::GRID, plan.fork, &ends[0], &ends[1]);
            prop_assert!(fault.is_none(), "{history}");
        }
        Ok(())
    });
}

/// The same plans on the older rules: the random search finds attacks there.
#[test]
fn the_older_rules_fail_here_too() {
    for rules in [Rules::LIVE_QUORUM, Rules::LAST_CLOSED] {
        let found = std::cell::Cell::new(0);
        run(2_000, |plan| {
            let history = plan.history(rules);
            let ends = history.play().map(|mut chain| {
                chain.broken = None;
                End::of(&rules, &SCALE, plan.fork, &chain)
            });
            let fault = judge(&rules, plan.fork, &ends[0], &ends[1]);
            found.set(found.get() + u32::from(matches!(fault, Some(Fault::Unpunished { .. }))));
            Ok(())
        });
        println!("{rules:?}: {}", found.get());
        assert!(found.get() > 0, "{rules:?}");
    }
}
