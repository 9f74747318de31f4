use api::bsn::event::{FinalizeBlock, SkipHeight};
use cosmwasm_std::{Event, Order, StdResult, Storage};
use finality::tally::{Seat, Skipped, Step, step, step_without};
use primitives::{BlockHeight, VotingPower};

use super::Block;
use crate::state::{ANCHORS, Progress, VOTES, at, at_of, power_at, resumption_from};

/// How many units of work the cursor does in a block: a unit is about 300 SDK gas, one vote read.
const UNITS: u64 = 5_000;
/// What a height costs beside its votes, in units.
const HEIGHT_UNITS: u64 = 7;
/// What it costs, in units, to look whether somebody named in a resumption voted, and what it could have.
const NAMED_UNITS: u64 = 9;

/// Moves the cursor over every height that has quorum or could have none, until one waits or the portion is done.
/// The block being executed cannot have votes yet: the cursor stays below it.
pub(super) fn tally(storage: &dyn Storage, progress: &mut Progress, block: &Block) -> StdResult<Vec<Event>> {
    let mut events = vec![];
    let mut units: u64 = 0;
    while units < UNITS && progress.cursor.next() < block.height {
        let height = progress.cursor.next();
        let (step, full, cost) = step_at(storage, progress, height)?;
        units = units.saturating_add(cost);
        match step {
            Step::Wait => break,
            Step::Quorum => {
                pass(progress, height, full);
                progress.last_quorum = Some(height);
                progress.gap = 0;
                events.push(finalized(height));
            }
            Step::Resume => {
                pass(progress, height, false);
                widen_gap(progress);
                progress.resumed = progress.resumed.saturating_add(1);
                events.push(skipped(height, "resumed"));
            }
            Step::Skip(reason) => {
                pass(progress, height, false);
                widen_gap(progress);
                if progress.activated.is_some() {
                    events.push(skipped(height, name(reason)));
                }
            }
        }
    }
    Ok(events)
}

/// What the cursor does at a height, whether everybody has voted there, and what it costs to know, in units.
pub fn step_at(
    storage: &dyn Storage,
    progress: &Progress,
    height: BlockHeight,
) -> StdResult<(Step, bool, u64)> {
    let seat = seat(storage, progress, height)?;
    let Seat::Open { total } = seat else { return Ok((step(seat, VotingPower::ZERO), false, HEIGHT_UNITS)) };
    let (voted, votes) = voted(storage, height)?;
    let (full, mut cost) = (total == voted, votes.saturating_add(HEIGHT_UNITS));
    if height > progress.resumed_through {
        return Ok((step(seat, voted), full, cost));
    }
    let Some(resumption) = resumption_from(storage, height)?.filter(|resumption| resumption.covers(height))
    else {
        return Ok((step(seat, voted), full, cost));
    };
    let mut absent = VotingPower::ZERO;
    for id in resumption.absent {
        if VOTES.may_load(storage, &at_of(height, id))?.is_none() {
            absent = absent + power_at(storage, id, height)?;
        }
        cost = cost.saturating_add(NAMED_UNITS);
    }
    Ok((step_without(seat, voted, absent), full, cost))
}

fn seat(storage: &dyn Storage, progress: &Progress, height: BlockHeight) -> StdResult<Seat> {
    if height < progress.activation {
        return Ok(Seat::Inactive);
    }
    let total = ANCHORS.may_load(storage, &at(height))?.and_then(|anchor| anchor.total);
    Ok(total.map_or(Seat::Hole, |total| Seat::Open { total }))
}

/// The power of the canonical votes at a height, and how many votes were read.
fn voted(storage: &dyn Storage, height: BlockHeight) -> StdResult<(VotingPower, u64)> {
    let (first, last) = (at_of(height, 0), at_of(height, u32::MAX));
    VOTES.range(storage, &first, &last, Order::Ascending).try_fold(
        (VotingPower::ZERO, 0u64),
        |(power, votes), vote| {
            let (_, vote) = vote?;
            Ok((power + vote.power, votes.saturating_add(1)))
        },
    )
}

fn pass(progress: &mut Progress, height: BlockHeight, full: bool) {
    progress.cursor = height;
    progress.full = progress.full << 1 | u64::from(full);
}

fn widen_gap(progress: &mut Progress) {
    progress.gap = progress.gap.saturating_add(1);
    progress.longest_gap = progress.longest_gap.max(progress.gap);
}

fn finalized(height: BlockHeight) -> Event {
    FinalizeBlock { module: "finality".into(), finalized_height: height.to_string() }.into()
}

fn skipped(height: BlockHeight, reason: &str) -> Event {
    SkipHeight { height: height.to_string(), reason: reason.into() }.into()
}

const fn name(reason: Skipped) -> &'static str {
    match reason {
        Skipped::HookLost => "hook_lost",
        Skipped::NoActiveSet => "no_active_set",
        Skipped::BeforeActivation => "before_activation",
    }
}
