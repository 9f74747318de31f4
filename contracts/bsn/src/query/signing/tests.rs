use std::collections::{BTreeMap, BTreeSet};

use cosmwasm_std::testing::MockStorage;
use finality::vote::StoredVote;
use primitives::{AppHash, VotingPower};
use proptest::prelude::*;
use staking::{FinalityProvider, FpId};

use super::super::seen;
use super::*;
use crate::state::{Anchor, MARKS, Marks, OVERFLOW, PROVIDERS, STRIP_SIGNATURES, STRIPS, height_fp_key};

const ME: u32 = 3;

fn height(number: u64) -> BlockHeight {
    BlockHeight::new(number)
}

fn vote(fork: bool) -> StoredVote {
    StoredVote {
        power: VotingPower::new(5),
        signature: [1; 32],
        fork: fork.then(|| AppHash::from_bytes([9; 32])),
    }
}

/// A chain whose cursor is at `cursor`, with a provider of these powers from these heights on.
fn fixture(cursor: u64, powers: &[(u64, u128)]) -> MockStorage {
    let mut store = MockStorage::new();
    seen::tests::progress(&mut store, cursor, cursor);
    PROVIDERS.save(&mut store, &[2; 32], &FinalityProvider::new(FpId::new(ME))).unwrap();
    for &(from, power) in powers {
        POWERS
            .save(&mut store, &fp_height_key(FpId::new(ME), height(from)), &VotingPower::new(power))
            .unwrap();
    }
    store
}

fn open(store: &mut MockStorage, heights: impl IntoIterator<Item = u64>) {
    for number in heights {
        seen::tests::anchor(store, number, Some(9));
    }
}

/// Makes the backlog full at a height.
fn full(store: &mut MockStorage, number: u64) {
    let key = height_key(height(number));
    let anchor = ANCHORS.may_load(store, &key).unwrap().unwrap();
    ANCHORS.save(store, &key, &Anchor { backlog_full: true, ..anchor }).unwrap();
}

fn votes_at(store: &mut MockStorage, heights: impl IntoIterator<Item = u64>) {
    for number in heights {
        votes::save(store, height(1), height(number), FpId::new(ME), &vote(false)).unwrap();
    }
}

/// `start_height` and `last_signed_height`.
fn heights(store: &MockStorage) -> Option<(u64, u64)> {
    info(store, &"02".repeat(32)).unwrap().map(|info| (info.start_height, info.last_signed_height))
}

#[test]
fn the_start_is_that_of_the_latest_run_in_the_set() {
    let start = |powers: &[(u64, u128)]| heights(&fixture(0, powers)).map(|(start, _)| start);
    assert_eq!(start(&[]), None);
    assert_eq!(start(&[(3, 5)]), Some(3));
    assert_eq!(start(&[(3, 5), (5, 0), (8, 5), (9, 6)]), Some(8));
    assert_eq!(start(&[(3, 5), (5, 0), (8, 5), (9, 0)]), Some(8));
}

#[test]
fn a_fresh_daemon_begins_at_the_first_height_of_its_run() {
    let mut store = fixture(6, &[(8, 5)]);
    open(&mut store, 7..=12);
    assert_eq!(heights(&store), Some((8, 7)));
}

#[test]
fn one_that_comes_back_begins_at_the_first_height_that_waits_for_it() {
    // In the set at 3..=9, in jail, and back from 14 on; it voted up to 5, and again at the tip.
    let mut store = fixture(4, &[(3, 5), (10, 0), (14, 5)]);
    open(&mut store, 5..=20);
    votes_at(&mut store, [4, 5, 20]);
    assert_eq!(heights(&store), Some((14, 5)));
    votes_at(&mut store, 6..=9);
    assert_eq!(heights(&store), Some((14, 9)), "at 10 to 13 it has no power");
    votes_at(&mut store, 14..=19);
    assert_eq!(heights(&store), Some((14, 20)));
}

#[test]
fn a_vote_on_a_fork_is_a_vote() {
    let mut store = fixture(4, &[(3, 5)]);
    open(&mut store, 5..=7);
    votes_at(&mut store, [5]);
    votes::save(&mut store, height(1), height(6), FpId::new(ME), &vote(true)).unwrap();
    assert_eq!(heights(&store), Some((3, 6)), "it must not sign there again");
}

