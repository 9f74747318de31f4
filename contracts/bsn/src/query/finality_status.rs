//! Whether a block is final. The vote at a height is on the state *before* its block, so a block is final by
//! a quorum at a later height whose state contains an anchor at or above it (interfaces.md 11.3).

use api::bsn::{
    BlockFinality, FinalityStatusResponse, LastFinalBlockResponse, SkipReason, VoteState, VoteStatus,
};
use cosmwasm_std::{Order, StdResult, Storage, Uint128};
use finality::resume::Resumption;
use finality::tally::{Seat, Skipped, Step, step};
use primitives::{BlockHeight, VotingPower};

use super::seen::{self, Seen};
use crate::error::ContractError;
use crate::state::{PROGRESS, Progress, resumption_from};

/// How many heights are looked at for a certificate, and for the gap below it.
const SCAN: usize = 300;
/// How many resumptions, one below the other, are looked through for the last final block.
const RESUMPTIONS: usize = 8;

/// Whether block `height` is final, by what, and how the vote at that very height stands.
///
/// A final block whose certificate lies more than 300 anchored heights above is answered without it.
pub fn status(store: &dyn Storage, height: BlockHeight) -> Result<FinalityStatusResponse, ContractError> {
    let progress = PROGRESS.load(store)?;
    let seen = seen::at_height(store, height)?;
    let block = block(store, &progress, height)?;
    let certified_by = match block {
        BlockFinality::Final | BlockFinality::Resumed => certificate(store, &progress, height)?,
        BlockFinality::Pending | BlockFinality::Unknown => None,
    };
    Ok(FinalityStatusResponse {
        height: height.get(),
        block,
        certified_by: certified_by.map(BlockHeight::get),
        vote: vote(store, &progress, height, seen.as_ref())?,
        gap_before: certified_by.map(|by| gap_before(store, &progress, by)).transpose()?,
        block_hash_hex: seen.as_ref().map(|seen| seen.anchor.block_hash.to_string()),
        app_hash_hex: seen.as_ref().map(|seen| seen.anchor.app_hash.to_string()),
    })
}

fn block(store: &dyn Storage, progress: &Progress, height: BlockHeight) -> StdResult<BlockFinality> {
    if height.get() == 0 || height < progress.anchors_from {
        return Ok(BlockFinality::Unknown);
    }
    let Some(anchored) = seen::first_from(store, height)? else { return Ok(BlockFinality::Unknown) };
    let from = anchored.height.next();
    if let Some(resumption) = resumed_above(store, progress, height)? {
        let below = seen::range(store, from, resumption.from.previous(), Order::Ascending);
        let is_final = first_quorum(store, below, progress)?.is_some();
        return Ok(if is_final { BlockFinality::Final } else { BlockFinality::Resumed });
    }
    let is_final = progress.last_quorum.is_some_and(|quorum| quorum >= from);
    Ok(if is_final { BlockFinality::Final } else { BlockFinality::Pending })
}

/// The lowest resumption that ends at or above a height.
fn resumed_above(
    store: &dyn Storage,
    progress: &Progress,
    height: BlockHeight,
) -> StdResult<Option<Resumption>> {
    if height > progress.resumed_through { Ok(None) } else { resumption_from(store, height) }
}

/// The lowest height with quorum above the first anchor at or above `height`.
fn certificate(
    store: &dyn Storage,
    progress: &Progress,
    height: BlockHeight,
) -> StdResult<Option<BlockHeight>> {
    let Some(anchored) = seen::first_from(store, height)? else { return Ok(None) };
    let from = anchored.height.next().max(progress.activation);
    let from = match resumed_above(store, progress, from)? {
        Some(resumption) if resumption.covers(from) => resumption.through.next(),
        _ => from,
    };
    first_quorum(store, seen::range(store, from, progress.cursor, Order::Ascending), progress)
}

/// How many heights directly below were skipped; all that are remembered where no quorum is near.
fn gap_before(store: &dyn Storage, progress: &Progress, certified_by: BlockHeight) -> StdResult<u64> {
    let below = certified_by.previous();
    let from = progress.anchors_from.max(BlockHeight::new(1));
    let quorum = first_quorum(store, seen::range(store, from, below, Order::Descending), progress)?;
    Ok(below.above(quorum.unwrap_or_else(|| from.previous())))
}

fn first_quorum(
    store: &dyn Storage,
    heights: impl Iterator<Item = StdResult<Seen>>,
    progress: &Progress,
) -> StdResult<Option<BlockHeight>> {
    for seen in heights.take(SCAN) {
        let seen = seen?;
        if seen.has_quorum(store, progress)? {
            return Ok(Some(seen.height));
        }
    }
    Ok(None)
}

