use super::*;
use crate::state::Marks;
use cosmwasm_std::Order;
use cosmwasm_std::testing::MockStorage;
use finality::Commitment;
use primitives::{AppHash, BlockHash, FpPublicKey, Sats, UnixTime, VotingPower};
use serde::{Serialize, de::DeserializeOwned};
use staking::{Delegation, FpId, ItemDigest, Named};

use crate::state::{Table, fp_height_key, power_at};

fn at(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

fn floors(height: u64) -> Floors {
    Floors { anchors: at(height), votes: at(height), delegations: BtcHeight::new(0) }
}

fn kept<const N: usize, T: Serialize + DeserializeOwned>(
    storage: &MockStorage,
    table: &Table<N, T>,
) -> usize {
    table.all(storage, Order::Ascending).count()
}

#[test]
fn of_a_power_history_what_no_anchor_reaches_goes() {
    let mut storage = MockStorage::new();
    let entries =
        [(0, 1, 5), (0, 10, 6), (0, 20, 7), (1, 3, 5), (1, 9, 0), (2, 10, 0), (2, 11, 4), (3, 30, 0)];
    for (id, height, power) in entries {
        POWERS
            .save(&mut storage, &fp_height_key(FpId::new(id), at(height)), &VotingPower::new(power))
            .unwrap();
    }
    portion(&mut storage, POWER_HISTORY, &floors(10)).unwrap();
    let left: Vec<[u8; 12]> = POWERS.all(&storage, Order::Ascending).map(|entry| entry.unwrap().0).collect();
    assert_eq!(
        left,
        [(0, 10), (0, 20), (2, 11), (3, 30)].map(|(id, height)| fp_height_key(FpId::new(id), at(height)))
    );
    for height in 10..40 {
        let last = entries
            .iter()
            .filter(|(id, from, _)| *id == 0 && *from <= height)
            .map(|entry| entry.2)
            .next_back();
        assert_eq!(power_at(&storage, FpId::new(0), at(height)).unwrap().get(), last.unwrap(), "at {height}");
    }
}

#[test]
fn spent_commitments_go_but_not_the_last() {
    let mut storage = MockStorage::new();
    for (id, start) in [(0, 1), (0, 11), (0, 21), (1, 1)] {
        let commitment = Commitment { start: at(start), count: 10, root: [0; 32], committed_at: at(0) };
        COMMITMENTS.save(&mut storage, &fp_height_key(FpId::new(id), at(start)), &commitment).unwrap();
    }
    portion(&mut storage, RANDOMNESS, &floors(20)).unwrap();
    assert_eq!(kept(&storage, &COMMITMENTS), 3, "1 to 10 of the first is spent; 11 to 20 is not");
    portion(&mut storage, RANDOMNESS, &floors(1_000)).unwrap();
    assert_eq!(kept(&storage, &COMMITMENTS), 2, "each keeps its last");
}

fn history(entries: u64) -> MockStorage {
    let mut storage = MockStorage::new();
    for height in 1..=entries {
        POWERS.save(&mut storage, &fp_height_key(FpId::new(0), at(height)), &VotingPower::new(1)).unwrap();
    }
    storage
}

#[test]
fn portions_end_by_deletions_and_come_round_to_every_entry() {
    let many = 5 * u64::try_from(DELETIONS).unwrap() + 3;
    let mut storage = history(many);
    for left in (1..=5).rev() {
        assert!(portion(&mut storage, POWER_HISTORY, &floors(many)).unwrap(), "there is more");
        assert_eq!(kept(&storage, &POWERS), (left - 1) * DELETIONS + 3);
    }
    assert!(!portion(&mut storage, POWER_HISTORY, &floors(0)).unwrap());
    portion(&mut storage, POWER_HISTORY, &floors(many)).unwrap();
    portion(&mut storage, POWER_HISTORY, &floors(many)).unwrap();
    assert_eq!(kept(&storage, &POWERS), 1);
}

#[test]
fn unfinished_tables_take_turns() {
    let turns = |unfinished| (1..=8).map(|height| turn(height, unfinished)).collect::<Vec<_>>();
    assert_eq!(turns(0), [None; 8]);
    assert_eq!(turns(0b1000), [Some(3); 8]);
    assert_eq!(turns(0b1011)[..4], [Some(1), Some(3), Some(3), Some(0)], "none has less than a quarter");
    assert_eq!([16, 32, 48, 64].map(|height| turn(height, 0b10)), [Some(1), Some(2), Some(3), Some(0)]);
}

/// A block that goes on where the last one stopped, and one that does not.
#[test]
fn a_table_with_much_to_delete_has_the_next_block_too() {
    let mut storage = history(600);
    let mut progress =
        Progress { marks: Marks { anchors_from: at(600), ..Marks::default() }, ..Progress::default() };
    let mut block = |height, progress: &mut Progress| {
        let block = Block {
            height: at(height),
            time: UnixTime::default(),
            hash: BlockHash::from_bytes([0; 32]),
            app_hash: AppHash::from_bytes([0; 32]),
        };
        sweep(&mut storage, Seconds::ZERO, progress, &block).unwrap();
        kept(&storage, &POWERS)
    };
    assert_eq!(block(63, &mut progress), 600, "no table's turn");
    assert_eq!(block(64, &mut progress), 600 - DELETIONS);
    assert_eq!(block(65, &mut progress), 600 - 2 * DELETIONS);
    assert_eq!(block(80, &mut progress), 600 - 2 * DELETIONS, "the turn of commitments");
    assert_eq!(progress.sweeping, 0b1);
    (81..90).for_each(|height| _ = block(height, &mut progress));
    assert_eq!((block(90, &mut progress), progress.sweeping), (1, 0));
}

fn delegated(end: u32, fps: u32, staking_tx: Vec<u8>) -> Record {
    Record::Known(Delegation {
        staker_address: String::new(),
        staker_key: [1; 32],
        fps: (0..fps)
            .map(|id| Named::Ours(FpId::new(id)))
            .chain([Named::Other(FpPublicKey::from_bytes([9; 32]))])
            .collect(),
        start_height: BtcHeight::new(1),
        end_height: BtcHeight::new(end),
        unbonding_time: 1,
        sats: Sats::new(1).unwrap(),
        output_index: 0,
        params_version: 0,
        digest: ItemDigest::of(&[]),
        staking_tx,
    })
}

fn ended_at(height: u32) -> Floors {
    Floors { delegations: BtcHeight::new(height), ..floors(0) }
}

#[test]
fn portions_end_by_bytes() {
    let mut storage = MockStorage::new();
    for txid in 0..10 {
        DELEGATIONS.save(&mut storage, &[txid; 32], &delegated(9, 1, vec![7; 31_000])).unwrap();
    }
    let mut looked_at = vec![];
    for _ in 0..9 {
        portion(&mut storage, STAKE, &ended_at(0)).unwrap();
        looked_at.push(SWEEPS.may_load(&storage, &[STAKE]).unwrap().unwrap());
    }
    assert_eq!(
        looked_at,
        (1..10).map(|txid| vec![txid; 32]).collect::<Vec<_>>(),
        "two by two, the one again"
    );
}

#[test]
fn delegations_are_over_once_the_retention_is_past_and_their_stake_has_left_the_sums() {
    let mut storage = MockStorage::new();
    let retention = Seconds::new(10 * BITCOIN_BLOCK.get());
    assert_eq!(ended_below(&storage, retention).unwrap(), BtcHeight::new(0), "no tip, no end");
    BTC_TIP.save(&mut storage, &BtcHeight::new(120)).unwrap();
    assert_eq!(ended_below(&storage, retention).unwrap(), BtcHeight::new(110));
    let bucket = [0, 0, 0, 99, 0, 0, 0, 0];
    BUCKETS.save(&mut storage, &bucket, &VotingPower::new(5)).unwrap();
    assert_eq!(ended_below(&storage, retention).unwrap(), BtcHeight::new(99), "still in the sums");
    BUCKETS.remove(&mut storage, &bucket);
    assert_eq!(ended_below(&storage, retention).unwrap(), BtcHeight::new(110));
}

/// Where nobody may read the parts of long records.
struct WithoutParts(MockStorage);

impl Storage for WithoutParts {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        assert_ne!(key[0], PARTS.letter());
        self.0.get(key)
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = cosmwasm_std::Record> + 'a> {
        assert_ne!(start.unwrap()[0], PARTS.letter());
        self.0.range(start, end, order)
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.0.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.0.remove(key);
    }
}