#[test]
fn votes_on_strips_are_votes_without_their_signatures() {
    let mut store = fixture(70, &[(3, 5)]);
    open(&mut store, 71..=140);
    let range: Vec<_> = (60..=139).map(|number| (height(number), vote(false))).collect();
    votes::save_run(&mut store, height(1), FpId::new(ME), &range).unwrap();
    let signatures: Vec<[u8; 12]> =
        STRIP_SIGNATURES.all(&store, Order::Ascending).map(|one| one.unwrap().0).collect();
    assert_eq!(signatures.len(), 3);
    signatures.iter().for_each(|key| STRIP_SIGNATURES.remove(&mut store, key));
    assert_eq!(heights(&store), Some((3, 139)));
}

#[test]
fn heights_at_which_nobody_may_vote_await_nobody() {
    let mut store = fixture(4, &[(3, 5)]);
    open(&mut store, 5..=8);
    seen::tests::anchor(&mut store, 6, None);
    full(&mut store, 7);
    votes_at(&mut store, [5, 8]);
    assert_eq!(heights(&store), Some((3, 8)));
}

#[test]
fn three_hundred_open_heights_are_looked_at_and_beyond_it_is_the_cursor() {
    let last = 4 + OPEN as u64;
    let mut store = fixture(4, &[(3, 5)]);
    open(&mut store, 5..=last);
    votes_at(&mut store, 5..=last);
    assert_eq!(heights(&store), Some((3, last)));
    open(&mut store, [last + 1]);
    assert_eq!(heights(&store), Some((3, 4)), "it may have a vote there or not");
    let mut store = fixture(4, &[(3, 5)]);
    open(&mut store, 5..=2 * last);
    votes_at(&mut store, 5..last);
    assert_eq!(heights(&store), Some((3, last - 1)), "the last that is looked at awaits it");
}

#[test]
fn so_many_sheets_are_looked_at_and_beyond_it_is_the_cursor() {
    let many = |first: u32| -> Vec<_> { (first..first + 8).map(|id| (FpId::new(id), vote(false))).collect() };
    let batches = |store: &mut MockStorage, number: u64| {
        for batch in 1..=24 {
            votes::save_all(store, height(1), height(number), &many(batch * 100)).unwrap();
        }
        votes::save_all(store, height(1), height(number), &many(ME)).unwrap();
    };
    let mut store = fixture(4, &[(3, 5)]);
    let last = 4 + BATCHES as u64 / 25;
    open(&mut store, 5..=last);
    (5..=last).for_each(|number| batches(&mut store, number));
    assert_eq!(heights(&store), Some((3, last)));
    open(&mut store, [last + 1]);
    batches(&mut store, last + 1);
    assert_eq!(heights(&store), Some((3, 4)));
}

#[test]
fn at_most_a_hundred_heights_below_the_cursor_are_looked_at() {
    for (voted, said) in [(200 - PASSED, 199), (201 - PASSED, 201 - PASSED)] {
        let mut store = fixture(200, &[(3, 5), (150, 0), (200, 5)]);
        votes_at(&mut store, [voted]);
        assert_eq!(heights(&store), Some((200, said)));
    }
}

/// How a height looks.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Hole,
    Torn,
    Full,
    Seen,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Vote {
    None,
    Slot,
    Overflow,
    Batch,
    Strip,
    Fork,
}

#[derive(Debug, Clone)]
struct Case {
    cursor: u64,
    votes_from: u64,
    /// From height 1 on: how it looks, the provider's power there, and its vote.
    heights: Vec<(Kind, u128, Vote)>,
}

