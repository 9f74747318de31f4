use super::*;
use crate::state::ANCHORS;

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
