use super::*;
use crate::state::{ANCHORS, height_of_key};

#[test]
fn the_record_says_what_closed_what_is_final_and_both_committees() {
    let mut chain = Chain::new(&[9, 8]);
    chain.go(ROOT - 11);
    assert_eq!(chain.record(), None);
    chain.go(ROOT - 10);
    let first = chain.record().unwrap();
    assert_eq!((first.grid, first.interval, first.set.hash, first.set.total), (at(ROOT), C, [0; 32], 0));
    assert_eq!(
        (first.closed_through, first.finalized, first.unbroken, first.anchor),
        (at(0), at(0), at(0), None)
    );
    assert_eq!(first.time.get(), chain.world.env.block.time.seconds());
    chain.go(ROOT);
    let root = chain.committee(ROOT).unwrap().named;
    assert_eq!(first.next, root);
    chain.set_stake(2, 5);
    chain.go(ROOT + C);
    let record = chain.record().unwrap();
    assert_eq!((record.grid, record.set), (at(ROOT + C), root));
    assert_eq!(record.next, chain.committee(ROOT + C).unwrap().named);
    assert_ne!(record.next.total, root.total);
    assert_eq!(record.time.get(), chain.world.env.block.time.seconds() - 1, "the last block below wrote it");
}

/// EndBlock writes it again where the cursor has moved: heights 12,345 to 12,471 have quorum, with a gap below 12,460.
#[test]
fn the_record_follows_the_cursor() {
    use crate::state::{GAPS, Progress};
    let mut chain = Chain::new(&[9]);
    chain.go(ROOT - 5);
    let storage = &mut chain.world.deps.storage;
    let mut progress = Progress::load(storage).unwrap();
    progress.marks.last_quorum = Some(at(ROOT - 9));
    progress.marks.last_final = Some(at(ROOT - 10));
    progress.save(storage).unwrap();
    chain.block(&["begin_block"]);
    let record = chain.record().unwrap();
    assert_eq!((record.finalized, record.unbroken), (at(ROOT - 9), at(SET)));
    let anchor = record.anchor.unwrap();
    assert_eq!((anchor.height, anchor.app_hash), (at(ROOT - 10), AppHash::from_bytes(APP_HASH)));
    assert_eq!(anchor.block_hash.as_bytes(), &[1; 32]);
    let storage = &mut chain.world.deps.storage;
    let gap = finality::block_finality::Gap { first: at(ROOT - 30), last: at(ROOT - 20), resumed: None };
    GAPS.save(storage, &height_key(at(ROOT - 30)), &gap).unwrap();
    // The anchor is forgotten: the record keeps what it said.
    ANCHORS.remove(storage, &height_key(at(ROOT - 10)));
    chain.world.hook("end_block");
    let later = chain.record().unwrap();
    assert_eq!((later.unbroken, later.anchor), (at(ROOT - 19), Some(anchor)));
}

/// `bsn vote` reads them raw: what it must vote at, for which hash, and with which nonce.
#[test]
fn others_read_where_the_grid_is_who_sits_where_and_which_hash_counts() {
    use api::bsn::raw as read;
    let mut chain = Chain::new(&[9, 8]);
    chain.go(ROOT + C);
    let number =
        |record: &[u8], place: std::ops::Range<usize>| u64::from_be_bytes(record[place].try_into().unwrap());
    // A number of its own in each place.
    let order = finality::grid::closing::Progress { ordered_through: at(4), closed_through: at(5) };
    let grid = Grid { first: at(1), root: Some(at(2)), settled: at(3), order, swept: at(6), ..chain.grid() };
    let mut storage = cosmwasm_std::testing::MockStorage::new();
    GRID.save(&mut storage, &[], &grid);
    let record = cosmwasm_std::Storage::get(&storage, read::GRID_KEY).unwrap();
    let places = [
        read::GRID_INTERVAL,
        read::GRID_FIRST,
        read::GRID_ROOT,
        read::GRID_SETTLED,
        read::GRID_ORDERED_THROUGH,
        read::GRID_SWEPT,
    ];
    assert_eq!(places.map(|place| number(&record, place)), [C, 1, 2, 3, 4, 6]);

    let stored = |key: &[u8]| cosmwasm_std::Storage::get(&chain.world.deps.storage, key);
    let committee = stored(&read::committee_key(ROOT + C)).unwrap();
    let known = chain.committee(ROOT + C).unwrap();
    assert_eq!(number(&committee, read::COMMITTEE_SOURCE), known.source.get());
    assert_eq!(committee[read::COMMITTEE_APP_HASH], APP_HASH);
    let seat = stored(&read::seat_key(ROOT + C, public(1).as_bytes())).unwrap();
    let known =
        SEATS.at(&chain.world.deps.storage, &height_of_key(at(ROOT + C), public(1).as_bytes())).unwrap();
    assert_eq!(number(&seat, read::SEAT_POWER), 9);
    let row = &seat[read::SEAT_ROWS..];
    assert_eq!((row.len(), known.randomness.len()), (read::SEAT_ROW, 1));
    let Commitment { start, count, root, committed_at } = known.randomness[0];
    assert_eq!((number(row, read::ROW_START), number(row, read::ROW_COUNT)), (start.get(), count));
    assert_eq!((number(row, read::ROW_BLOCK), &row[read::ROW_ROOT]), (committed_at.get(), &root[..]));

    // At a hole there is no hash.
    chain.lose(ROOT + 2 * C);
    chain.block(&WHOLE);
    let committee = cosmwasm_std::Storage::get(&chain.world.deps.storage, &read::committee_key(ROOT + 2 * C));
    assert_eq!(committee.unwrap().len(), read::COMMITTEE_APP_HASH.start);
}
