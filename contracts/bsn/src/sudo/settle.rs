use cosmwasm_std::{Event, StdResult, Storage};
use finality::Params;
use finality::active_set::ActiveSet;
use primitives::BlockHeight;

use super::{Block, absence, earn};
use crate::state::{ANCHORS, Progress, at, set_at, votes};

/// How many heights with absentees are judged in a block.
const JUDGED: u32 = 4;
/// How many heights that were judged before the cursor passed them are settled in a block.
const CAUGHT_UP: u32 = 6;
/// How many heights are settled in a block.
const SETTLED: u32 = 200;

/// Who voted at a height.
pub enum Roll {
    /// Nobody could have.
    Nobody,
    /// Everybody.
    Full,
    /// All but some.
    Partial(Absence),
}

/// Who did not vote at a height.
pub struct Absence {
    /// The active set there.
    pub set: ActiveSet,
    /// Without any vote.
    pub silent: Vec<u32>,
    /// Without a vote for the canonical hash.
    pub unpaid: Vec<u32>,
}

/// Closes heights at which votes have had their time, credits who voted, and judges who was absent there.
///
/// A height is closed `vote_window` blocks after the cursor passed it; without quorum it is judged
/// `missed_blocks_window` blocks after itself, so that an outage ends by the absent going to jail, while votes
/// there stay welcome until it is final (interfaces.md 11.1).
pub fn settle(
    storage: &mut dyn Storage,
    params: &Params,
    progress: &mut Progress,
    block: &Block,
) -> StdResult<Vec<Event>> {
    let passed = passed_long_ago(storage, params, progress, block)?;
    let overdue = block.height.saturating_sub(params.missed_blocks_window);
    for _ in 0..CAUGHT_UP {
        if progress.settled >= passed.min(progress.judged) {
            break;
        }
        let height = progress.settled.next();
        let roll = roll(storage, progress, height)?;
        earn::credit(storage, progress, height, &roll)?;
        progress.settled = height;
    }
    let mut events = vec![];
    let mut judged = 0;
    for _ in 0..SETTLED {
        let height = progress.judged.next();
        let is_passed = height <= passed;
        if !is_passed && height > overdue || height >= block.height || judged >= JUDGED {
            break;
        }
        if is_passed && progress.settled < progress.judged {
            break;
        }
        let roll = roll(storage, progress, height)?;
        if let Roll::Partial(absence) = &roll {
            judged += 1;
            events.extend(absence::judge(storage, params, progress, block, absence, height)?);
        }
        progress.judged = height;
        if is_passed {
            earn::credit(storage, progress, height, &roll)?;
            progress.settled = height;
        }
    }
    Ok(events)
}

/// Where the cursor was `vote_window` blocks ago.
fn passed_long_ago(
    storage: &dyn Storage,
    params: &Params,
    progress: &Progress,
    block: &Block,
) -> StdResult<BlockHeight> {
    let then = at(block.height.saturating_sub(params.vote_window));
    let anchor = ANCHORS.may_load(storage, &then)?;
    Ok(anchor.map_or(progress.settled, |anchor| anchor.cursor))
}

fn roll(storage: &dyn Storage, progress: &Progress, height: BlockHeight) -> StdResult<Roll> {
    if everybody_voted(progress, height) {
        return Ok(Roll::Full);
    }
    if !somebody_could_vote(storage, progress, height)? {
        return Ok(Roll::Nobody);
    }
    let set = set_at(storage, progress, height)?;
    let (mut silent, mut unpaid) = (Vec::new(), Vec::new());
    let votes = votes::votes_at(storage, height)?;
    for member in set.members().iter().filter(|member| !member.power.is_zero()) {
        match votes.iter().find(|(id, _)| *id == member.id) {
            None => {
                silent.push(member.id);
                unpaid.push(member.id);
            }
            Some((_, vote)) if vote.fork.is_some() => unpaid.push(member.id),
            Some(_) => {}
        }
    }
    Ok(Roll::Partial(Absence { set, silent, unpaid }))
}

fn everybody_voted(progress: &Progress, height: BlockHeight) -> bool {
    let back = progress.cursor.above(height);
    height <= progress.cursor && back < 64 && progress.full >> back & 1 == 1
}

/// Holes, and heights without a set, are nobody's fault.
fn somebody_could_vote(storage: &dyn Storage, progress: &Progress, height: BlockHeight) -> StdResult<bool> {
    let total = ANCHORS.may_load(storage, &at(height))?.and_then(|anchor| anchor.total);
    Ok(height >= progress.activation && total.is_some_and(|total| !total.is_zero()))
}
