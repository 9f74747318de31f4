use super::*;

const C: u64 = 60;

fn marks() -> Marks {
    Marks { interval: C, first: 120, root: Some(120), settled: 480, ordered: 300, swept: 180 }
}

fn hash(of: u8) -> AppHash {
    AppHash::from_bytes([of; 32])
}

fn committed(start: u64) -> Committed {
    Committed { start, count: 500, root: [7; 32], block: 9 }
}

fn seat(height: u64) -> Seat {
    let app_hash = (height <= 480).then(|| hash(1));
    Seat { height, power: 5, app_hash, row: committed(100) }
}

fn grid(heights: &[u64]) -> Grid {
    Grid { marks: marks(), seats: heights.iter().copied().map(seat).collect() }
}

fn words(numbers: &[u64], hash: Option<u8>) -> Vec<u8> {
    let hash = hash.map(|of| [of; 32]);
    numbers.iter().flat_map(|number| number.to_be_bytes()).chain(hash.into_iter().flatten()).collect()
}

/// The records as the contract's own tests hold them to `bsn_api::bsn::raw`.
#[test]
fn the_contract_s_records_are_read_and_others_are_nothing() {
    let record = words(&[60, 120, 120, 480, 300, 240, 0, 300, 180, 0, 481, 0, 0], None);
    assert_eq!(Marks::read(&record), Some(marks()));
    let unrooted = words(&[60, 120, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0], None);
    assert_eq!(Marks::read(&unrooted).unwrap().root, None);
    assert_eq!(Marks::read(&record[..71]), None);
    assert_eq!(Marks::read(&words(&[0; 13], None)), None, "an interval of nothing would have no end");

    let whole = [words(&[300, 9, 8, 7], Some(2)), words(&[], Some(3))].concat();
    assert_eq!(committee(&whole), Some((300, Some(hash(3)))));
    assert_eq!(committee(&whole[..64]), Some((300, None)), "a hole");
    assert_eq!((committee(&whole[..80]), committee(&[])), (None, None));

    let row = |start: u64, root| words(&[start, 500, 9], Some(root));
    let record = [words(&[5], None), row(100, 7), row(600, 8)].concat();
    assert!(Seat::is_whole(&record) && !Seat::is_whole(&record[..100]) && !Seat::is_whole(&record[..8]));
    assert_eq!(Seat::read(&record, 480, Some(hash(1))), Some(seat(480)));
    let next = Committed { root: [8; 32], ..committed(600) };
    assert_eq!(Seat::read(&record, 660, None).unwrap().row, next, "each height has the row that covers it");
    assert_eq!(Seat::read(&record, 1_140, None), None, "a committee that was used once more has no nonce");
    assert_eq!(Seat::read(&[], 480, None), None);
}

#[test]
fn a_grid_height_is_open_until_it_is_swept_and_the_next_one_is_known() {
    assert_eq!(marks().open(), [240, 300, 360, 420, 480, 540]);
    assert_eq!(Marks { swept: 480, ..marks() }.open(), [540]);
    assert_eq!(
        Marks { root: Some(420), ..marks() }.open(),
        [480, 540],
        "the root has no committee of its own"
    );
    assert_eq!(Marks { root: None, ..marks() }.open(), [0; 0]);
}

#[test]
fn above_too_many_that_are_open_no_vote_is_taken_and_a_liar_cannot_make_us_ask_for_ever() {
    let stuck = Marks { settled: 120 + 200 * C, ordered: 180, ..marks() };
    let open = stuck.open();
    assert_eq!((open[0], open[47], open[48]), (240, 180 + 48 * C, stuck.next()));
    assert_eq!(open.len(), 49);
    let excused = Marks { ordered: 120 + 199 * C, ..stuck };
    assert_eq!(excused.open().len(), 97, "those that were excused are many");
    assert_eq!(excused.open()[95], excused.settled);
    let lie = Marks { interval: 1, first: 1, root: Some(1), settled: u64::MAX, ordered: u64::MAX, swept: 0 };
    assert!(lie.open().len() <= 97);
}

