use finality::grid::committee::{Hasher, Row};

use super::*;
use crate::state::{ANCHORS, raw};

/// The hash of a committee, of its rows one by one.
fn hash(chain: &Chain, mut members: Vec<(u8, u64)>) -> [u8; 32] {
    members.sort_unstable_by_key(|(fp, _)| *public(*fp).as_bytes());
    let mut hasher = Hasher::new(members.len() as u64);
    for (fp, power) in members {
        let root = chain.trees[usize::from(fp) - 1].root();
        hasher.push(&Row { key: public(fp), power, root, start: at(SET), count: COUNT });
    }
    hasher.finish()
}

#[test]
fn the_first_committee_is_the_root_and_each_takes_the_lower_of_two_powers() {
    let mut chain = Chain::new(&[30, 20]);
    // FP 1 gains and FP 2 loses between R' and R; FP 3 comes too late for R'.
    chain.go(ROOT - C - 20);
    chain.set_stake(1, 50);
    chain.set_stake(2, 15);
    chain.go(ROOT - 25);
    chain.join(4);
    chain.go(ROOT - 20);
    // The snapshot has begun below: what comes after R does not move it.
    chain.set_stake(1, 1);
    chain.go(ROOT - 1);
    assert_eq!(chain.committee(ROOT), None);
    chain.go(ROOT);
    let committee = chain.committee(ROOT).unwrap();
    assert_eq!(chain.seats(ROOT), [(1, 30), (2, 15)]);
    assert_eq!(committee.named.hash, hash(&chain, vec![(1, 30), (2, 15)]));
    assert_eq!((committee.named.total, committee.active), (45, 50 + 15 + 4));
    assert_eq!(committee.source, at(ROOT));
    let time = ANCHORS.may_load(&chain.world.deps.storage, &height_key(at(ROOT - 20))).unwrap().unwrap().time;
    assert_eq!(committee.named.taken, time);
    let grid = chain.grid();
    assert_eq!(
        (grid.root, grid.order.ordered_through.get(), grid.order.closed_through.get()),
        (Some(at(ROOT)), ROOT, 0)
    );
    assert_eq!(committee.app_hash, Some(AppHash::from_bytes(APP_HASH)));
}

#[test]
fn a_tie_goes_to_the_lower_key() {
    let mut chain = Chain::new(&[7; 60]);
    chain.go(ROOT);
    let mut keys: Vec<(FpPublicKey, u8)> = (1..=60).map(|fp| (public(fp), fp)).collect();
    keys.sort_unstable();
    let order = crate::state::CANDIDATES.at(&chain.world.deps.storage, &[]).unwrap();
    assert_eq!(order, keys.iter().map(|(_, fp)| (id(*fp), 7)).collect::<Vec<_>>());
    assert_eq!(chain.committee(ROOT).unwrap().named.hash, hash(&chain, (1..=60).map(|fp| (fp, 7)).collect()));
}

/// Sixty FPs are three portions: nineteen blocks have room for them, and a block does no more than one.
#[test]
fn a_block_takes_twenty_five() {
    let mut chain = Chain::new(&[7; 60]);
    let mut seats = vec![];
    chain.go(ROOT - 20);
    for _ in 0..6 {
        chain.block(&WHOLE);
        seats.push(chain.seats(ROOT).len());
    }
    assert_eq!(seats, [0, 25, 50, 60, 60, 60]);
    assert_eq!(chain.record(), None, "the record waits for the last ten blocks");
    chain.go(ROOT - 10);
    assert_eq!(chain.record().unwrap().next.hash, hash(&chain, (1..=60).map(|fp| (fp, 7)).collect()));
}

/// Whether the first, the second or the third call of a block is the one that counts.
#[test]
fn any_hook_of_a_block_does_its_portion_and_each_block_one() {
    for survivors in [&["begin_block"][..], &["end_block"], &["begin_block", "begin_block", "end_block"]] {
        let mut chain = Chain::new(&[7; 60]);
        chain.go(ROOT - 20);
        let mut seats = vec![];
        for _ in 0..5 {
            chain.block(survivors);
            seats.push(chain.seats(ROOT).len());
        }
        assert_eq!(seats, [0, 25, 50, 60, 60], "{survivors:?}");
        chain.go(ROOT);
        assert_eq!(chain.committee(ROOT).unwrap().named.total, 7 * 60, "{survivors:?}");
    }
}

