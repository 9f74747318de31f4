use cosmwasm_std::{Order, StdResult, Storage};
use finality::Params;

use super::Block;
use crate::state::{ANCHORS, Progress, at, votes};
use primitives::BlockHeight;

/// How many votes outside of slots are forgotten in a block, at most: about 260,000 SDK gas.
const VOTES_PRUNED: usize = 200;
/// How many anchors are forgotten in a block, at most: more than one comes in, so the pile shrinks.
const ANCHORS_PRUNED: usize = 3;

/// Forgets settled votes and old anchors, a few a block.
pub fn prune(
    storage: &mut dyn Storage,
    params: &Params,
    progress: &mut Progress,
    block: &Block,
) -> StdResult<()> {
    prune_votes(storage, params, progress)?;
    prune_anchors(storage, params, progress, block)
}

fn prune_votes(storage: &mut dyn Storage, params: &Params, progress: &mut Progress) -> StdResult<()> {
    let keep_from = progress.settled.saturating_sub(params.vote_retention);
    if progress.votes_from >= keep_from {
        return Ok(());
    }
    if votes::forget(storage, progress.votes_from, keep_from.previous(), VOTES_PRUNED) {
        progress.votes_from = keep_from;
    }
    Ok(())
}

/// An anchor goes when it is old enough and nothing needs it: its height is settled and its votes are gone.
fn prune_anchors(
    storage: &mut dyn Storage,
    params: &Params,
    progress: &mut Progress,
    block: &Block,
) -> StdResult<()> {
    let Some(needed) = progress.votes_from.min(progress.settled).get().checked_sub(params.vote_window) else {
        return Ok(());
    };
    let (first, last) = (at(progress.anchors_from), at(BlockHeight::new(needed)));
    let old = ANCHORS
        .range(storage, &first, &last, Order::Ascending)
        .take(ANCHORS_PRUNED)
        .collect::<StdResult<Vec<_>>>()?;
    for (key, anchor) in old {
        if anchor.time.saturating_add(params.anchor_retention_s) > block.time {
            break;
        }
        ANCHORS.remove(storage, &key);
        progress.anchors_from = BlockHeight::new(u64::from_be_bytes(key)).next();
    }
    Ok(())
}
