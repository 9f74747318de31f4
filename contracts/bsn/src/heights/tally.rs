use api::bsn::event::{FinalizeBlock, SkipHeight};
use cosmwasm_std::{Event, StdResult, Storage};
use finality::tally::{HeightState, Skipped, Step, step, step_without};
use primitives::{BlockHeight, VotingPower};

use super::{Block, gaps};
use crate::state::votes::{self, Count, StripBucket};
use crate::state::{ANCHORS, Anchor, Progress, height_key, resumption_from, set_at};

/// How many units of work the cursor does in a block: a unit is about 300 SDK gas, one vote read.
const UNITS: u64 = 4_000;
/// What a height costs beside its votes, in units.
pub const HEIGHT_UNITS: u64 = 7;
/// What deleting a record costs, in units.
const DELETE_UNITS: u64 = 4;
/// What recording a gap costs, in units.
const GAP_UNITS: u64 = 10;
/// What it costs, in units, to leave out those who are named at a height: to load the resumption and the active set.
const RESUMED_UNITS: u64 = 40;
/// What it costs besides for each eight of the active set, in units.
const RESUMED_EIGHT_UNITS: u64 = 3;

/// Moves the cursor over every height that has quorum or could have none, until one waits or the portion is done; and how
/// many units that took. The block being executed cannot have votes yet: the cursor stays below it.
pub fn tally(
    storage: &mut dyn Storage,
    progress: &mut Progress,
    block: &Block,
) -> StdResult<(Vec<Event>, u64)> {
    let mut events = vec![];
    let mut units: u64 = 0;
    let mut bucket = StripBucket::default();
    gaps::forget_torn(storage, progress, block.height);
    while units < UNITS && progress.marks.cursor.next() < block.height {
        let height = progress.marks.cursor.next();
        let Inspection { step, everyone_voted, units: looked, stale } =
            inspect(storage, progress, height, &mut bucket)?;
        let deleted = u64::try_from(stale.len()).unwrap_or(u64::MAX).saturating_mul(DELETE_UNITS);
        units = units.saturating_add(looked).saturating_add(deleted);
        votes::forget_stale(storage, &stale);
        match step {
            Step::Wait => break,
            Step::Quorum => {
                pass(progress, height, everyone_voted);
                if gaps::close(storage, progress, height)? {
                    units = units.saturating_add(GAP_UNITS);
                }
                events.push(finalized(height));
            }
            Step::Resume => {
                pass(progress, height, false);
                gaps::resume(progress, height);
                events.push(skipped(height, "resumed"));
            }
            Step::Skip(reason) => {
                pass(progress, height, false);
                gaps::skip(progress, reason);
                if progress.set.activated.is_some() {
                    events.push(skipped(height, name(reason)));
                }
            }
        }
    }
    Ok((events, units))
}

/// What is found at a height.
pub struct Inspection {
    /// What the cursor does there.
    pub step: Step,
    /// Whether everybody has voted.
    everyone_voted: bool,
    /// What it cost to know.
    units: u64,
    /// What is left there of forgotten heights.
    stale: Vec<Vec<u8>>,
}

/// Looks at one height.
pub fn step_at(storage: &dyn Storage, progress: &Progress, height: BlockHeight) -> StdResult<Inspection> {
    inspect(storage, progress, height, &mut StripBucket::default())
}

fn inspect(
    storage: &dyn Storage,
    progress: &Progress,
    height: BlockHeight,
    bucket: &mut StripBucket,
) -> StdResult<Inspection> {
    let anchor = anchor_at(storage, progress, height)?;
    let state = height_state(progress, height, anchor.as_ref());
    let HeightState::Open { total } = state else {
        let step = step(state, VotingPower::ZERO);
        return Ok(Inspection { step, everyone_voted: false, units: HEIGHT_UNITS, stale: vec![] });
    };
    let Count { power: voted, voters, units: read, stale } =
        votes::count_in(storage, height, progress.marks.votes_from, bucket)?;
    let units = read.saturating_add(HEIGHT_UNITS);
    let mut found = Inspection { step: step(state, voted), everyone_voted: total == voted, units, stale };
    if height > progress.gaps.resumed_through || found.step == Step::Quorum {
        return Ok(found);
    }
    let Some(resumption) = resumption_from(storage, height)?.filter(|resumption| resumption.covers(height))
    else {
        return Ok(found);
    };
    let set = set_at(storage, height)?;
    found.units = units.saturating_add(resumed_units(set.len()));
    let is_absent = |id| resumption.absent.contains(&id) && !voters.contains(&id);
    let absent = set.members().iter().filter(|member| is_absent(member.id)).map(|member| member.power).sum();
    found.step = step_without(state, voted, absent);
    Ok(found)
}

fn resumed_units(members: usize) -> u64 {
    let eights = u64::try_from(members / 8).unwrap_or(u64::MAX);
    RESUMED_EIGHT_UNITS.saturating_mul(eights).saturating_add(RESUMED_UNITS)
}

/// What a height is to the cursor, by its anchor. One without a total is torn: a hole, like one that is absent.
pub fn height_state(progress: &Progress, height: BlockHeight, anchor: Option<&Anchor>) -> HeightState {
    match anchor {
        _ if height < progress.marks.activation => HeightState::Inactive,
        Some(Anchor { backlog_full: true, .. }) => HeightState::BacklogFull,
        Some(Anchor { total: Some(total), .. }) => HeightState::Open { total: *total },
        _ => HeightState::Hole,
    }
}

/// The anchor of a height; it is not read before activation, where nothing depends on it.
fn anchor_at(storage: &dyn Storage, progress: &Progress, height: BlockHeight) -> StdResult<Option<Anchor>> {
    match height < progress.marks.activation {
        true => Ok(None),
        false => ANCHORS.may_load(storage, &height_key(height)),
    }
}

fn pass(progress: &mut Progress, height: BlockHeight, everyone_voted: bool) {
    progress.marks.cursor = height;
    progress.marks.partial = progress.marks.partial << 1 | u64::from(!everyone_voted);
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
        Skipped::BacklogFull => "backlog_full",
        Skipped::BeforeActivation => "before_activation",
    }
}
