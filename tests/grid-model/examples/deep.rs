//! x
use std::time::Instant;
use grid_model::{history::World, provider::Role, rules::*, search::{Bounds, shortest}};
fn main() {
    let role = |stake, staked, covered| Role { stake, staked, covered };
    let cast = vec![role(3, true, 40), role(1, true, 40), role(2, false, 40)];
    let all: Vec<(&str, Rules, Bounds)> = vec![
        ("own", Rules { committee: Committee::Own, ..Rules::GRID }, Bounds { common: 1, branch: 1, total: 3, intervals: 2, excuses: false }),
        ("order", Rules { in_order: false, ..Rules::GRID }, Bounds { common: 0, branch: 2, total: 3, intervals: 2, excuses: false }),
        ("holes", Rules { holes_stay_open: false, ..Rules::GRID }, Bounds { common: 1, branch: 1, total: 3, intervals: 2, excuses: false }),
        ("share", Rules { half_of_active: false, ..Rules::GRID }, Bounds { common: 2, branch: 1, total: 2, intervals: 1, excuses: false }),
        ("late", Rules { snapshots_end_below: false, ..Rules::GRID }, Bounds { common: 1, branch: 2, total: 3, intervals: 2, excuses: false }),
        ("mark", Rules { settled_by_record: false, ..Rules::GRID }, Bounds { common: 2, branch: 1, total: 3, intervals: 1, excuses: false }),
        ("before", Rules { record_before_root: false, ..Rules::GRID }, Bounds { common: 1, branch: 2, total: 3, intervals: 1, excuses: false }),
        ("redone", Rules { redone_whole: false, ..Rules::GRID }, Bounds { common: 2, branch: 0, total: 2, intervals: 1, excuses: false }),
        ("counts", Rules { counts_once_closed: false, ..Rules::GRID }, Bounds { common: 0, branch: 2, total: 3, intervals: 1, excuses: false }),
        ("rows", Rules { rows_may_vote: false, ..Rules::GRID }, Bounds { common: 1, branch: 1, total: 3, intervals: 1, excuses: false }),
        ("blocks", Rules { parts_by_app_hash: false, ..Rules::GRID }, Bounds { common: 0, branch: 1, total: 2, intervals: 1, excuses: false }),
        ("excuse", Rules::GRID, Bounds { common: 0, branch: 3, total: 4, intervals: 1, excuses: true }),
    ];
    for (name, rules, bounds) in all {
        if std::env::args().nth(1).is_some_and(|a| a != name) { continue; }
        let world = World { rules, scale: if name == "late" { Scale { portion: 1, ..Scale::SMALL } } else { Scale::SMALL }, cast: cast.clone() };
        let t = Instant::now();
        let (found, figures) = shortest(&world, &bounds, &|_| true);
        println!("== {name} {figures:?} {:?}", t.elapsed());
        if let Some(found) = found { println!("{}", found.history); }
    }
}