fn case() -> impl Strategy<Value = Case> {
    let kind = prop_oneof![1 => Just(Kind::Hole), 1 => Just(Kind::Torn), 1 => Just(Kind::Full), 9 => Just(Kind::Seen)];
    let power = prop_oneof![1 => Just(0), 3 => Just(5_u128)];
    let vote = prop_oneof![
        2 => Just(Vote::None), 4 => Just(Vote::Slot), 1 => Just(Vote::Overflow), 1 => Just(Vote::Batch), 4 => Just(Vote::Strip),
        1 => Just(Vote::Fork),
    ];
    let heights = prop::collection::vec((kind, power, vote), 1..40);
    (heights, any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(
        |(heights, cursor, votes_from)| {
            let cursor = cursor.index(heights.len() + 1) as u64;
            let votes_from = votes_from.index(cursor as usize + 1) as u64;
            Case { cursor, votes_from, heights }
        },
    )
}

fn stored(case: &Case) -> MockStorage {
    let mut store = MockStorage::new();
    seen::tests::progress(&mut store, case.cursor, case.cursor);
    let marks = Marks { votes_from: height(case.votes_from), ..MARKS.load(&store).unwrap() };
    MARKS.save(&mut store, &marks).unwrap();
    PROVIDERS.save(&mut store, &[2; 32], &FinalityProvider::new(FpId::new(ME))).unwrap();
    let mut before = 0;
    for (number, &(kind, power, given)) in (1..).zip(&case.heights) {
        match kind {
            Kind::Hole => {}
            Kind::Torn => seen::tests::anchor(&mut store, number, None),
            Kind::Seen => seen::tests::anchor(&mut store, number, Some(9)),
            Kind::Full => {
                seen::tests::anchor(&mut store, number, Some(0));
                full(&mut store, number);
            }
        }
        if power != before {
            POWERS
                .save(&mut store, &fp_height_key(FpId::new(ME), height(number)), &VotingPower::new(power))
                .unwrap();
            before = power;
        }
        let at = height(number);
        match given {
            Vote::None => {}
            Vote::Slot => votes::save(&mut store, height(1), at, FpId::new(ME), &vote(false)).unwrap(),
            Vote::Fork => votes::save(&mut store, height(1), at, FpId::new(ME), &vote(true)).unwrap(),
            Vote::Overflow => {
                OVERFLOW.save(&mut store, &height_fp_key(at, FpId::new(ME)), &vote(false)).unwrap()
            }
            Vote::Batch => {
                let many: Vec<_> = (0..8).map(|id| (FpId::new(id), vote(false))).collect();
                votes::save_all(&mut store, height(1), at, &many).unwrap();
            }
            // As if the others of a strip had been at heights that are in none of these cases.
            Vote::Strip => {
                let key = height_fp_key(height(number / 64 * 64), FpId::new(ME));
                let mut strips = STRIPS.may_load(&store, &key).unwrap().unwrap_or_default();
                strips.votes.push((VotingPower::new(5), 1 << (number % 64)));
                STRIPS.save(&mut store, &key, &strips).unwrap();
            }
        }
    }
    store
}

proptest! {
    /// The ruling, word by word, over plain maps.
    #[test]
    fn it_is_what_the_ruling_says(case in case()) {
        let all: BTreeMap<u64, (Kind, u128, Vote)> = (1..).zip(case.heights.iter().copied()).collect();
        let voted: BTreeSet<u64> = all
            .iter()
            .filter(|(at, (.., vote))| *vote != Vote::None && (**at > case.cursor || **at >= case.votes_from))
            .map(|(at, _)| *at)
            .collect();
        let awaited: BTreeSet<u64> = all
            .iter()
            .filter(|(at, (kind, power, _))| **at > case.cursor && *kind == Kind::Seen && *power > 0 && !voted.contains(at))
            .map(|(at, _)| *at)
            .collect();
        let in_set = |at: u64| all.get(&at).is_some_and(|(_, power, _)| *power > 0);
        let start = all.keys().rev().copied().find(|at| in_set(*at) && !in_set(at - 1));

        let answer = heights(&stored(&case));
        let Some(start) = start else {
            prop_assert_eq!(answer, None);
            return Ok(());
        };
        let (said_start, last) = answer.unwrap();
        prop_assert_eq!(said_start, start);
        prop_assert!(awaited.iter().all(|at| last < *at), "{} is awaited: {:?}", last, awaited);

        let first = awaited.first().copied().unwrap_or(u64::MAX);
        // A vote where nobody may vote is no vote of this chain's; the naive reading does not see it either.
        let countable = |at: &u64| *at <= case.cursor || matches!(all[at], (Kind::Seen, 1.., _));
        let highest = voted.iter().copied().filter(countable).rfind(|at| *at < first);
        prop_assert_eq!(last, highest.unwrap_or(start - 1).min(first - 1));
    }
}
