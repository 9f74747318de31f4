use super::*;

const THROUGH: Progress =
    Progress { ordered_through: BlockHeight::new(1_200), closed_through: BlockHeight::new(600) };

fn judge(grid: u64, voted: u64, is_anchored: bool) -> Closing {
    THROUGH.judge(C, &Ballot { grid: at(grid), total: 300, voted, is_anchored })
}

#[test]
fn a_grid_height_closes_in_its_turn_by_more_than_two_thirds() {
    let closed = Progress { ordered_through: at(1_800), closed_through: at(1_800) };
    assert_eq!(judge(1_800, 201, true), Closing::Closes(closed));
    assert_eq!(judge(1_800, 200, true), Closing::Lacks(1));
    assert_eq!(judge(1_800, 0, true), Closing::Lacks(201));
    assert_eq!(judge(1_800, 300, false), Closing::Hole);
    assert_eq!(judge(2_400, 300, true), Closing::Waits);
    assert_eq!(judge(1_200, 300, true), Closing::Passed);
    let root = Progress::at_root(at(1_200));
    assert_eq!((root.turn(C), root.closed_through), (at(1_800), at(0)));
}

#[test]
fn an_excuse_moves_the_order_alone() {
    let excuse = |through, young| THROUGH.excuse(C, at(through), at(young));
    assert_eq!(excuse(2_400, 2_401), Ok(Progress { ordered_through: at(2_400), ..THROUGH }));
    assert_eq!(
        excuse(2_400, 2_400),
        Err(NotExcused::TooYoung { through: at(2_400), settled_below: at(2_400) })
    );
    assert_eq!(excuse(2_401, 9_999), Err(NotExcused::NoGridHeight { through: at(2_401), interval: 600 }));
    assert_eq!(
        excuse(1_200, 9_999),
        Err(NotExcused::Passed { through: at(1_200), ordered_through: at(1_200) })
    );
    let said = excuse(1_200, 9_999).unwrap_err().to_string();
    assert_eq!(said, "grid height 1200 is closed or excused: the grid is closed through 1200");
}

proptest! {
    #[test]
    fn the_least_quorum_is_one_and_one_less_is_none(total in any::<u64>()) {
        let least = quorum_of(total);
        prop_assert!(total == 0 || is_quorum(least, total));
        prop_assert!(!is_quorum(least - 1, total));
    }

    /// Two quorums of one committee have more than a third of it in common.
    #[test]
    fn two_quorums_share_more_than_a_third(total in 1_u64.., a in any::<u64>(), b in any::<u64>()) {
        let (a, b) = (a.min(total), b.min(total));
        if is_quorum(a, total) && is_quorum(b, total) {
            let shared = u128::from(a) + u128::from(b) - u128::from(total);
            prop_assert!(3 * shared > u128::from(total));
        }
    }
}