#[test]
fn the_slashed_and_those_without_randomness_up_to_the_third_are_left_out() {
    let mut chain = Chain::new(&[9, 8, 7, 6]);
    let ends =
        |end: u64| Commitment { start: at(SET), count: end - SET + 1, root: [1; 32], committed_at: at(SET) };
    chain.commit(2, ends(ROOT + 3 * C - 1));
    chain.commit(3, ends(ROOT + 3 * C));
    chain.go(ROOT - 19);
    chain.slash(4);
    chain.go(ROOT);
    assert_eq!(chain.seats(ROOT), [(1, 9), (3, 7)]);
    assert_eq!(chain.committee(ROOT).unwrap().named.total, 16);
}

#[test]
fn a_commitment_that_did_not_count_when_the_snapshot_began_is_none() {
    let mut chain = Chain::new(&[9, 8]);
    // It covers the first heights, and the next is too young.
    let first = Commitment { start: at(SET), count: ROOT + C - SET, root: [1; 32], committed_at: at(SET) };
    let next = Commitment { start: at(ROOT + C), count: 4 * C, root: [2; 32], committed_at: at(SET + 1) };
    chain.commit(2, first);
    chain.commit(2, next);
    chain.go(ROOT - 19);
    let storage = &mut chain.world.deps.storage;
    let marks = Marks { timestamped: at(SET + 2), ..MARKS.load(storage).unwrap() };
    MARKS.save(storage, &marks).unwrap();
    chain.go(ROOT);
    assert_eq!(chain.seats(ROOT), [(1, 9)]);
    chain.go(ROOT + C);
    assert_eq!(chain.seats(ROOT + C), [(1, 9), (2, 8)], "the next snapshot takes both of its rows");
}

#[test]
fn what_the_last_record_names_is_the_committee_and_else_the_one_before() {
    // No block in the last ten wrote a record.
    let mut chain = Chain::new(&[9, 8]);
    chain.go(ROOT);
    let root = chain.committee(ROOT).unwrap();
    chain.set_stake(2, 5);
    chain.go(ROOT + C - 11);
    assert_eq!(chain.seats(ROOT + C), [(1, 9), (2, 5)], "finished, and not named");
    chain.lose(ROOT + C - 1);
    let said = alarms(&chain.block(&WHOLE));
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("no record names the snapshot: hooks were lost"), "{said:?}");
    let repeated = chain.committee(ROOT + C).unwrap();
    assert_eq!((repeated.source, repeated.named), (at(ROOT), root.named));

    // Its last portions were lost.
    chain.go(ROOT + 2 * C - 20);
    chain.lose(ROOT + 2 * C - 2);
    chain.block(&WHOLE);
    assert_eq!(
        chain.record().unwrap().next,
        root.named,
        "the record names the old one until the new is whole"
    );
    let said = alarms(&chain.block(&WHOLE));
    assert!(said[0].contains("the snapshot was not finished"), "{said:?}");
    assert_eq!(chain.committee(ROOT + 2 * C).unwrap().source, at(ROOT));

    // Those with randomness have less than half.
    chain.set_stake(1, 900);
    chain.go(ROOT + 4 * C);
    let half = chain.committee(ROOT + 4 * C).unwrap();
    assert_eq!((half.source, half.named.total), (at(ROOT + 4 * C), 905));
    assert!(half.named.taken > root.named.taken);
}

#[test]
fn less_than_half_of_the_active_power_is_no_committee() {
    let mut chain = Chain::new(&[10, 10]);
    let short =
        Commitment { start: at(SET), count: ROOT + 2 * C - SET, root: [1; 32], committed_at: at(SET) };
    chain.commit(2, short);
    chain.go(ROOT);
    assert_eq!(chain.committee(ROOT).unwrap().named.total, 10, "half is enough");
    chain.set_stake(1, 9);
    chain.go(ROOT + C - 1);
    let said = alarms(&chain.block(&WHOLE));
    assert!(said[0].contains("9 of 19 sats"), "{said:?}");
    assert_eq!(chain.committee(ROOT + C).unwrap().source, at(ROOT));
}

#[test]
fn before_the_root_nothing_is_written_but_the_attempt() {
    let mut chain = Chain::new(&[]);
    chain.go(ROOT - 1);
    let said = alarms(&chain.block(&WHOLE));
    assert!(said[0].contains("no finality provider has power and randomness"), "{said:?}");
    assert_eq!((chain.committee(ROOT), chain.record(), chain.grid().root), (None, None, None));
    chain.join(7);
    chain.go(ROOT + 2 * C);
    assert_eq!(chain.grid().root, Some(at(ROOT + 2 * C)), "its power is that of R' too");
}

