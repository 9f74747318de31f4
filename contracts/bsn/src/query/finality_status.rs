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
mod tests;
