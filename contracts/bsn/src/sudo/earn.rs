use cosmwasm_std::{StdResult, Storage};
use finality::active_set::ActiveSet;
use finality::rewards::{Missed, Weights};
use primitives::BlockHeight;

use super::settle::Roll;
use crate::state::{MISSED, Progress, SETS, WEIGHTS, at, is_resumed, set_at};

/// Credits those who voted at a height that is settled now; heights come in order, each once.
pub fn credit(
    storage: &mut dyn Storage,
    progress: &mut Progress,
    height: BlockHeight,
    roll: &Roll,
) -> StdResult<()> {
    let below = height.previous();
    if height <= progress.set_since
        && let Some(ended) = SETS.may_load(storage, &at(below))?
    {
        weigh(storage, progress, &ended, below)?;
        SETS.remove(storage, &at(below));
    }
    let unpaid = match roll {
        Roll::Nobody => return Ok(()),
        Roll::Full => &[][..],
        Roll::Partial(_) if is_resumed(storage, progress, height)? => return Ok(()),
        Roll::Partial(absence) => &absence.unpaid,
    };
    progress.earned = progress.earned.saturating_add(1);
    if !unpaid.is_empty() {
        let mut missed = MISSED.may_load(storage)?.unwrap_or_default();
        missed.note(height, unpaid);
        MISSED.save(storage, &missed)?;
    }
    Ok(())
}

/// What everybody has earned in the period that ends; [`begin_period`] is to follow.
pub fn end_period(storage: &mut dyn Storage, progress: &mut Progress) -> StdResult<Weights> {
    let set = set_at(storage, progress, progress.settled)?;
    weigh(storage, progress, &set, progress.settled)?;
    Ok(WEIGHTS.may_load(storage)?.unwrap_or_default().frozen())
}

/// Forgets what was earned before: the books have it.
pub fn begin_period(storage: &mut dyn Storage) -> StdResult<()> {
    let mut weights = WEIGHTS.may_load(storage)?.unwrap_or_default();
    weights.clear();
    WEIGHTS.save(storage, &weights)
}

/// Turns the heights of a set, the last of them `last`, into weights.
fn weigh(
    storage: &mut dyn Storage,
    progress: &mut Progress,
    set: &ActiveSet,
    last: BlockHeight,
) -> StdResult<()> {
    if progress.earned == 0 {
        return Ok(());
    }
    let mut missed: Missed = MISSED.may_load(storage)?.unwrap_or_default();
    let mut weights = WEIGHTS.may_load(storage)?.unwrap_or_default();
    weights.add(set, progress.earned, &missed, last);
    WEIGHTS.save(storage, &weights)?;
    if !missed.is_empty() {
        missed.clear();
        MISSED.save(storage, &missed)?;
    }
    progress.earned = 0;
    Ok(())
}
