use super::seen::tests::{anchor, progress};
use super::*;
use cosmwasm_std::testing::MockStorage;
use finality::block_finality::Gap;
use primitives::FpId;

/// Quorum at 1, 2 and 6; 3 is torn, 4 absent, nobody is active at 5; 7 is open.
fn fixture() -> MockStorage {
    let mut store = MockStorage::new();
    progress(&mut store, 6, 6);
    let totals = [(1, Some(9)), (2, Some(9)), (3, None), (5, Some(0)), (6, Some(9)), (7, Some(9))];
    for (height, total) in totals {
        anchor(&mut store, height, total);
    }
    store
}

fn asked(height: u64) -> FinalityStatusResponse {
    status(&fixture(), BlockHeight::new(height)).unwrap()
}

#[test]
fn a_block_is_final_by_the_next_quorum_above_an_anchor() {
    let by = |height| (asked(height).block, asked(height).certified_by, asked(height).gap_before);
    assert_eq!(by(1), (BlockFinality::Final, Some(2), Some(0)));
    for skipped_over in [2, 3, 4, 5] {
        assert_eq!(by(skipped_over), (BlockFinality::Final, Some(6), Some(3)), "{skipped_over}");
    }
    assert_eq!(by(6), (BlockFinality::Pending, None, None));
    assert_eq!(by(7), (BlockFinality::Pending, None, None));
    assert_eq!(by(8), (BlockFinality::Unknown, None, None));
}

#[test]
fn a_hole_directly_below_a_quorum_is_not_final_by_it() {
    let mut store = MockStorage::new();
    progress(&mut store, 4, 4);
    for (height, total) in [(2, Some(9)), (4, Some(9))] {
        anchor(&mut store, height, total);
    }
    let asked = |height| status(&store, BlockHeight::new(height)).unwrap();
    assert_eq!(asked(2).certified_by, Some(4));
    assert_eq!(asked(3).block, BlockFinality::Pending, "its hash is not in the state before block 4");
}

#[test]
fn a_vote_says_why_it_was_skipped() {
    let vote = |height| (asked(height).vote.state, asked(height).vote.reason);
    assert_eq!(vote(2), (VoteState::Quorum, None));
    assert_eq!(vote(3), (VoteState::Skipped, Some(SkipReason::HookLost)));
    assert_eq!(vote(4), (VoteState::Skipped, Some(SkipReason::HookLost)));
    assert_eq!(vote(5), (VoteState::Skipped, Some(SkipReason::NoActiveSet)));
    assert_eq!(vote(7), (VoteState::Open, None));
    assert_eq!(vote(8), (VoteState::None, None));
}

#[test]
fn what_is_forgotten_is_called_pruned_and_never_a_hole() {
    let mut store = fixture();
    let mut progress = Progress::load(&store).unwrap();
    progress.marks.votes_from = BlockHeight::new(3);
    progress.marks.anchors_from = BlockHeight::new(2);
    progress.save(&mut store).unwrap();
    crate::state::ANCHORS.remove(&mut store, &crate::state::height_key(BlockHeight::new(1)));
    for height in [1, 2] {
        let status = status(&store, BlockHeight::new(height)).unwrap();
        assert_eq!(status.vote.state, VoteState::Pruned, "{height}");
        assert_eq!(status.vote.voted_power, None);
    }
}

/// Quorum up to 4; 5 to 7 are resumed; quorum at 8 and 9.
fn resumed() -> MockStorage {
    let mut store = MockStorage::new();
    progress(&mut store, 9, 9);
    (1..=10).for_each(|height| anchor(&mut store, height, Some(9)));
    let mut progress = Progress::load(&store).unwrap();
    progress.gaps.resumed_through = BlockHeight::new(7);
    progress.save(&mut store).unwrap();
    let (first, last) = (BlockHeight::new(5), BlockHeight::new(7));
    let gap = Gap { first, last, resumed: Some(last) };
    crate::state::GAPS.save(&mut store, &crate::state::height_key(first), &gap).unwrap();
    store
}

#[test]
fn what_governance_resumed_is_never_final() {
    let store = resumed();
    let asked = |height| status(&store, BlockHeight::new(height)).unwrap();
    let block = |height| (asked(height).block, asked(height).certified_by);
    assert_eq!(block(3), (BlockFinality::Final, Some(4)));
    for height in 4..=7 {
        assert_eq!(block(height), (BlockFinality::Resumed, Some(8)), "{height}");
        assert_eq!(asked(height).gap_before, Some(3));
    }
    assert_eq!(block(8), (BlockFinality::Final, Some(9)));
    let vote = |height| (asked(height).vote.state, asked(height).vote.reason);
    assert_eq!(vote(4), (VoteState::Quorum, None));
    assert_eq!(vote(5), (VoteState::Skipped, Some(SkipReason::Resumed)));
    assert_eq!(vote(8), (VoteState::Quorum, None));
}

#[test]
fn a_certificate_says_how_much_power_stands_behind_it() {
    let mut store = fixture();
    crate::state::votes::save(
        &mut store,
        BlockHeight::default(),
        BlockHeight::new(2),
        FpId::new(0),
        &finality::vote::StoredVote { power: VotingPower::new(7), signature: [1; 32], fork: None },
    )
    .unwrap();
    let certificate = |store: &MockStorage| status(store, BlockHeight::new(1)).unwrap().certificate.unwrap();
    let expected = Certificate {
        total_power: Uint128::new(9),
        voted_power: Some(Uint128::new(7)),
        ranked_power: Some(Uint128::new(10)),
        unbroken_since: Some(1),
    };
    assert_eq!(certificate(&store), expected);
    let mut progress = Progress::load(&store).unwrap();
    progress.marks.votes_from = BlockHeight::new(3);
    progress.save(&mut store).unwrap();
    assert_eq!(certificate(&store), Certificate { voted_power: None, ..expected });
}

#[test]
fn nothing_is_final_before_the_first_quorum() {
    let mut store = MockStorage::new();
    progress(&mut store, 0, 0);
    anchor(&mut store, 1, Some(9));
    assert_eq!(last_final_block(&store).unwrap(), None);
    assert_eq!(status(&store, BlockHeight::new(1)).unwrap().block, BlockFinality::Pending);
}
