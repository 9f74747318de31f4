//! Every small history.

use grid_model::history::World;
use grid_model::provider::casts;
use grid_model::rules::{Rules, Scale};
use grid_model::search::{Bounds, Figures, search};

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

/// C-54
#[test]
fn two_events_on_each_branch() {
    let bounds = Bounds { common: 0, branch: 2, total: 4, intervals: 2, excuses: false };
    let figures = nothing_is_found(bounds);
    assert!(figures.histories > 1_000_000_000, "{figures:?}");
}

/// C-54
#[test]
fn one_event_below_the_fork_and_one_on_each_branch() {
    let bounds = Bounds { common: 1, branch: 1, total: 3, intervals: 1, excuses: false };
    let figures = nothing_is_found(bounds);
    assert!(figures.histories > 10_000_000, "{figures:?}");
}
