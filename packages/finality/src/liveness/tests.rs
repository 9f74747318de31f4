use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn at(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

/// The records as a contract keeps them.
#[derive(Debug, Clone, Default)]
struct Records {
    absences: Absences,
    buckets: BTreeMap<BlockHeight, MissBucket>,
}

impl Records {
    fn judge(&mut self, height: u64, window: u64, absent: &[u32]) {
        let height = at(height);
        if let Some(last) = self.absences.outdated(height, window) {
            let outdated: Vec<BlockHeight> = self.buckets.range(..=last).map(|(begins, _)| *begins).collect();
            for begins in outdated {
                self.absences.take_off(begins, &self.buckets.remove(&begins).unwrap());
            }
            self.absences.forget_through(last);
        }
        let begins = bucket_of(height, window);
        let absent: Vec<FpId> = absent.iter().copied().map(FpId::new).collect();
        let accused = self.absences.accused(begins, &absent);
        self.buckets.entry(begins).or_default().note(height, &accused);
        self.absences.note(height, &accused);
    }
}

proptest! {
    /// Beside a list of all misses; a bucket counts while its first height is inside of the window.
    #[test]
    fn the_sums_are_what_a_list_of_misses_gives(
        window in prop_oneof![5u64..60, Just(EXACT_MAX), EXACT_MAX + 1..=1_100],
        steps in proptest::collection::vec((1u64..40, proptest::collection::btree_set(0u32..6, 0..6)), 1..120),
        cleared in (0usize..120, 0u32..6),
    ) {
        let (mut records, mut list) = (Records::default(), BTreeSet::new());
        let (mut height, mut since) = (3, BTreeMap::new());
        for (number, (step, absent)) in steps.into_iter().enumerate() {
            height += step;
            let absent: Vec<u32> = absent.into_iter().collect();
            if !absent.is_empty() {
                records.judge(height, window, &absent);
                records.judge(height, window, &absent);
                list.extend(absent.iter().map(|id| (*id, height)));
                for id in 0..6 {
                    let inside = |height_: u64| bucket_of(at(height_), window).get() + window > height
                        && since.get(&id).is_none_or(|since| bucket_of(at(height_), window).get() > *since);
                    let expected = list.iter().filter(|(other, height)| *other == id && inside(*height)).count() as u64;
                    prop_assert_eq!(records.absences.missed(FpId::new(id)), expected, "{} at {}", id, height);
                }
            }
            if number == cleared.0 {
                records.absences.clear(FpId::new(cleared.1), at(height));
                since.insert(cleared.1, height);
            }
        }
    }

    #[test]
    fn what_is_kept_is_bounded_by_the_window(window in prop_oneof![5u64..60, Just(1_500)]) {
        let mut records = Records::default();
        for height in 1..3 * window {
            records.judge(height, window, &[1, 2, 3]);
            let width = if window > EXACT_MAX { WIDE } else { 1 };
            prop_assert!(records.buckets.len() as u64 <= window / width + 1);
        }
    }
}

#[test]
fn a_hook_that_was_torn_between_the_records_counts_nothing_twice() {
    let mut records = Records::default();
    records.judge(5, 10, &[1]);
    let before = records.absences.clone();
    records.judge(6, 10, &[1, 2]);
    // The bucket was written, the sums were not.
    records.absences = before;
    records.judge(6, 10, &[1, 2]);
    assert_eq!((records.absences.missed(FpId::new(1)), records.absences.missed(FpId::new(2))), (2, 1));
    assert!(records.absences.contains(at(6)) && !records.absences.contains(at(7)));
    records.judge(15, 10, &[3]);
    records.judge(16, 10, &[3]);
    assert_eq!(
        (records.absences.missed(FpId::new(1)), records.absences.len()),
        (0, 1),
        "and each is taken off once"
    );
}

/// Both before and after a change of the window over the limit of what is counted height by height.
#[test]
fn another_window_counts_nothing_twice_and_leaves_nothing() {
    let mut records = Records::default();
    for height in 1_990..2_005 {
        records.judge(height, 50, &[1]);
    }
    for height in 2_005..2_026 {
        records.judge(height, 2_000, &[1]);
    }
    assert_eq!(records.absences.missed(FpId::new(1)), 36);
    assert_eq!(records.buckets.len(), 15 + 2, "the bucket of 2000 was begun as one height");
    for height in 2_026..2_030 {
        records.judge(height, 5, &[1]);
    }
    assert_eq!(
        records.absences.missed(FpId::new(1)),
        4,
        "2020's bucket begins outside of the five heights before 2030"
    );
    records.judge(2_040, 5, &[2]);
    assert_eq!((records.absences.missed(FpId::new(1)), records.buckets.len()), (0, 1));
}

#[test]
fn the_longest_window_that_is_exact_has_a_bucket_a_height() {
    let begins = |window| bucket_of(at(1_999), window).get();
    assert_eq!([1, EXACT_MAX, EXACT_MAX + 1, WINDOW_MAX].map(begins), [1_999, 1_999, 1_990, 1_990]);
}

#[test]
fn a_bucket_has_one_count_an_fp_in_ascending_order() {
    let mut bucket = MissBucket::default();
    for (height, absent) in [(1_990, &[2, 5][..]), (1_991, &[1, 2, 7]), (1_992, &[5]), (1_993, &[])] {
        let absent: Vec<FpId> = absent.iter().copied().map(FpId::new).collect();
        bucket.note(at(height), &absent);
    }
    assert_eq!(bucket.missed, [(1, 1), (2, 2), (5, 2), (7, 1)].map(|(id, times)| (FpId::new(id), times)));
}

#[test]
fn absences_begin_with_the_first_height_noted() {
    let mut absences = Absences::default();
    assert!(absences.is_empty());
    for height in [3, 5] {
        absences.note(at(height), &[FpId::new(1)]);
        assert_eq!((absences.began, absences.is_empty()), (at(3), false));
    }
}

#[test]
fn unjailing_wipes_the_slate() {
    let mut records = Records::default();
    records.judge(5, 10, &[1, 2]);
    records.absences.clear(FpId::new(1), at(7));
    for height in [6, 7, 8] {
        records.judge(height, 10, &[1, 2]);
    }
    assert_eq!(
        (records.absences.missed(FpId::new(1)), records.absences.missed(FpId::new(2))),
        (1, 4),
        "only what is after it"
    );
    for height in 9..=18 {
        records.judge(height, 10, &[3]);
    }
    assert_eq!((records.absences.missed(FpId::new(1)), records.absences.missed(FpId::new(2))), (0, 0));
}

#[test]
fn who_started_anew_is_not_listed_once_all_before_it_is_taken_off() {
    let mut absences = Absences::default();
    absences.clear(FpId::new(1), at(7));
    let listed = [6, 7].map(|last| {
        absences.forget_through(at(last));
        absences.len()
    });
    assert_eq!(listed, [1, 0]);
}

#[test]
fn of_too_many_those_with_the_fewest_misses_are_dropped() {
    let mut absences = Absences::default();
    let all: Vec<FpId> = (0..=u32::try_from(COUNTED_MAX).unwrap()).map(FpId::new).collect();
    absences.note(at(1), &all[1..]);
    absences.note(at(2), &all[1..]);
    absences.note(at(3), &all);
    assert_eq!(absences.len(), COUNTED_MAX);
    assert_eq!((absences.missed(FpId::new(0)), absences.missed(FpId::new(1))), (0, 3));
}

#[test]
fn of_too_many_nobody_who_started_anew_loses_that() {
    let mut absences = Absences::default();
    let last = u32::try_from(COUNTED_MAX).unwrap();
    absences.note(at(1), &[FpId::new(last)]);
    absences.clear(FpId::new(last), at(1));
    let others: Vec<FpId> = (0..last).map(FpId::new).collect();
    absences.note(at(2), &others);
    absences.note(at(3), &[FpId::new(0), FpId::new(last)]);
    assert_eq!((absences.len(), absences.missed(FpId::new(last))), (COUNTED_MAX, 1));
    assert_eq!(
        absences.accused(at(1), &[FpId::new(last)]),
        [] as [FpId; 0],
        "what it missed before is forgiven"
    );
}