#[test]
fn hundreds_of_lost_hooks_are_caught_up_with() {
    let mut chain = Chain::new(&[9, 8]);
    chain.go(ROOT + 5);
    chain.lose(ROOT + 40 * C + 30);
    chain.block(&WHOLE);
    assert_eq!(chain.grid().settled, at(ROOT + 16 * C), "sixteen a hook");
    chain.block(&WHOLE);
    chain.block(&WHOLE);
    assert_eq!(chain.grid().settled, at(ROOT + 40 * C));
    let hole = chain.committee(ROOT + 40 * C).unwrap();
    assert_eq!((hole.source, hole.app_hash), (at(ROOT), None));
    let first = chain.committee(ROOT + C).unwrap();
    assert_eq!(first.app_hash, None);
}

#[test]
fn nothing_is_done_for_a_snapshot_while_committees_below_it_are_not_decided() {
    let mut chain = Chain::new(&[9, 8]);
    chain.go(ROOT + 5);
    let (record, last) = (chain.record(), ROOT + 40 * C);
    chain.lose(last - 6);
    for _ in 0..2 {
        chain.block(&WHOLE);
        assert_eq!((chain.record(), chain.seats(last).len()), (record, 0));
    }
    chain.block(&WHOLE);
    assert_eq!(chain.grid().settled, at(last - C));
    assert_eq!(chain.record().unwrap().set, chain.committee(ROOT).unwrap().named);
}

#[test]
fn the_last_height_that_a_hook_saw_is_the_one_that_is_read() {
    let mut chain = Chain::new(&[9, 8]);
    chain.go(ROOT - 25);
    chain.set_stake(1, 20);
    let time = chain.world.env.block.time.seconds();
    chain.lose(ROOT - 20);
    chain.go(ROOT);
    let committee = chain.committee(ROOT).unwrap();
    assert_eq!((committee.named.taken.get(), committee.active), (time, 17));
}

/// The set of R may be deleted once R is settled.
#[test]
fn nothing_begins_where_the_set_is_not_known_any_more() {
    let mut chain = Chain::new(&[9, 8]);
    chain.go(ROOT - 20);
    let storage = &mut chain.world.deps.storage;
    let marks = Marks { settled: at(ROOT - 20), ..MARKS.load(storage).unwrap() };
    MARKS.save(storage, &marks).unwrap();
    chain.go(ROOT);
    assert_eq!((chain.committee(ROOT), chain.seats(ROOT)), (None, vec![]));
}

#[test]
fn no_more_are_taken_than_may_be_active() {
    let mut chain = Chain::new(&[9, 8, 7]);
    chain.go(ROOT - 19);
    let less = json!({ "update_config": { "max_active_finality_providers": 2 } });
    chain.world.execute("admin", less).unwrap();
    chain.go(ROOT);
    assert_eq!(chain.seats(ROOT), [(1, 9), (2, 8)]);
}

/// A chain module that keeps the writes of failed hooks: a seat was written, and its mark was not.
#[test]
fn a_seat_that_a_torn_portion_left_is_deleted() {
    let mut chain = Chain::new(&[9, 8]);
    chain.go(ROOT - 19);
    let left = crate::state::height_of_key(at(ROOT), public(2).as_bytes());
    SEATS.save(&mut chain.world.deps.storage, &left, &crate::state::Seat { power: 8, randomness: vec![] });
    chain.slash(2);
    chain.go(ROOT);
    assert_eq!(chain.seats(ROOT), [(1, 9)]);
    assert_eq!(chain.committee(ROOT).unwrap().named.hash, hash(&chain, vec![(1, 9)]));
}

/// Where no grid is set there is no record of one, and where one is, an ordinary block writes none.
#[test]
fn an_ordinary_block_writes_nothing_for_the_grid() {
    let mut chain = Chain::without_grid(&[9, 8]);
    let of_the_grid = |chain: &Chain| {
        let letters = b"F1234567".iter();
        letters
            .map(|letter| raw(&chain.world.deps.storage, *letter, &[], &[u8::MAX; 40], 99))
            .collect::<Vec<_>>()
    };
    chain.go(ROOT + 2 * C);
    assert!(of_the_grid(&chain).iter().all(Vec::is_empty));
    assert_eq!(MARKS.load(&chain.world.deps.storage).unwrap().grid, None);

    let mut chain = Chain::new(&[9, 8]);
    chain.go(ROOT);
    let marks = MARKS.load(&chain.world.deps.storage).unwrap().grid;
    // Whoever looked would have committees to decide.
    let left = Grid { settled: at(ROOT - C), ..chain.grid() };
    GRID.save(&mut chain.world.deps.storage, &[], &left);
    let before = of_the_grid(&chain);
    chain.go(ROOT + C - 20);
    assert_eq!(MARKS.load(&chain.world.deps.storage).unwrap().grid, marks);
    assert_eq!(of_the_grid(&chain), before);
    chain.go(ROOT + C - 19);
    assert_ne!(chain.grid(), left);
}
