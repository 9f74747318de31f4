//! Every small history.

use grid_model::history::World;
use grid_model::provider::Role;
use grid_model::rules::{Rules, Scale};
use grid_model::search::{Bounds, Figures, search};

/// FPs that together have something of everything: one with most of the power, equal ones, one that joins, one whose
/// randomness runs out, one that has none yet.
fn casts() -> [Vec<Role>; 4] {
    let role = |stake, staked, covered| Role { stake, staked, covered };
    [
        vec![role(3, true, 40), role(1, true, 40), role(2, false, 40)],
        vec![role(1, true, 40), role(1, true, 40), role(1, true, 40)],
        vec![role(2, true, 40), role(2, true, 20), role(1, true, 40)],
        vec![role(2, true, 40), role(1, true, 40), role(3, true, 0)],
    ]
}

fn nothing_is_found(bounds: Bounds) -> Figures {
    let mut figures = Figures::default();
    for cast in casts() {
        let world = World { rules: Rules::GRID, scale: Scale::SMALL, cast };
        let (finding, more) = search(&world, &bounds, &|_| true);
        assert!(finding.is_none(), "{}", finding.map(|found| found.history.to_string()).unwrap_or_default());
        figures += more;
    }
    println!("{figures:?}");
    figures
}

#[test]
fn two_events_on_each_branch() {
    let bounds = Bounds { common: 0, branch: 2, total: 4, intervals: 2, excuses: false };
    let figures = nothing_is_found(bounds);
    assert!(figures.histories > 1_000_000_000, "{figures:?}");
}

#[test]
fn one_event_below_the_fork_and_one_on_each_branch() {
    let bounds = Bounds { common: 1, branch: 1, total: 3, intervals: 2, excuses: false };
    let figures = nothing_is_found(bounds);
    assert!(figures.histories > 50_000_000, "{figures:?}");
}
