use super::*;
use crate::rewards::weights;
use crate::state::{MISSES, forget_absences};
use finality::liveness::Misses;
use primitives::BtcHeight;

const WRONG: Option<AppHash> = Some(AppHash::from_bytes([9; 32]));
/// More blocks than any of these tests settles.
const LATER: u64 = FIRST + 3_000;

/// At how many heights each of the FPs has earned something, by ascending number; ends the period.
fn paid(bench: &mut Bench) -> Vec<u128> {
    let set = ACTIVE.load(&bench.storage).unwrap();
    let weights = weights::end_period(&mut bench.storage, &mut bench.progress).unwrap();
    let earned =
        |id| weights.members().iter().find(|member| member.id == id).map_or(0, |one| one.power.get());
    set.members().iter().map(|member| earned(member.id) / member.power.get()).collect()
}

/// RULINGS.md, "Absence": absence is judged by the canonical vote.
#[test]
fn a_height_with_quorum_is_not_judged_before_its_votes_have_had_their_time() {
    let mut bench = Bench::new(&[70, 30]);
    bench.params.vote_window = 20;
    bench.blocks(FIRST..FIRST + 1);
    bench.vote(FIRST, [0], None);
    bench.progress.marks.cursor = at(FIRST);
    bench.settle(FIRST + 15);
    assert_eq!((bench.progress.marks.judged, bench.missed(1)), (at(FIRST - 1), 0));
}

#[test]
fn a_vote_for_another_hash_is_an_absence_and_earns_nothing() {
    let mut bench = Bench::new(&[70, 20, 10]);
    bench.blocks(FIRST..FIRST + 6);
    for height in FIRST..FIRST + 6 {
        bench.vote(height, [0, 2], None);
        bench.vote(height, [1], WRONG);
    }
    let now = bench.pass(FIRST + 4);
    assert_eq!(bench.settle(now), 0);
    assert_eq!([0, 1, 2].map(|id| bench.missed(id)), [0, 5, 0]);
    assert_eq!(paid(&mut bench), [5, 0, 5]);
    let now = bench.pass(FIRST + 5);
    assert_eq!(bench.settle(now), 1);
    assert_eq!([0, 1, 2].map(|id| bench.is_jailed(id)), [false, true, false]);
}

#[test]
fn who_voted_at_a_height_is_not_read_from_its_neighbours_bit() {
    let mut bench = Bench::new(&[70, 30]);
    bench.blocks(FIRST..FIRST + 3);
    bench.vote(FIRST, [0], None);
    bench.vote(FIRST + 1, [0, 1], None);
    bench.vote(FIRST + 2, [0], None);
    bench.progress.marks.partial = !0b010;
    let now = bench.pass(FIRST + 2);
    bench.settle(now);
    assert_eq!((bench.progress.marks.settled, bench.missed(1)), (at(FIRST + 2), 2));
    assert_eq!(paid(&mut bench), [3, 1]);
}

#[test]
fn an_open_height_is_judged_when_it_has_waited_and_not_before() {
    for (window, waits) in [(10, 10), (10_000, 1_000)] {
        let mut bench = Bench::new(&[50, 50]);
        bench.params.missed_blocks_window = window;
        bench.blocks(FIRST..FIRST + 6);
        bench.settle(FIRST + waits - 1);
        assert_eq!(bench.progress.marks.judged, at(FIRST - 1));
        bench.settle(FIRST + waits + 4);
        assert_eq!(bench.progress.marks.judged, at(FIRST + 4));
        assert_eq!(
            (bench.missed(0), bench.progress.marks.settled),
            (5, at(FIRST - 1)),
            "votes there stay welcome"
        );
    }
}

#[test]
fn one_that_is_jailed_already_uses_up_no_share() {
    for status in [
        FpStatus::Jailed { until: UnixTime::new(5) },
        FpStatus::Slashed { height: at(3), btc_height: BtcHeight::new(3) },
    ] {
        let mut bench = Bench::new(&[20, 20, 60]);
        bench.params.max_jailed_percent = 20;
        bench.set_status(0, status);
        bench.blocks(FIRST..FIRST + 6);
        (FIRST..FIRST + 6).for_each(|height| bench.vote(height, [2], None));
        bench.settle(LATER);
        assert!(bench.is_jailed(1), "{status:?}");
    }
}

#[test]
fn a_share_and_one_giant_besides() {
    let mut bench = Bench::new(&[10, 30, 10, 35, 15]);
    bench.params.max_jailed_percent = 20;
    bench.blocks(FIRST..FIRST + 8);
    (FIRST..FIRST + 8).for_each(|height| bench.vote(height, [4], None));
    assert_eq!(bench.settle(FIRST + 17), 3);
    assert_eq!([0, 1, 2, 3, 4].map(|id| bench.is_jailed(id)), [true, true, true, false, false]);
    assert_eq!(bench.progress.jail.giants_from, at(FIRST + 27));
}

