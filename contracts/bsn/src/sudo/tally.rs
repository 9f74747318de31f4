use api::bsn::event::{FinalizeBlock, SkipHeight};
use cosmwasm_std::{Event, Order, StdResult, Storage};
use finality::tally::{Seat, Skipped, Step, step};
use primitives::{BlockHeight, VotingPower};

use super::Block;
use crate::state::{ANCHORS, Progress, VOTES, at, at_of};

/// How many units of work the cursor does in a block: a unit is about 300 SDK gas, one vote read.
const UNITS: u64 = 5_000;
/// What a height costs beside its votes, in units.
const HEIGHT_UNITS: u64 = 7;

/// Moves the cursor over every height that has quorum or could have none, until one waits or the portion is done.
/// The block being executed cannot have votes yet: the cursor stays below it.
pub fn tally(storage: &dyn Storage, progress: &mut Progress, block: &Block) -> StdResult<Vec<Event>> {
    let mut events = vec![];
    let mut units: u64 = 0;
    while units < UNITS && progress.cursor.next() < block.height {
        let height = progress.cursor.next();
        let seat = seat(storage, progress, height)?;
        let (voted, votes) = match seat {
            Seat::Open { .. } => voted(storage, height)?,
            Seat::Hole | Seat::Inactive => (VotingPower::ZERO, 0),
        };
        units = units.saturating_add(HEIGHT_UNITS).saturating_add(votes);
        match step(seat, voted) {
            Step::Wait => break,
            Step::Quorum => {
                let full = matches!(seat, Seat::Open { total } if total == voted);
                pass(progress, height, full);
                progress.last_quorum = Some(height);
                progress.gap = 0;
                events.push(finalized(height));
            }
            Step::Skip(reason) => {
                pass(progress, height, true);
                progress.gap = progress.gap.saturating_add(1);
                progress.longest_gap = progress.longest_gap.max(progress.gap);
                if progress.activated.is_some() {
                    events.push(skipped(height, reason));
                }
            }
        }
    }
    Ok(events)
}

fn seat(storage: &dyn Storage, progress: &Progress, height: BlockHeight) -> StdResult<Seat> {
    if height < progress.activation {
        return Ok(Seat::Inactive);
    }
    let total = ANCHORS.may_load(storage, &at(height))?.and_then(|anchor| anchor.total);
    Ok(total.map_or(Seat::Hole, |total| Seat::Open { total }))
}

/// The power of the canonical votes at a height, and how many votes were read.
pub fn voted(storage: &dyn Storage, height: BlockHeight) -> StdResult<(VotingPower, u64)> {
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

fn finalized(height: BlockHeight) -> Event {
    FinalizeBlock { module: "finality".into(), finalized_height: height.to_string() }.into()
}

fn skipped(height: BlockHeight, reason: Skipped) -> Event {
    let reason = match reason {
        Skipped::HookLost => "hook_lost",
        Skipped::NoActiveSet => "no_active_set",
        Skipped::BeforeActivation => "before_activation",
    };
    SkipHeight { height: height.to_string(), reason: reason.into() }.into()
}
