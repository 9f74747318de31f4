use super::*;

#[test]
fn an_interval_has_bounds_that_depend_on_babylon() {
    for (blocks, with_babylon, most) in
        [(59, true, 10_000), (10_001, true, 10_000), (59, false, 600), (601, false, 600)]
    {
        let refused = Err(IntervalOutOfBounds { blocks, least: 60, most });
        assert_eq!(Interval::new(blocks, with_babylon), refused, "{blocks}");
    }
    for (blocks, with_babylon) in [(60, true), (10_000, true), (60, false), (600, false)] {
        assert_eq!(Interval::new(blocks, with_babylon).map(Interval::blocks), Ok(blocks));
    }
    let said = Interval::new(601, false).unwrap_err().to_string();
    assert_eq!(said, "grid_interval is 601 blocks: it must be 60 to 600");
}

#[test]
fn grid_heights_are_the_multiples_above_zero() {
    let found: Vec<u64> = (0..=1_800).filter(|height| C.is_grid(at(*height))).collect();
    assert_eq!(found, [600, 1_200, 1_800]);
    assert_eq!([0, 599, 600, 601].map(|height| C.next(at(height)).get()), [600, 600, 1_200, 1_200]);
    assert_eq!(C.covered(at(600)), [at(1_200), at(1_800), at(2_400)]);
    assert_eq!((C.after(at(600)), C.before(at(600))), (at(1_200), at(0)));
}

/// G - C - 20 >= since, and no multiple below does.
#[test]
fn the_first_snapshot_is_the_lowest_that_lies_above_the_start() {
    for since in [0, 1, 579, 580, 581, 1_180, 1_181] {
        let first = C.first_snapshot(at(since)).get();
        assert!(C.is_grid(at(first)) && first - 600 - 20 >= since, "{since}: {first}");
        assert!(first - 600 < since + 620, "{since}: {first}");
    }
}

#[test]
fn the_twenty_blocks_below_work_and_the_last_ten_write_the_record() {
    let of = |height| calendar::duty(C, at(height), at(1_200));
    let duty = |writes_record| Some(Duty { grid: at(1_200), writes_record });
    assert_eq!([1_180, 1_181, 1_189].map(of), [None, duty(false), duty(false)]);
    assert_eq!([1_190, 1_199, 1_200].map(of), [duty(true), duty(true), None]);
    assert_eq!([581, 599].map(of), [None, None], "below the first");
}

/// Every height with a duty lies from where the grid wakes, and none of those below is one.
#[test]
fn between_a_grid_height_and_the_next_window_the_grid_sleeps() {
    let first = at(1_200);
    let wakes = |height| calendar::wakes(C, at(height), first).get();
    assert_eq!([1, 599, 600, 1_199, 1_200, 1_781].map(wakes), [1_181, 1_181, 1_181, 1_181, 1_781, 1_781]);
    for height in 1..3_000 {
        let has_duty = calendar::duty(C, at(height), first).is_some();
        assert_eq!(has_duty, wakes(height) <= height, "{height}");
    }
}
