//! Each rule of the grid left out by itself: the search finds what it prevents. With all of them it finds nothing
//! within the same bounds.

use grid_model::chain::Broken;
use grid_model::fork::Fault;
use grid_model::history::World;
use grid_model::provider::Role;
use grid_model::rules::{Committee, Rules, Scale};
use grid_model::search::{Bounds, search, shortest};

const BOUNDS: Bounds = Bounds { common: 0, branch: 1, total: 2, intervals: 1, excuses: false };

fn world(rules: Rules, scale: Scale) -> World {
    let role = |stake, staked| Role { stake, staked, covered: 40 };
    World { rules, scale, cast: vec![role(3, true), role(1, true), role(2, false)] }
}

/// Returns what is found without the rule, as a table; with all rules nothing is.
fn without(rules: Rules, scale: Scale, bounds: Bounds) -> (Fault, String) {
    let (finding, _) = shortest(&world(rules, scale), &bounds, &|_| true);
    let finding = finding.expect("the search finds what the rule prevents");
    let with_all = World { rules: Rules::GRID, ..finding.history.world.clone() };
    let (none, _) = search(&with_all, &bounds, &|_| true);
    assert!(none.is_none(), "{}", none.map(|finding| finding.history.to_string()).unwrap_or_default());
    (finding.fault, finding.history.to_string())
}

fn unpunished(fault: &Fault) -> bool {
    matches!(fault, Fault::Unpunished { keys, .. } if keys.is_empty())
}

#[test]
fn the_committee_is_one_interval_old() {
    let rules = Rules { committee: Committee::Own, ..Rules::GRID };
    let (fault, table) = without(rules, Scale::SMALL, BOUNDS);
    assert!(unpunished(&fault), "{table}");
}

#[test]
fn grid_heights_close_in_order() {
    let rules = Rules { in_order: false, ..Rules::GRID };
    let (fault, table) = without(rules, Scale::SMALL, BOUNDS);
    assert!(unpunished(&fault), "{table}");
}

#[test]
fn a_hole_does_not_close() {
    let rules = Rules { holes_stay_open: false, ..Rules::GRID };
    let (fault, table) = without(rules, Scale::SMALL, BOUNDS);
    assert!(unpunished(&fault), "{table}");
}

#[test]
fn randomness_counts_once_a_grid_height_above_it_has_closed() {
    let rules = Rules { counts_once_closed: false, ..Rules::GRID };
    let (fault, table) = without(rules, Scale::SMALL, Bounds { branch: 2, total: 3, ..BOUNDS });
    assert!(unpunished(&fault), "{table}");
}

#[test]
fn a_snapshot_is_complete_below_its_height() {
    let rules = Rules { snapshots_end_below: false, ..Rules::GRID };
    let bounds = Bounds { common: 1, total: 1, ..BOUNDS };
    let (fault, table) = without(rules, Scale { portion: 1, ..Scale::SMALL }, bounds);
    assert!(matches!(fault, Fault::Branch(Broken::Verifier { .. })), "{table}");
}

#[test]
fn a_snapshot_is_what_the_record_names() {
    let rules = Rules { settled_by_record: false, ..Rules::GRID };
    let (fault, table) = without(rules, Scale::SMALL, Bounds { common: 1, ..BOUNDS });
    assert!(matches!(fault, Fault::Branch(Broken::Verifier { .. })), "{table}");
}

#[test]
fn the_first_snapshot_is_named_by_a_record_too() {
    let rules = Rules { record_before_root: false, ..Rules::GRID };
    let (fault, table) = without(rules, Scale::SMALL, Bounds { branch: 2, ..BOUNDS });
    assert!(matches!(fault, Fault::Branch(Broken::Verifier { grid: 12 })), "{table}");
}

#[test]
fn a_portion_that_is_done_again_deletes_what_it_leaves_out() {
    let rules = Rules { redone_whole: false, ..Rules::GRID };
    let (fault, table) = without(rules, Scale::SMALL, Bounds { common: 2, branch: 0, ..BOUNDS });
    assert!(matches!(fault, Fault::Branch(Broken::Rows { .. })), "{table}");
}

#[test]
fn every_row_may_vote_whatever_became_of_its_owner() {
    let rules = Rules { rows_may_vote: false, ..Rules::GRID };
    let (fault, table) = without(rules, Scale::SMALL, BOUNDS);
    assert!(matches!(fault, Fault::Branch(Broken::Open { .. })), "{table}");
}

/// Two events: FP 0 (three quarters) leaves and FP 2 joins. The lower powers are FP 1's alone, and all of them.
#[test]
fn a_snapshot_has_half_of_the_power_of_the_active_set() {
    let rules = Rules { half_of_active: false, ..Rules::GRID };
    let (fault, table) = without(rules, Scale::SMALL, Bounds { common: 1, ..BOUNDS });
    assert!(matches!(fault, Fault::Branch(Broken::Share { .. })), "{table}");
}

/// Block 11 differs, but no hook saw it on either branch: the app hashes of height 12 are one, and so are the votes.
#[test]
fn branches_part_where_their_app_hashes_do() {
    let rules = Rules { parts_by_app_hash: false, ..Rules::GRID };
    let (fault, table) = without(rules, Scale::SMALL, BOUNDS);
    assert!(unpunished(&fault), "{table}");
    assert!(table.contains("11 | hole                                         | hole"), "{table}");
}

/// What an excuse costs: FP 0 leaves on B, and on A height 12 is excused. No rule prevents that; it is said.
#[test]
fn an_excuse_lets_leavers_fork() {
    let cast = [3, 1].map(|stake| Role { stake, staked: true, covered: 40 }).to_vec();
    let world = World { rules: Rules::GRID, scale: Scale::SMALL, cast };
    let bounds = Bounds { branch: 2, total: 3, excuses: true, ..BOUNDS };
    let finding = shortest(&world, &bounds, &|_| true).0.expect("an attack");
    assert!(unpunished(&finding.fault), "{}", finding.history);
    let (none, _) = search(&world, &Bounds { excuses: false, ..bounds }, &|_| true);
    assert!(none.is_none());
}
