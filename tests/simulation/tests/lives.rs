//! Long lives, cut short: what the tables must hold and may, in a quiet life and in one with as much as a chain can bear.

use simulation::flat::{self, Pace};

fn live(pace: Pace, blocks: u64) {
    flat::live(pace, blocks).unwrap_or_else(|broken| panic!("{broken}"));
}

#[test]
fn a_quiet_round_has_a_size_and_a_price() {
    let rounds = flat::run(Pace::quiet(4), 1, |_| ()).unwrap_or_else(|broken| panic!("{broken}"));
    assert!(rounds.len() == 1 && rounds[0].block == flat::ROUND);
    assert!(rounds[0].bytes > 10_000 && rounds[0].hooks > 10_000, "{rounds:?}");
    assert!(rounds[0].most_expensive < 5_000_000, "{rounds:?}");
}

/// C-36: 200 vote one by one behind a backlog of 400 heights, power changes ten times a block, votes are kept as briefly as may be.
#[test]
fn the_largest_inflow_is_outrun_after_a_backlog() {
    live(Pace::rush(200, 10), 3_000);
}

/// The same where no vote finds a slot, for good.
#[test]
fn the_largest_inflow_is_outrun_where_every_vote_is_deleted_one_by_one() {
    live(Pace::rush(200, 300), 1_000);
}
