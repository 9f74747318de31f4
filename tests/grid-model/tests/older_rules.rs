//! The rules that came before the grid, and what the search finds on them. Each history is the shortest there is, and
//! is pinned as it prints.

use grid_model::history::World;
use grid_model::provider::Role;
use grid_model::rules::{Rules, Scale};
use grid_model::search::{Bounds, Finding, shortest};

const BOUNDS: Bounds = Bounds { common: 0, branch: 2, total: 2, intervals: 2, excuses: false };

fn world(rules: Rules) -> World {
    let role = |stake, staked| Role { stake, staked, covered: 40 };
    World { rules, scale: Scale::SMALL, cast: vec![role(3, true), role(1, true), role(2, false)] }
}

fn attack_on(rules: Rules) -> Option<Finding> {
    shortest(&world(rules), &BOUNDS, &|_| true).0
}

/// One event: FP 0 leaves on one branch. On the other it goes on alone; it does not vote twice anywhere.
#[test]
fn leavers_fork_a_chain_that_asks_the_active_set() {
    let finding = attack_on(Rules::LIVE_QUORUM).expect("an attack");
    assert_eq!(
        finding.history.to_string(),
        "\
FP 0: stake 3, randomness to 40
FP 1: stake 1, randomness to 40
FP 2: stake 2, not yet staked, randomness to 40
 block | A                                            | B
-------+----------------------------------------------+---------------------------------------------
     8 |                                              |
    11 | FP 0 moves its stake                         |
    12 | closes, of 1:1                               | closes, of 0:3 1:1
    16 | closes, of 1:1                               | closes, of 0:3 1:1
the app hashes part at grid height 12; both branches go on, keys out: []"
    );
}

/// Two events: FP 0 leaves on B and grid height 12 is a hole on A. FP 0 votes at 12 on B only, at 16 on A only.
#[test]
fn a_committee_that_changes_where_a_height_closes_is_two_committees() {
    let finding = attack_on(Rules::LAST_CLOSED).expect("an attack");
    assert_eq!(
        finding.history.to_string(),
        "\
FP 0: stake 3, randomness to 40
FP 1: stake 1, randomness to 40
FP 2: stake 2, not yet staked, randomness to 40
 block | A                                            | B
-------+----------------------------------------------+---------------------------------------------
     8 |                                              | FP 0 moves its stake
    12 | hole, open                                   | closes, of 0:3 1:1
    16 | closes, of 0:3 1:1                           | closes, of 1:1
the app hashes part at grid height 12; both branches go on, keys out: []"
    );
}

/// C-54: the same histories under the grid's rules: one branch stops, or a third is out.
#[test]
fn the_grid_survives_both() {
    for rules in [Rules::LIVE_QUORUM, Rules::LAST_CLOSED] {
        let mut history = attack_on(rules).expect("an attack").history;
        history.world.rules = Rules::GRID;
        assert_eq!(history.fault(), None, "{history}");
    }
}
