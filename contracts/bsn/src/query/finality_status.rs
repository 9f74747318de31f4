//! Whether a block is final, as `finality::block_finality` decides it from the heights that the cursor passed.

use api::bsn::{
    BlockFinality, Certificate, FinalityStatusResponse, LastFinalBlockResponse, SkipReason, VoteState,
    VoteStatus,
};
use cosmwasm_std::{StdResult, Storage, Uint128};
use finality::block_finality::{self, Finality, Verdict};
use finality::tally::{HeightState, Skipped, Step, step};
use primitives::{BlockHeight, VotingPower};

use super::seen::{self, Seen};
use crate::error::ContractError;
use crate::heights::tally::height_state;
use crate::state::{Progress, Stored, is_resumed};

/// Whether block `height` is final, by what, and how the vote at that very height stands.
///
/// Of heights that a version before 0.3.0 passed, a certificate that lies more than 1,000 anchored heights above is
/// not named.
pub fn status(store: &dyn Storage, height: BlockHeight) -> Result<FinalityStatusResponse, ContractError> {
    let progress = Progress::load(store)?;
    let seen = seen::at_height(store, height)?;
    let (block, by) = block(store, &progress, height)?;
    Ok(FinalityStatusResponse {
        height: height.get(),
        block,
        certified_by: by.map(|by| by.height.get()),
        vote: vote(store, &progress, height, seen.as_ref())?,
        gap_before: by.map(|by| by.gap_before),
        certificate: by.map(|by| certificate(store, &progress, &by)).transpose()?.flatten(),
        block_hash_hex: seen.as_ref().map(|seen| seen.anchor.block_hash.to_string()),
        app_hash_hex: seen.as_ref().map(|seen| seen.anchor.app_hash.to_string()),
    })
}

fn block(
    storage: &dyn Storage,
    progress: &Progress,
    height: BlockHeight,
) -> StdResult<(BlockFinality, Option<block_finality::Certificate>)> {
    let unknown = (BlockFinality::Unknown, None);
    if height.get() == 0 || height < progress.marks.anchors_from {
        return Ok(unknown);
    }
    let Some(anchored) = seen::first_from(storage, height)? else { return Ok(unknown) };
    let history = Stored { storage, progress };
    let Finality { verdict, certificate } = block_finality::judge(&history, height, anchored.height)?;
    let block = match verdict {
        Verdict::Final => BlockFinality::Final,
        Verdict::Pending => BlockFinality::Pending,
        Verdict::Resumed => BlockFinality::Resumed,
    };
    Ok((block, certificate))
}

fn certificate(
    store: &dyn Storage,
    progress: &Progress,
    by: &block_finality::Certificate,
) -> StdResult<Option<Certificate>> {
    let Some(seen) = seen::at_height(store, by.height)? else { return Ok(None) };
    let voted =
        (by.height >= progress.marks.votes_from).then(|| seen::voted(store, by.height)).transpose()?;
    Ok(Some(Certificate {
        total_power: shown(seen.total),
        voted_power: voted.map(shown),
        ranked_power: seen.anchor.ranked().map(shown),
        unbroken_since: by.unbroken_since.map(BlockHeight::get),
    }))
}

fn vote(
    store: &dyn Storage,
    progress: &Progress,
    height: BlockHeight,
    seen: Option<&Seen>,
) -> StdResult<VoteStatus> {
    let empty = VoteStatus { state: VoteState::None, reason: None, voted_power: None, total_power: None };
    let reached =
        height <= progress.marks.cursor || seen.is_some() || seen::first_from(store, height)?.is_some();
    if height.get() == 0 || !reached {
        return Ok(empty);
    }
    let state = height_state(progress, height, seen.map(|seen| &seen.anchor));
    let forgotten = height < progress.marks.votes_from;
    Ok(match (step(state, VotingPower::ZERO), state) {
        (Step::Skip(Skipped::HookLost), _) if height < progress.marks.anchors_from => {
            VoteStatus { state: VoteState::Pruned, ..empty }
        }
        (Step::Skip(why), _) => VoteStatus { state: VoteState::Skipped, reason: Some(reason(why)), ..empty },
        (_, HeightState::Open { total }) if forgotten => {
            VoteStatus { state: VoteState::Pruned, total_power: Some(shown(total)), ..empty }
        }
        (_, HeightState::Open { total }) => {
            let (state, reason) = match height <= progress.marks.cursor {
                true if is_resumed(store, progress, height)? => {
                    (VoteState::Skipped, Some(SkipReason::Resumed))
                }
                true => (VoteState::Quorum, None),
                false => (VoteState::Open, None),
            };
            let voted_power = Some(shown(seen::voted(store, height)?));
            VoteStatus { state, reason, voted_power, total_power: Some(shown(total)) }
        }
        (_, HeightState::Hole | HeightState::Inactive | HeightState::BacklogFull) => empty,
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

/// The highest final block that was anchored: the one below the highest quorum that makes a block final.
pub fn last_final_block(storage: &dyn Storage) -> Result<Option<LastFinalBlockResponse>, ContractError> {
    let progress = Progress::load(storage)?;
    let Some(quorum) = progress.gaps.last_final_by.or(progress.marks.last_quorum) else { return Ok(None) };
    let Some(height) = progress.marks.last_final else { return Ok(None) };
    let Some(block) = seen::at_height(storage, height)? else { return Ok(None) };
    let by = block_finality::certificate(&Stored { storage, progress: &progress }, quorum)?;
    Ok(Some(LastFinalBlockResponse {
        height: height.get(),
        block_hash_hex: block.anchor.block_hash.to_string(),
        certified_by: quorum.get(),
        certificate: certificate(storage, &progress, &by)?,
    }))
}

#[cfg(test)]
mod tests;
