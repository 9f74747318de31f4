use cosmwasm_std::testing::MockStorage;
use finality::Commitment;
use finality::active_set::ActiveSet;
use primitives::{BtcHeight, FpPublicKey, UnixTime};
use proptest::prelude::*;
use staking::{FinalityProvider, FpId, FpStatus, Ledger};

use super::*;
use crate::state::{BitcoinSeen, StoredLedger};

const HEIGHT: BlockHeight = BlockHeight::new(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Covered,
    WithoutRandomness,
    Jailed,
    Slashed,
    Orphaned,
}

fn chain(fps: &[(u128, Kind)], min_active_percent: u64, max: u32) -> (MockStorage, Progress) {
    let mut storage = MockStorage::new();
    let params = Params { min_active_percent, max_active_finality_providers: max, ..Params::default() };
    PARAMS.save(&mut storage, &params).unwrap();
    ACTIVE.save(&mut storage, &ActiveSet::default()).unwrap();
    for (id, (power, kind)) in (0u32..).zip(fps) {
        let key = [u8::try_from(id).unwrap(); 32];
        let status = match kind {
            Kind::Covered | Kind::WithoutRandomness => FpStatus::Registered,
            Kind::Jailed => FpStatus::Jailed { until: UnixTime::new(9) },
            Kind::Slashed => FpStatus::Slashed { height: HEIGHT, btc_height: BtcHeight::new(1) },
            Kind::Orphaned => FpStatus::Orphaned,
        };
        FP_KEYS.save(&mut storage, &id.to_be_bytes(), &key).unwrap();
        let fp = FinalityProvider {
            status,
            stake: VotingPower::new(*power),
            ..FinalityProvider::new(FpId::new(id))
        };
        StoredLedger(&mut storage).put_fp(&FpPublicKey::from_bytes(key), &fp).unwrap();
        // Who is in jail had randomness, too.
        if *kind != Kind::WithoutRandomness {
            let start = BlockHeight::new(1);
            let commitment = Commitment { start, count: 99, root: [0; 32], committed_at: start };
            COMMITMENTS.save(&mut storage, &fp_height_key(FpId::new(id), start), &commitment).unwrap();
        }
    }
    (
        storage,
        Progress {
            marks: Marks { timestamped: BlockHeight::new(9), ..Marks::default() },
            ..Progress::default()
        },
    )
}

fn refreshed(fps: &[(u128, Kind)], min_active_percent: u64, max: u32) -> Progress {
    let (mut storage, mut progress) = chain(fps, min_active_percent, max);
    refresh(&mut storage, &mut progress, HEIGHT, false).unwrap();
    progress
}

/// C-60
#[test]
fn the_jailed_count_in_the_ranked_stake() {
    // A private fork has jailed the honest, and would go on alone.
    let all = [(70, Kind::Jailed), (30, Kind::Covered)];
    let progress = refreshed(&all, 34, 100);
    assert_eq!((progress.marks.total, progress.marks.ranked), (VotingPower::ZERO, VotingPower::new(100)));
    assert_eq!(progress.set.below_floor, Some(VotingPower::new(30)));
    assert_eq!(refreshed(&all, 30, 100).marks.total, VotingPower::new(30));
    assert_eq!(refreshed(&all, 0, 100).marks.total, VotingPower::new(30), "a migrated chain has no floor");
}

#[test]
fn below_the_floor_nobody_has_power_and_above_it_everybody_again() {
    let (mut storage, mut progress) = chain(&[(70, Kind::WithoutRandomness), (30, Kind::Covered)], 0, 100);
    refresh(&mut storage, &mut progress, HEIGHT, false).unwrap();
    let power =
        |storage: &MockStorage, height| crate::state::power_at(storage, FpId::new(1), height).unwrap().get();
    assert_eq!(power(&storage, HEIGHT), 30);
    let params = PARAMS.load(&storage).unwrap();
    PARAMS.save(&mut storage, &Params { min_active_percent: 34, ..params.clone() }).unwrap();
    refresh(&mut storage, &mut progress, HEIGHT.next(), false).unwrap();
    assert_eq!((power(&storage, HEIGHT), power(&storage, HEIGHT.next())), (30, 0));
    assert_eq!((progress.set.active, ACTIVE.load(&storage).unwrap().len()), (0, 0));
    PARAMS.save(&mut storage, &params).unwrap();
    refresh(&mut storage, &mut progress, HEIGHT.next().next(), false).unwrap();
    assert_eq!(power(&storage, HEIGHT.next().next()), 30);
}

