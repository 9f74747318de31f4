use super::*;
use crate::state::{BALLOTS, raw};

fn count(chain: &Chain, letter: u8) -> usize {
    raw(&chain.world.deps.storage, letter, &[], &[u8::MAX; 40], usize::MAX).len()
}

/// Every committee votes at once, over sixty grid heights.
#[test]
fn what_is_over_is_forgotten_and_what_is_kept_is_bounded() {
    let mut chain = Chain::new(&[30, 20, 10]);
    chain.go(ROOT);
    let mut most = (0, 0, 0);
    for height in (1..=60).map(|many| ROOT + many * C) {
        chain.go(height);
        chain.votes(&[1, 2, 3], height);
        chain.go(height + 1);
        assert_eq!(chain.closed_through(), height);
        let kept = (chain.grid_votes(), count(&chain, SEATS.letter()), count(&chain, COMMITTEES.letter()));
        most = (most.0.max(kept.0), most.1.max(kept.1), most.2.max(kept.2));
    }
    assert_eq!(most, (6, 9, 50), "votes, seats, committees");
    assert!(count(&chain, BALLOTS.letter()) <= 50);
}

#[test]
fn votes_are_taken_for_an_interval_after_closing_and_then_no_more() {
    let mut chain = Chain::new(&[30, 20, 10, 1]);
    let g = ROOT + C;
    chain.go(g - 1);
    chain.set_stake(4, 0);
    chain.go(g);
    chain.votes(&[1, 2, 3], g);
    chain.go(g + 1);
    assert_eq!(chain.closed_through(), g);
    chain.go(g + C);
    assert_eq!(chain.vote(4, g, APP_HASH).unwrap(), "grid");
    chain.go(g + 2 * C + 1);
    assert_eq!(chain.grid().swept, at(g));
    assert!(chain.vote(4, g, APP_HASH).unwrap_err().contains("does not have voting power"));
    chain.go(g + 3 * C);
    assert_eq!(chain.grid_votes(), 0);
}

/// A snapshot that became no committee is forgotten, though the one before it is still used.
#[test]
fn an_abandoned_snapshot_is_forgotten() {
    let mut chain = Chain::new(&[30, 20, 10]);
    chain.go(ROOT);
    let abandoned = ROOT + C;
    chain.go(abandoned - 11);
    assert_eq!(chain.seats(abandoned).len(), 3);
    chain.lose(abandoned - 1);
    chain.go(abandoned);
    assert_eq!(chain.committee(abandoned).unwrap().source, at(ROOT));
    chain.go(abandoned + C);
    assert_eq!((chain.seats(ROOT).len(), chain.seats(abandoned).len()), (3, 0));
    assert_eq!(chain.seats(abandoned + C).len(), 3);
}

/// Nothing closes: after 48 open grid heights no more snapshots are taken, and no more votes.
#[test]
fn a_grid_that_stands_still_does_not_grow() {
    let mut chain = Chain::new(&[30, 20, 10]);
    let last = ROOT + 49 * C;
    chain.go(last);
    assert_eq!(chain.committee(last).unwrap().source, at(last));
    chain.go(last + C);
    assert_eq!(chain.committee(last + C).unwrap().source, at(last));
    assert_eq!(chain.vote(1, ROOT + 48 * C, APP_HASH).unwrap(), "counted");
    assert_eq!(chain.grid_votes(), 1);
    assert_eq!(chain.vote(1, last, APP_HASH).unwrap(), "counted");
    assert_eq!(chain.grid_votes(), 1);
    let seats = count(&chain, SEATS.letter());
    chain.go(last + 10 * C);
    assert_eq!(count(&chain, SEATS.letter()), seats);
    // The order goes on from where it stands.
    chain.votes(&[1, 2, 3], ROOT + C);
    chain.go(last + 10 * C + 1);
    assert_eq!(chain.closed_through(), ROOT + C);
}
