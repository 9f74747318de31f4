use std::collections::BTreeMap;

use cosmwasm_std::Order;
use cosmwasm_std::testing::MockStorage;
use primitives::AppHash;
use proptest::prelude::*;

use super::super::{Count, count, has_vote, save, save_run, vote_of};
use super::*;
use crate::state::{OVERFLOW, SLOTS};

const ME: FpId = FpId::new(3);

fn at(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

/// Each height has a signature of its own.
fn vote(height: u64, power: u128) -> StoredVote {
    let signature = [u8::try_from(height % 251).unwrap(); 32];
    StoredVote { power: VotingPower::new(power), signature, fork: None }
}

fn run(heights: impl IntoIterator<Item = u64>, power: u128) -> Vec<(BlockHeight, StoredVote)> {
    heights.into_iter().map(|height| (at(height), vote(height, power))).collect()
}

fn saved(heights: impl IntoIterator<Item = u64>) -> MockStorage {
    let mut storage = MockStorage::new();
    save_run(&mut storage, at(1), ME, &run(heights, 5)).unwrap();
    storage
}

/// How many there are of strips' records, of their signatures, and of votes by themselves.
fn records(storage: &MockStorage) -> [usize; 3] {
    let singles = SLOTS.all(storage, Order::Ascending).count();
    [
        STRIPS.all(storage, Order::Ascending).count(),
        STRIP_SIGNATURES.all(storage, Order::Ascending).count(),
        singles + OVERFLOW.all(storage, Order::Ascending).count(),
    ]
}

fn counted(storage: &MockStorage, height: u64, votes_from: u64) -> (u128, Vec<FpId>) {
    let Count { power, voters, .. } = count(storage, at(height), at(votes_from)).unwrap();
    (power.get(), voters)
}

#[test]
fn four_votes_make_a_strip_and_three_do_not() {
    assert_eq!(records(&saved(8..11)), [0, 0, 3]);
    assert_eq!(records(&saved(8..12)), [1, 1, 0]);
}

#[test]
fn a_strip_is_as_good_as_its_votes() {
    let storage = saved(10..14);
    for height in 10..14 {
        assert_eq!(vote_of(&storage, at(1), at(height), ME).unwrap(), Some(vote(height, 5)));
        assert_eq!(has_vote(&storage, at(1), at(height), ME).unwrap(), (true, 0));
        assert_eq!(counted(&storage, height, 1), (5, vec![ME]));
        assert_eq!(vote_of(&storage, at(1), at(height), FpId::new(4)).unwrap(), None);
    }
    for height in [9, 14, 10 + 64] {
        assert_eq!(vote_of(&storage, at(1), at(height), ME).unwrap(), None);
        assert_eq!(has_vote(&storage, at(1), at(height), ME).unwrap(), (false, 0));
        assert_eq!(counted(&storage, height, 1), (0, vec![]));
    }
}

#[test]
fn a_strip_ends_with_its_bucket_and_where_a_height_is_left_out() {
    assert_eq!(records(&saved(60..68)), [2, 2, 0], "four on each side of 64");
    assert_eq!(records(&saved(61..68)), [1, 1, 3], "three below 64");
    assert_eq!(records(&saved((8..12).chain(13..17))), [1, 2, 0]);
    let whole = saved(64..128);
    assert_eq!(records(&whole), [1, 1, 0]);
    for height in [64, 100, 127] {
        assert_eq!(vote_of(&whole, at(1), at(height), ME).unwrap(), Some(vote(height, 5)));
    }
    assert_eq!((counted(&whole, 63, 1).0, counted(&whole, 128, 1).0), (0, 0));
}

#[test]
fn each_vote_keeps_its_power() {
    let mut storage = MockStorage::new();
    let votes = [run(8..12, 5), run(12..16, 6), run(16..20, 5)].concat();
    save_run(&mut storage, at(1), ME, &votes).unwrap();
    assert_eq!(records(&storage), [1, 3, 0]);
    for (height, vote) in &votes {
        assert_eq!(vote_of(&storage, at(1), *height, ME).unwrap().as_ref(), Some(vote));
        assert_eq!(counted(&storage, height.get(), 1).0, vote.power.get());
    }
}

/// Else a record that is read at every height of the bucket would grow with every change of power.
#[test]
fn a_record_holds_four_powers_and_votes_of_a_fifth_lie_alone() {
    let mut storage = MockStorage::new();
    for power in 1..=4 {
        save_run(
            &mut storage,
            at(1),
            ME,
            &run(power * 5..power * 5 + 4, u128::from(u64::MAX) - u128::from(power)),
        )
        .unwrap();
    }
    assert_eq!(records(&storage), [1, 4, 0]);
    save_run(&mut storage, at(1), ME, &run(30..34, 9)).unwrap();
    assert_eq!(records(&storage), [1, 4, 4]);
    save_run(&mut storage, at(1), ME, &run(34..38, u128::from(u64::MAX - 4))).unwrap();
    assert_eq!(records(&storage), [1, 5, 4], "of a known one there are more");
    assert_eq!(counted(&storage, 30, 1).0, 9);
}

/// Sixteen strips of four are as many as a bucket can have.
#[test]
fn the_longest_record_is_a_unit_and_its_signatures_none() {
    let mut storage = MockStorage::new();
    for first in (64..128).step_by(4) {
        let power = u128::from(u64::MAX) - u128::from(first % 16);
        save_run(&mut storage, at(1), ME, &run(first..first + 4, power)).unwrap();
    }
    assert_eq!(records(&storage), [1, 16, 0]);
    let longest = raw(&storage, STRIPS.letter(), &[], &[u8::MAX; 12], 1);
    assert!(longest[0].1.len() < 100, "{}", longest[0].1.len());
    let signatures: Vec<[u8; 12]> =
        STRIP_SIGNATURES.all(&storage, Order::Ascending).map(|one| one.unwrap().0).collect();
    signatures.iter().for_each(|key| STRIP_SIGNATURES.remove(&mut storage, key));
    for height in 64..128 {
        assert_eq!(count(&storage, at(height), at(1)).unwrap().units, 1);
        assert_eq!(has_vote(&storage, at(1), at(height), ME).unwrap(), (true, 0));
    }
}

#[test]
fn what_lies_in_the_bucket_is_charged_at_a_height_without_votes() {
    assert_eq!(count(&saved(8..12), at(20), at(1)).unwrap().units, 1);
}

/// The bucket is there, and a part of its heights is forgotten.
#[test]
fn a_forgotten_vote_does_not_come_back() {
    let storage = saved(64..80);
    for (height, kept) in [(69, false), (70, true)] {
        assert_eq!(vote_of(&storage, at(70), at(height), ME).unwrap().is_some(), kept);
        assert_eq!(has_vote(&storage, at(70), at(height), ME).unwrap(), (kept, 0));
        assert_eq!(counted(&storage, height, 70).1.len(), usize::from(kept));
    }
}

#[test]
fn a_bucket_goes_with_its_last_height_and_takes_the_signatures_along() {
    let mut storage = saved((64..72).chain(80..84).chain(128..132));
    forget(&mut storage, at(126)).unwrap();
    assert_eq!(records(&storage), [2, 3, 0], "127 is needed");
    forget(&mut storage, at(127)).unwrap();
    assert_eq!(records(&storage), [1, 1, 0]);
    assert_eq!(counted(&storage, 128, 1).0, 5);
    let mut storage = saved(4..8);
    forget(&mut storage, at(62)).unwrap();
    assert_eq!(records(&storage), [1, 1, 0]);
    forget(&mut storage, at(63)).unwrap();
    assert_eq!(records(&storage), [0, 0, 0]);
}

#[test]
fn strips_are_forgotten_in_portions_the_lowest_first() {
    let mut storage = MockStorage::new();
    for id in (0..100).map(FpId::new) {
        save_run(&mut storage, at(1), id, &run(64..68, 5)).unwrap();
        save_run(&mut storage, at(1), id, &run((128..132).chain(133..137), 5)).unwrap();
    }
    assert_eq!(records(&storage), [200, 300, 0]);
    forget(&mut storage, at(1_000)).unwrap();
    assert_eq!(records(&storage), [136, 236, 0], "64 of two records each");
    forget(&mut storage, at(1_000)).unwrap();
    assert_eq!(records(&storage), [81, 162, 0], "36 of two and 19 of three");
    assert_eq!((counted(&storage, 64, 1).0, counted(&storage, 128, 1).0), (0, 81 * 5));
}

/// 200 FPs vote in messages of four heights, as many as make most records, and nothing was forgotten for 300 heights.
#[test]
fn forgetting_outruns_the_largest_inflow() {
    let mut storage = MockStorage::new();
    let come = |storage: &mut MockStorage, height: u64| {
        // A quarter of them at each height; each bucket has other ones.
        for id in (0..200).filter(|id| u64::from(*id) % 4 == height % 4) {
            let first = height / 4 * 4;
            save_run(
                storage,
                at(1),
                FpId::new(id + 200 * u32::try_from(height / 4).unwrap()),
                &run(first..first + 4, 5),
            )
            .unwrap();
        }
    };
    (1..=300).for_each(|height| come(&mut storage, height));
    for height in 301..=1_600 {
        come(&mut storage, height);
        forget(&mut storage, at(height - 100)).unwrap();
    }
    let [strips, signatures, singles] = records(&storage);
    assert_eq!((strips, singles), (signatures, 0));
    let lowest = STRIPS.all(&storage, Order::Ascending).next().unwrap().unwrap().0;
    assert!(height_of(&lowest) >= at(1_600 - 100 - 64 - 64), "{}", height_of(&lowest));
}

/// A message: from which height on, and whether there is a vote at each, with which power.
type Message = (u64, Vec<Option<u128>>);

fn message() -> impl Strategy<Value = Message> {
    let power = prop_oneof![1 => Just(None), 8 => Just(Some(5)), 1 => (6..12_u128).prop_map(Some)];
    (1..200_u64, prop::collection::vec(power, 1..90))
}

proptest! {
    /// Whatever came in which message, and whatever is forgotten: what was counted is there, and nothing else.
    #[test]
    fn strips_answer_as_single_votes_do(
        messages in prop::collection::vec(((0..3_u32).prop_map(FpId::new), message()), 1..8),
        fork in prop::option::of(((0..3_u32).prop_map(FpId::new), 1..290_u64)),
        votes_from in 1..200_u64,
    ) {
        let (mut storage, mut single) = (MockStorage::new(), MockStorage::new());
        let mut there = BTreeMap::new();
        if let Some((id, height)) = fork {
            let vote = StoredVote { fork: Some(AppHash::from_bytes([9; 32])), ..vote(height, 0) };
            save(&mut storage, at(1), at(height), id, &vote).unwrap();
            save(&mut single, at(1), at(height), id, &vote).unwrap();
            there.insert((height, id), vote);
        }
        for (id, (start, powers)) in messages {
            let heights = (start..).zip(powers).filter_map(|(height, power)| Some((height, power?)));
            // A duplicate is refused, and a conflict is no vote.
            let new: Vec<_> = heights
                .filter(|(height, _)| vote_of(&storage, at(1), at(*height), id).unwrap().is_none())
                .map(|(height, power)| (at(height), vote(height, power)))
                .collect();
            save_run(&mut storage, at(1), id, &new).unwrap();
            for (height, vote) in new {
                prop_assert_eq!(there.insert((height.get(), id), vote), None);
                save(&mut single, at(1), height, id, &vote).unwrap();
            }
        }
        forget(&mut storage, at(votes_from).previous()).unwrap();
        for height in votes_from..300 {
            let (one, other) = (count(&storage, at(height), at(votes_from)).unwrap(), count(&single, at(height), at(votes_from)).unwrap());
            let sorted = |count: Count| (count.power, std::collections::BTreeSet::from_iter(count.voters));
            prop_assert_eq!(sorted(one), sorted(other));
            for id in (0..3).map(FpId::new) {
                let vote = vote_of(&storage, at(votes_from), at(height), id).unwrap();
                prop_assert_eq!(vote.as_ref(), there.get(&(height, id)));
                prop_assert_eq!(has_vote(&storage, at(votes_from), at(height), id).unwrap(), (vote.is_some(), 0));
            }
        }
    }
}