fn vote(
    store: &dyn Storage,
    progress: &Progress,
    height: BlockHeight,
    seen: Option<&Seen>,
) -> StdResult<VoteStatus> {
    let empty = VoteStatus { state: VoteState::None, reason: None, voted_power: None, total_power: None };
    let reached = height <= progress.cursor || seen.is_some() || seen::first_from(store, height)?.is_some();
    if height.get() == 0 || !reached {
        return Ok(empty);
    }
    let seat = seen::seat(progress, height, seen);
    let forgotten = height < progress.votes_from;
    Ok(match (step(seat, VotingPower::ZERO), seat) {
        (Step::Skip(Skipped::HookLost), _) if height < progress.anchors_from => {
            VoteStatus { state: VoteState::Pruned, ..empty }
        }
        (Step::Skip(why), _) => VoteStatus { state: VoteState::Skipped, reason: Some(reason(why)), ..empty },
        (_, Seat::Open { total }) if forgotten => {
            VoteStatus { state: VoteState::Pruned, total_power: Some(shown(total)), ..empty }
        }
        (_, Seat::Open { total }) => {
            let (state, reason) = match height <= progress.cursor {
                true if seen::is_resumed(store, progress, height)? => {
                    (VoteState::Skipped, Some(SkipReason::Resumed))
                }
                true => (VoteState::Quorum, None),
                false => (VoteState::Open, None),
            };
            let voted_power = Some(shown(seen::voted(store, height)?));
            VoteStatus { state, reason, voted_power, total_power: Some(shown(total)) }
        }
        (_, Seat::Hole | Seat::Inactive | Seat::Full) => empty,
    })
}

fn reason(why: Skipped) -> SkipReason {
    match why {
        Skipped::HookLost => SkipReason::HookLost,
        Skipped::NoActiveSet => SkipReason::NoActiveSet,
        Skipped::BacklogFull => SkipReason::BacklogFull,
        Skipped::BeforeActivation => SkipReason::BeforeActivation,
    }
}

fn shown(power: VotingPower) -> Uint128 {
    Uint128::new(power.get())
}

/// The highest final block that was anchored. What lies between it and the last quorum is a hole, so that
/// quorum is the lowest that certifies it; unless that is the first one after a resumption, which makes nothing
/// below final.
pub fn last_final_block(store: &dyn Storage) -> Result<Option<LastFinalBlockResponse>, ContractError> {
    let progress = PROGRESS.load(store)?;
    let mut certified_by = progress.last_quorum;
    for _ in 0..RESUMPTIONS {
        let Some(quorum) = certified_by else { return Ok(None) };
        let first = BlockHeight::new(1);
        let below = seen::range(store, first, quorum.previous(), Order::Descending).next().transpose()?;
        let Some(below) = below else { return Ok(None) };
        if !seen::is_resumed(store, &progress, below.height)? {
            return Ok(Some(LastFinalBlockResponse {
                height: below.height.get(),
                block_hash_hex: below.anchor.block_hash.to_string(),
                certified_by: quorum.get(),
            }));
        }
        let Some(resumption) = resumption_from(store, below.height)? else { return Ok(None) };
        let before = seen::range(store, first, resumption.from.previous(), Order::Descending);
        certified_by = first_quorum(store, before, &progress)?;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::seen::tests::{anchor, progress};
    use super::*;
    use cosmwasm_std::testing::MockStorage;

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
        assert_eq!(last_final_block(&store).unwrap().unwrap().height, 2);
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
        let mut progress = PROGRESS.load(&store).unwrap();
        progress.votes_from = BlockHeight::new(3);
        progress.anchors_from = BlockHeight::new(2);
        PROGRESS.save(&mut store, &progress).unwrap();
        crate::state::ANCHORS.remove(&mut store, &crate::state::at(BlockHeight::new(1)));
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
        let mut progress = PROGRESS.load(&store).unwrap();
        progress.resumed_through = BlockHeight::new(7);
        PROGRESS.save(&mut store, &progress).unwrap();
        let resumption =
            Resumption { from: BlockHeight::new(5), through: BlockHeight::new(7), absent: vec![0] };
        crate::state::RESUMED.save(&mut store, &crate::state::at(resumption.through), &resumption).unwrap();
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
    fn the_last_final_block_is_below_a_resumption_until_two_heights_above_it_have_quorum() {
        let mut store = resumed();
        let mut last = |quorum| {
            let mut progress = PROGRESS.load(&store).unwrap();
            (progress.cursor, progress.last_quorum) =
                (BlockHeight::new(quorum), Some(BlockHeight::new(quorum)));
            PROGRESS.save(&mut store, &progress).unwrap();
            last_final_block(&store).unwrap().map(|block| (block.height, block.certified_by))
        };
        assert_eq!(last(4), Some((3, 4)));
        assert_eq!(last(8), Some((3, 4)));
        assert_eq!(last(9), Some((8, 9)));
    }

    #[test]
    fn nothing_is_final_before_the_first_quorum() {
        let mut store = MockStorage::new();
        progress(&mut store, 0, 0);
        anchor(&mut store, 1, Some(9));
        assert_eq!(last_final_block(&store).unwrap(), None);
        assert_eq!(status(&store, BlockHeight::new(1)).unwrap().block, BlockFinality::Pending);
    }
}