/// Also for heights that are judged only after it came out.
#[test]
fn who_leaves_jail_has_a_clean_slate() {
    let mut bench = Bench::new(&[60, 40]);
    let heights = FIRST..FIRST + 12;
    bench.blocks(heights.clone());
    heights.for_each(|height| bench.vote(height, [0], None));
    bench.settle(FIRST + 14);
    assert_eq!(bench.missed(1), 5);
    forget_absences(&mut bench.storage, FpId::new(1), at(FIRST + 8)).unwrap();
    assert_eq!(bench.settle(FIRST + 21), 0);
    assert_eq!((bench.progress.marks.judged, bench.missed(1)), (at(FIRST + 11), 3), "those above its return");
}

#[test]
fn no_more_are_jailed_at_once_than_a_hook_can_pay_for() {
    let mut bench = Bench::new(&[1; 50]);
    bench.blocks(FIRST..FIRST + 9);
    assert_eq!(bench.settle(FIRST + 15), 20);
    assert_eq!(bench.settle(FIRST + 16), 20);
    assert_eq!(bench.settle(FIRST + 17), 10);
    assert_eq!(bench.settle(FIRST + 18), 0);
}

/// A hook may be stopped after any of its writes, and the next one judges the same heights.
#[test]
fn a_torn_hook_leaves_no_miss_twice_and_no_jailed_fp_in_the_set() {
    let mut bench = Bench::new(&[60, 40]);
    bench.blocks(FIRST..FIRST + 6);
    (FIRST..FIRST + 6).for_each(|height| bench.vote(height, [0], None));
    let before = bench.progress.clone();
    bench.settle(FIRST + 14);
    assert_eq!(bench.missed(1), 5);
    bench.progress = before.clone();
    bench.settle(FIRST + 14);
    assert_eq!(bench.missed(1), 5);

    bench.progress = before.clone();
    assert_eq!(bench.settle(FIRST + 15), 1);
    bench.progress = before;
    assert_eq!(bench.settle(FIRST + 15), 0);
    assert!(bench.is_jailed(1) && bench.progress.marks.stale, "the set must be computed anew");
}

/// What 0.2.0 recorded counts until it is out of the window.
#[test]
fn misses_of_before_an_upgrade_are_held_against_who_goes_on() {
    let mut bench = Bench::new(&[60, 30, 10]);
    // Four misses, the last of them two heights ago: version 0.2.0's record.
    let bytes = postcard::to_allocvec(&(FIRST - 2, 0_u64, vec![0b1111_u64])).unwrap();
    bench.storage.set(&[&[MISSES.letter()], &1_u32.to_be_bytes()[..]].concat(), &bytes);
    let old: Misses = MISSES.may_load(&bench.storage, &1_u32.to_be_bytes()).unwrap().unwrap();
    assert_eq!(old.count(at(FIRST), 10), 4);
    bench.blocks(FIRST..FIRST + 2);
    (FIRST..FIRST + 2).for_each(|height| bench.vote(height, [0], None));
    assert_eq!(bench.settle(LATER), 1);
    assert!(bench.is_jailed(1) && !bench.is_jailed(2));
    assert_eq!(MISSES.may_load(&bench.storage, &1_u32.to_be_bytes()).unwrap(), None);
}

/// Where the window becomes much shorter, judging waits for what is out of it.
#[test]
fn a_shorter_window_is_reached_in_portions() {
    let mut bench = Bench::new(&[60, 40]);
    bench.params.missed_blocks_window = 500;
    bench.blocks(FIRST..FIRST + 201);
    (FIRST..FIRST + 201).for_each(|height| bench.vote(height, [0], None));
    (FIRST + 190..FIRST + 200).for_each(|height| bench.vote(height, [1], None));
    let events: usize = (0..50).map(|_| bench.settle(FIRST + 699)).sum();
    assert_eq!(events, 0);
    assert_eq!((bench.progress.marks.judged, bench.missed(1), bench.buckets()), (at(FIRST + 199), 190, 190));
    bench.params.missed_blocks_window = 10;
    let mut waited = 0;
    while bench.progress.marks.judged < at(FIRST + 200) {
        assert_eq!(bench.settle(FIRST + 210), 0, "nobody is jailed for what is out of the window");
        waited += 1;
    }
    assert_eq!((waited, bench.missed(1), bench.buckets()), (3, 1, 1));
}