#[test]
fn of_a_delegation_nothing_is_left_and_of_others_everything() {
    let mut storage = MockStorage::new();
    for (txid, end) in [([1; 32], 9), ([2; 32], 10)] {
        DELEGATIONS.save(&mut storage, &txid, &delegated(end, 3, vec![])).unwrap();
        ENDED.save(&mut storage, &txid, &staking::DelegationStatus::Unbonding).unwrap();
        (0..3_u32).for_each(|fp| {
            DELEGATIONS_OF.save(&mut storage, &fp_txid_key(FpId::new(fp), &txid), &true).unwrap();
        });
        (0..PARTS_MAX).for_each(|part| {
            PARTS.save(&mut storage, &part_key(&txid, part), &vec![0; 60_000]).unwrap();
        });
    }
    let mut unread = WithoutParts(storage);
    assert!(portion(&mut unread, STAKE, &ended_at(10)).unwrap());
    let storage = unread.0;
    let left = [kept(&storage, &DELEGATIONS), kept(&storage, &ENDED), kept(&storage, &DELEGATIONS_OF)];
    assert_eq!((left, kept(&storage, &PARTS)), ([1, 1, 3], usize::from(PARTS_MAX)));
    assert!(DELEGATIONS.may_load(&storage, &[2; 32]).unwrap().is_some(), "its end is not below");
}