/// C-36: with every change, and so as fast as they come in.
#[test]
fn a_new_entry_of_power_removes_one_that_no_anchor_reaches() {
    let (mut storage, mut progress) = chain(&[(70, Kind::Covered), (30, Kind::Covered)], 0, 100);
    progress.marks.anchors_from = BlockHeight::new(40);
    for (id, height) in [(0, 10), (0, 20), (0, 30), (0, 45), (1, 10)] {
        let key = fp_height_key(FpId::new(id), BlockHeight::new(height));
        POWERS.save(&mut storage, &key, &VotingPower::new(5)).unwrap();
    }
    let kept = |storage: &MockStorage| {
        POWERS
            .all(storage, Order::Ascending)
            .map(|entry| entry.unwrap().0)
            .map(|key| (key[3], key[11]))
            .collect::<Vec<_>>()
    };
    refresh(&mut storage, &mut progress, HEIGHT, false).unwrap();
    assert_eq!(kept(&storage), [(0, 20), (0, 30), (0, 45), (0, 50), (1, 10), (1, 50)]);
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Covered),
        Just(Kind::WithoutRandomness),
        Just(Kind::Jailed),
        Just(Kind::Slashed),
        Just(Kind::Orphaned)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ranked_stake_is_the_highest_of_all_who_are_not_out(
        fps in prop::collection::vec((0..200u128, kinds()), 0..25), max in 1..12u32, orphaned_below in 0..8u32,
    ) {
        let (mut storage, mut progress) = chain(&fps, 34, max);
        progress.channel.orphaned_below = FpId::new(orphaned_below);
        refresh(&mut storage, &mut progress, HEIGHT, false).unwrap();
        let sum = |may: &dyn Fn(Kind) -> bool| {
            let mine = (0..).zip(&fps).filter(|(id, (_, kind))| *id >= orphaned_below && may(*kind));
            let mut powers: Vec<u128> = mine.map(|(_, (power, _))| *power).collect();
            powers.sort_unstable_by(|a, b| b.cmp(a));
            powers.into_iter().take(max as usize).sum::<u128>()
        };
        let ranked = sum(&|kind| !matches!(kind, Kind::Slashed | Kind::Orphaned));
        let covered = sum(&|kind| kind == Kind::Covered);
        let enough = covered * 100 >= ranked * 34;
        prop_assert_eq!(progress.marks.ranked.get(), ranked);
        prop_assert_eq!(progress.marks.total.get(), if enough { covered } else { 0 });
        prop_assert_eq!(progress.set.below_floor.map(VotingPower::get), (!enough).then_some(covered));
    }
}

#[test]
fn there_is_no_set_while_stake_may_have_ended_unseen() {
    let (mut storage, mut progress) = chain(&[(60, Kind::Covered), (40, Kind::Covered)], 34, 10);
    let total = |storage: &mut MockStorage, progress: &mut Progress, is_stale| {
        BITCOIN.save(storage, &BitcoinSeen { is_stale, ..BitcoinSeen::default() }).unwrap();
        refresh(storage, progress, HEIGHT, false).unwrap();
        (progress.marks.total.get(), progress.set.active, progress.marks.ranked.get())
    };
    assert_eq!(total(&mut storage, &mut progress, false), (100, 2, 100));
    assert_eq!(total(&mut storage, &mut progress, true), (0, 0, 100));
    assert_eq!(total(&mut storage, &mut progress, false), (100, 2, 100));
}
