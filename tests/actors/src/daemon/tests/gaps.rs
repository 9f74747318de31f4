//! What holes do to a program that counts heights by position.

use super::*;

/// A daemon that has voted up to 9 and finds a chain at 40 whose hooks were lost at 20 to 24.
fn behind_a_hole(contiguous: bool) -> (Daemon, Chain) {
    let (mut daemon, mut chain) = committed();
    chain.contiguous = contiguous;
    chain.advance(9);
    rounds(&mut daemon, &mut chain, 2);
    assert_eq!(daemon.last_voted(), 9);
    chain.advance(40);
    chain.holes(20..25);
    daemon.restart();
    (daemon, chain)
}

fn until_it_exits_or_is_done(daemon: &mut Daemon, chain: &mut Chain) {
    rounds(daemon, chain, (RETRIES + 2) * (CLIENT_TRIES + 1));
}

#[test]
fn a_page_across_a_hole_kills_it_at_each_start() {
    let (mut daemon, mut chain) = behind_a_hole(false);
    for _ in 0..3 {
        until_it_exits_or_is_done(&mut daemon, &mut chain);
        let Status::Exited { error } = daemon.status() else { panic!("{:?}", daemon.status()) };
        assert!(error.contains("the proof is of index 17, not of height 25"), "{error}");
        daemon.restart();
    }
    assert_eq!(daemon.last_voted(), 9);
}

#[test]
fn pages_that_end_before_holes_bring_it_across() {
    let (mut daemon, mut chain) = behind_a_hole(true);
    assert_eq!(daemon.run(&mut chain).voted, (10..20).collect::<Vec<_>>());
    assert_eq!(daemon.run(&mut chain).voted, (25..=40).collect::<Vec<_>>());
    assert!(daemon.is_alive());
}

/// The known rest: two pages that came while a transaction was under way are one batch.
#[test]
fn two_holes_kill_it_once_it_has_joined_two_pages() {
    let (mut daemon, mut chain) = behind_a_hole(true);
    chain.holes([30]);
    until_it_exits_or_is_done(&mut daemon, &mut chain);
    assert!(matches!(daemon.status(), Status::Exited { .. }), "{:?}", daemon.status());
    assert_eq!(daemon.last_voted(), 19);
    daemon.restart();
    until_it_exits_or_is_done(&mut daemon, &mut chain);
    assert!(daemon.is_alive() && daemon.last_voted() == 40, "each start brings it one page further");
}

#[test]
fn one_vote_a_transaction_brings_it_across_any_number_of_holes_a_height_a_block() {
    let (mut daemon, mut chain) = behind_a_hole(true);
    chain.holes([30, 32, 34]);
    daemon.restart_with(DaemonConfig { batch_size: 1, ..daemon.config });
    let (voted, _) = rounds(&mut daemon, &mut chain, 23);
    assert_eq!(voted, (10..20).chain(25..30).chain([31, 33]).chain(35..=40).collect::<Vec<_>>());
}

/// Pages cannot help here: it leaves out heights at which it has no power before it counts.
#[test]
fn heights_without_its_own_power_in_between_kill_it_too() {
    let (mut daemon, mut chain) = behind_a_hole(true);
    chain.power.extend((14..16).map(|height| (height, 0)));
    until_it_exits_or_is_done(&mut daemon, &mut chain);
    assert!(matches!(daemon.status(), Status::Exited { .. }), "{:?}", daemon.status());
    daemon.restart_with(DaemonConfig { batch_size: 1, ..daemon.config });
    let (voted, _) = rounds(&mut daemon, &mut chain, 10);
    assert_eq!(voted[..6], [10, 11, 12, 13, 16, 17]);
}

#[test]
fn a_hole_met_at_the_tip_costs_five_rounds() {
    let (mut daemon, mut chain) = committed();
    chain.advance(4);
    chain.too_late.insert(4);
    let (voted, dropped) = rounds(&mut daemon, &mut chain, CLIENT_TRIES);
    assert_eq!((voted, dropped), (vec![], vec![4]));
    chain.advance(6);
    assert_eq!(daemon.run(&mut chain).voted, [5]);
    assert_eq!(daemon.run(&mut chain).voted, [6]);
}
