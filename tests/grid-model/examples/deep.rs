//! Searches deeper than the tests do: `cargo run -p grid-model --example deep -- 1 2 4` for one event below the fork, two
//! on each branch and four in all, over the casts of `tests/small.rs`. Prints what it looked at, and what it found.

use std::time::Instant;

use grid_model::history::World;
use grid_model::provider::casts;
use grid_model::rules::{Rules, Scale};
use grid_model::search::{Bounds, search};

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let [common, branch, total] = numbers[..] else {
        eprintln!("usage: deep <events below the fork> <events on each branch> <events in all>");
        std::process::exit(2);
    };
    let bounds = Bounds { common, branch, total, intervals: 2, excuses: false };
    let mut is_clean = true;
    for cast in casts() {
        let began = Instant::now();
        let world = World { rules: Rules::GRID, scale: Scale::SMALL, cast };
        let (finding, figures) = search(&world, &bounds, &|_| true);
        println!("{figures:?} in {:.1} s", began.elapsed().as_secs_f64());
        if let Some(finding) = finding {
            println!("{}", finding.history);
            is_clean = false;
        }
    }
    std::process::exit(i32::from(!is_clean));
}