#[test]
fn it_may_vote_where_it_has_a_seat_up_to_the_tip_and_not_at_holes() {
    let mut grid = grid(&[240, 360, 480, 540]);
    let heights = |grid: &Grid, tip| grid.heights(tip).collect::<Vec<_>>();
    assert_eq!(heights(&grid, 1_000), [240, 360, 480], "above what is settled the contract takes none");
    assert_eq!(heights(&grid, 479), [240, 360], "a node that is behind has no header");
    grid.seats[0].app_hash = None;
    assert_eq!((heights(&grid, 1_000), grid.lowest()), (vec![360, 480], Some(360)));
    assert_eq!(grid.seat(480).unwrap().height, 480);
    assert!(grid.seat(300).is_none());
    let none = Grid { marks: marks(), seats: Vec::new() };
    assert_eq!((none.lowest(), super::Grid { seats: vec![seat(540)], ..none }.lowest()), (None, Some(540)));
}

#[test]
fn who_leaves_stays_until_the_last_grid_height_that_waits_for_it_has_closed() {
    let left = 400;
    assert_eq!(grid(&[360, 420]).stay(left), Stay::Until { height: 420, undecided: None });
    // 300 has closed.
    assert_eq!(grid(&[240, 300]).stay(left), Stay::Over);
    assert_eq!(grid(&[]).stay(left), Stay::Over);
    let mut hole = grid(&[360, 420]);
    hole.seats[1].app_hash = None;
    assert_eq!(hole.stay(left), Stay::Until { height: 360, undecided: None }, "nobody can vote at a hole");
}

#[test]
fn the_committee_that_is_decided_next_may_have_who_had_power_twenty_blocks_below_or_sits_in_the_one_before() {
    assert_eq!(grid(&[360]).stay(520), Stay::Until { height: 360, undecided: None });
    assert_eq!(grid(&[360]).stay(521), Stay::Until { height: 360, undecided: Some(540) });
    assert_eq!(grid(&[]).stay(520), Stay::Over);
    assert_eq!(grid(&[]).stay(521), Stay::Undecided(540));
    assert_eq!(grid(&[540]).stay(400), Stay::Until { height: 540, undecided: Some(540) });
    let unrooted = Grid { marks: Marks { first: 1_200, root: None, ..marks() }, seats: Vec::new() };
    assert_eq!((unrooted.stay(1_180), unrooted.stay(1_181)), (Stay::Over, Stay::Undecided(1_200)));
}

#[test]
fn what_the_contract_has_forgotten_of_its_randomness_its_rows_still_say() {
    let (known, other) =
        (Committed { block: 0, ..committed(100) }, Committed { root: [8; 32], ..committed(600) });
    let grid = grid(&[360, 420]);
    assert_eq!(grid.with_rows(vec![known, other]), [known, other], "each once, as the contract has it now");
    assert_eq!(grid.with_rows(vec![other]), [committed(100), other]);
}

#[test]
fn without_power_is_who_has_none_at_an_ordinary_height_until_it_has_some() {
    assert_eq!(idle_since(None, 300, 0, false), Some(300));
    assert_eq!(idle_since(Some(300), 310, 0, false), Some(300), "since the first");
    assert_eq!(idle_since(Some(300), 311, 5, false), None);
    for power in [0, 5] {
        assert_eq!(idle_since(Some(300), 360, power, true), Some(300), "that may be the committee's");
        assert_eq!(idle_since(None, 360, power, true), None);
    }
}

#[test]
fn a_height_waits_while_it_has_not_closed() {
    let grid = grid(&[240, 300, 360]);
    assert_eq!([240, 300, 360, 420].map(|height| grid.waits(height)), [false, false, true, false]);
}
