use cosmwasm_std::testing::MockStorage;
use proptest::prelude::*;

use super::*;

fn at(height: u64) -> BlockHeight {
    BlockHeight::new(height)
}

fn marks(numbers: [u64; 10]) -> Marks {
    let [quorum, block, cursor, settled, judged, last_end, votes_from, anchors_from, activation, other] =
        numbers;
    Marks {
        last_quorum: Some(at(quorum)).filter(|_| quorum > 0),
        last_final: Some(at(block)).filter(|_| block > 0),
        cursor: at(cursor),
        settled: at(settled),
        judged: at(judged),
        last_end: at(last_end),
        votes_from: at(votes_from),
        anchors_from: at(anchors_from),
        activation: at(activation),
        timestamped: at(other),
        partial: other,
        earned: other,
        changes_at: Some(at(other)),
        total: VotingPower::new(other.into()),
        ranked: VotingPower::new(quorum.into()),
        ..Marks::default()
    }
}

proptest! {
    #[test]
    fn marks_are_read_as_they_were_written(numbers: [u64; 10]) {
        let mut storage = MockStorage::new();
        MARKS.save(&mut storage, &marks(numbers)).unwrap();
        prop_assert_eq!(MARKS.load(&storage).unwrap(), marks(numbers));
    }
}

/// Where finality keeps up, each block writes some fifty bytes.
#[test]
fn heights_near_the_last_quorum_take_one_byte() {
    let far = 10_000_000;
    let near = marks([far, far - 1, far, far - 30, far - 3, far + 1, far - 60, far - 60, 1, 0]);
    let near = Marks { ranked: near.total, ..near };
    assert_eq!(postcard::to_allocvec(&near).unwrap().len(), 16 + 6 + 10);
}

/// What was written before there was a grid is read, and without one nothing is written.
#[test]
fn a_grid_takes_a_few_bytes_at_the_end_and_none_where_it_is_not_set() {
    let near = marks([9_000; 10]);
    let grid = GridMarks { interval: Interval::DEFAULT, wakes: at(9_581), closed_through: None };
    let with = Marks { grid: Some(grid), ..near.clone() };
    let [without, bytes] = [&near, &with].map(|marks| postcard::to_allocvec(marks).unwrap());
    assert_eq!((bytes.strip_prefix(&without[..]).map(<[u8]>::len)), Some(5));
    for (bytes, marks) in [(without, near), (bytes, with)] {
        assert_eq!(postcard::from_bytes::<Marks>(&bytes).unwrap(), marks);
    }
}

#[test]
fn what_an_ordinary_block_leaves_is_not_written() {
    let mut storage = MockStorage::new();
    Progress::default().save(&mut storage).unwrap();
    let mut progress = Progress::load(&storage).unwrap();
    progress.marks.cursor = at(7);
    REST.remove(&mut storage);
    progress.save(&mut storage).unwrap();
    assert_eq!(REST.may_load(&storage).unwrap(), None, "it was not written");
    progress.gaps.open = 3;
    progress.save(&mut storage).unwrap();
    let loaded = Progress::load(&storage).unwrap();
    assert_eq!((loaded.marks, loaded.gaps), (progress.marks, progress.gaps));
}

/// What other contracts read ([`api::bsn::raw`]).
#[test]
fn the_marks_begin_with_the_last_quorum_and_the_last_final_block() {
    let mut storage = MockStorage::new();
    let raw = |storage: &MockStorage| storage.get(api::bsn::raw::FINALITY_KEY).unwrap();
    MARKS.save(&mut storage, &Marks::default()).unwrap();
    assert_eq!(raw(&storage)[..16], [0; 16], "none");
    MARKS.save(&mut storage, &marks([0x0102, 0x0101, 9, 9, 9, 9, 9, 9, 9, 9])).unwrap();
    let raw = raw(&storage);
    assert_eq!(raw[api::bsn::raw::LAST_FINALIZED_HEIGHT], [0, 0, 0, 0, 0, 0, 1, 2]);
    assert_eq!(raw[api::bsn::raw::LAST_FINAL_BLOCK], [0, 0, 0, 0, 0, 0, 1, 1]);
}
