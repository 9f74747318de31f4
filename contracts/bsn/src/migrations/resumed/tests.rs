use api::bsn::BlockFinality;
use cosmwasm_std::testing::MockStorage;
use primitives::{AppHash, BlockHash, FpId, VotingPower};
use serde::{Deserialize, Serialize};

use super::*;
use crate::migrations::from_0_2_0::{OldProgress, add_fields};
use crate::query::finality_status::{last_final_block, status};
use crate::state::{ANCHORS, Anchor, MARKS};

/// [`Anchor`] as 0.1.0 and 0.2.0 wrote it.
#[derive(Serialize, Deserialize)]
struct OldAnchor(AppHash, BlockHash, u64, BlockHeight, Option<VotingPower>, bool);

fn at_height(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

/// Heights 1 to 10 are anchored, but for 6; 5 to 7 were resumed; the cursor is at `cursor`, and whatever else it passed
/// has quorum. All as 0.2.0 stored it.
pub fn old(cursor: u64) -> MockStorage {
    let mut storage = MockStorage::new();
    let last_quorum = (1..=cursor).rev().find(|height| !(5..=7).contains(height)).map(at_height);
    let stored = OldProgress {
        activation: at_height(1),
        cursor: at_height(cursor),
        gap: cursor - last_quorum.unwrap().get(),
        last_quorum,
        resumed_through: at_height(7),
        ..OldProgress::default()
    };
    cosmwasm_std::Storage::set(&mut storage, &[MARKS.letter()], &postcard::to_allocvec(&stored).unwrap());
    for height in (1..=10).filter(|height| *height != 6) {
        let hash = [u8::try_from(height).unwrap(); 32];
        let total = Some(VotingPower::new(9));
        let old =
            OldAnchor(AppHash::from_bytes(hash), BlockHash::from_bytes(hash), 1, at_height(0), total, false);
        let key = [&[ANCHORS.letter()][..], &height_key(at_height(height))].concat();
        cosmwasm_std::Storage::set(&mut storage, &key, &postcard::to_allocvec(&old).unwrap());
    }
    let resumption = Resumption { from: at_height(5), through: at_height(7), absent: vec![FpId::new(0)] };
    RESUMED.save(&mut storage, &height_key(at_height(7)), &resumption).unwrap();
    storage
}

fn migrated(cursor: u64) -> MockStorage {
    let mut storage = old(cursor);
    add_fields(&mut storage).unwrap();
    record(&mut storage).unwrap();
    storage
}

#[test]
fn an_anchor_without_ranked_stake_is_read() {
    let storage = old(9);
    let anchor: Anchor = ANCHORS.may_load(&storage, &height_key(at_height(3))).unwrap().unwrap();
    assert_eq!((anchor.time.get(), anchor.total, anchor.ranked()), (1, Some(VotingPower::new(9)), None));
    let mut storage = storage;
    ANCHORS.save(&mut storage, &height_key(at_height(3)), &anchor).unwrap();
    assert_eq!(ANCHORS.may_load(&storage, &height_key(at_height(3))).unwrap(), Some(anchor));
}

/// What 0.2.0 answered (the expectations are those of its own test).
#[test]
fn what_was_resumed_is_so_for_good() {
    let storage = migrated(9);
    let asked = |height| status(&storage, at_height(height)).unwrap();
    assert_eq!((asked(3).block, asked(3).certified_by), (BlockFinality::Final, Some(4)));
    for height in 4..=7 {
        assert_eq!(
            (asked(height).block, asked(height).certified_by),
            (BlockFinality::Resumed, Some(8)),
            "{height}"
        );
        assert_eq!(asked(height).gap_before, Some(3));
    }
    assert_eq!((asked(8).block, asked(8).certified_by), (BlockFinality::Final, Some(9)));
    let certificate = asked(8).certificate.unwrap();
    assert_eq!((certificate.ranked_power, certificate.unbroken_since), (None, None), "nobody knows");
    assert_eq!(RESUMED.all(&storage, Order::Ascending).count(), 0, "all is passed");
}

#[test]
fn the_last_final_block_is_that_of_before() {
    let last =
        |cursor| last_final_block(&migrated(cursor)).unwrap().map(|last| (last.height, last.certified_by));
    for cursor in [4, 5, 6, 7, 8] {
        assert_eq!(last(cursor), Some((3, 4)), "{cursor}");
    }
    assert_eq!(last(9), Some((8, 9)));
}

#[test]
fn a_resumption_that_is_under_way_goes_on() {
    for cursor in [5, 6] {
        let storage = migrated(cursor);
        assert_eq!(RESUMED.all(&storage, Order::Ascending).count(), 1);
        for height in 4..=5 {
            assert_eq!(
                status(&storage, at_height(height)).unwrap().block,
                BlockFinality::Resumed,
                "{height}"
            );
        }
        assert_eq!(status(&storage, at_height(8)).unwrap().block, BlockFinality::Pending);
    }
}

#[test]
fn the_set_is_computed_anew_and_nothing_is_called_unbroken_from_before() {
    let progress = Progress::load(&migrated(9)).unwrap();
    assert!(progress.marks.stale);
    assert_eq!(progress.gaps.recorded_above, at_height(9));
}
