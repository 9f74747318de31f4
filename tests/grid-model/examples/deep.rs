//! x
use std::time::Instant;
use grid_model::{history::World, provider::Role, rules::{Rules, Scale}, search::{Bounds, search}};
fn main() {
    let args: Vec<usize> = std::env::args().skip(2).map(|a| a.parse().unwrap()).collect();
    let rules = match std::env::args().nth(1).unwrap().as_str() { "grid" => Rules::GRID, "live" => Rules::LIVE_QUORUM, "last" => Rules::LAST_CLOSED, _ => panic!() };
    let cast = vec![Role { stake: 3, staked: true, covered: 40 }, Role { stake: 1, staked: true, covered: 40 }, Role { stake: 2, staked: false, covered: 40 }];
    let world = World { rules, scale: Scale::SMALL, cast };
    let bounds = Bounds { common: args[0], branch: args[1], total: args[2], intervals: 2, excuses: false };
    let t = Instant::now();
    let (found, figures) = search(&world, &bounds, &|_| true);
    println!("{figures:?} {:?}", t.elapsed());
    if let Some(found) = found { println!("{}", found.history); }
}
