use cosmwasm_std::{Event, StdResult, Storage};
use finality::Params;
use finality::active_set::ActiveSet;
use primitives::{BlockHeight, VotingPower};

use super::Block;
use super::liveness::{self, MissedHeight, Register};
use crate::rewards::weights::{Earnings, Turnout, set_units};
use crate::state::{ANCHORS, Progress, height_key, set_from, votes};

/// How many units of work a block has for the cursor and for this together: a unit is about 300 SDK gas.
const UNITS: u64 = 5_000;
/// How many of them are left for this, whatever the cursor took.
const UNITS_MIN: u64 = 1_200;
/// What a height costs beside its votes, in units.
const HEIGHT_UNITS: u64 = 8;

/// A height that is judged now.
#[derive(Clone, Copy)]
struct Due {
    height: BlockHeight,
    /// Its votes have had their time too.
    is_closed: bool,
}

/// What is found of a height: who voted there, and what those get who missed too much.
struct Judged {
    due: Due,
    turnout: Turnout,
    absence: Option<liveness::Verdict>,
}

/// What a block settles: its records are loaded once and written once.
#[derive(Default)]
struct Work {
    units: u64,
    /// The active set of the heights up to this one.
    set: Option<(BlockHeight, ActiveSet)>,
    bucket: votes::StripBucket,
    earnings: Earnings,
    register: Register,
}

/// Closes heights at which votes have had their time, credits who voted, and judges who was absent there.
///
/// A height is closed `vote_window` blocks after the cursor passed it; without quorum it is judged
/// [`judged_after`](Params::judged_after) blocks after itself, so that an outage ends by the absent going to jail, while
/// votes there stay welcome until it is final (RULINGS.md, "Settled heights" and "Absence"). `used` is what
/// the cursor took of the units.
pub fn settle(
    storage: &mut dyn Storage,
    params: &Params,
    progress: &mut Progress,
    block: &Block,
    used: u64,
) -> StdResult<(Vec<Event>, u64)> {
    let passed = passed_long_ago(storage, params, progress, block)?;
    let units = UNITS.saturating_sub(used).max(UNITS_MIN);
    let mut work = Work::default();
    work.settle_judged(storage, progress, passed, units / 2)?;
    let mut events = vec![];
    while work.used() < units
        && let Some(due) = due(params, progress, block, passed)
        && let Some(judged) = work.judge(storage, params, progress, block, due)?
    {
        events.extend(work.record(storage, params, progress, block, judged)?);
    }
    let units = work.used();
    work.register.close(storage)?;
    work.earnings.close(storage)?;
    Ok((events, units))
}

impl Work {
    /// Heights that were judged before the cursor passed them.
    fn settle_judged(
        &mut self,
        storage: &dyn Storage,
        progress: &mut Progress,
        passed: BlockHeight,
        units: u64,
    ) -> StdResult<()> {
        while self.used() < units && progress.marks.settled < passed.min(progress.marks.judged) {
            let height = progress.marks.settled.next();
            let turnout = self.turnout(storage, progress, height)?;
            self.units =
                self.units.saturating_add(self.earnings.credit(storage, progress, height, &turnout)?);
            progress.marks.settled = height;
        }
        Ok(())
    }

    /// Finds who voted at a height, and what those get who missed too much. `None`: it has to wait for the next block.
    fn judge(
        &mut self,
        storage: &dyn Storage,
        params: &Params,
        progress: &Progress,
        block: &Block,
        due: Due,
    ) -> StdResult<Option<Judged>> {
        let turnout = self.turnout(storage, progress, due.height)?;
        let absence = match (&turnout, &self.set) {
            (Turnout::Missing(absent), Some((_, set))) if !absent.is_empty() => {
                let missed = MissedHeight { height: due.height, set, absent };
                match liveness::judge(&mut self.register, storage, params, progress, block, &missed)? {
                    None => return Ok(None),
                    verdict => verdict,
                }
            }
            _ => None,
        };
        Ok(Some(Judged { due, turnout, absence }))
    }

    /// Jails, moves the marks, and credits who voted at a height that is closed.
    fn record(
        &mut self,
        storage: &mut dyn Storage,
        params: &Params,
        progress: &mut Progress,
        block: &Block,
        judged: Judged,
    ) -> StdResult<Vec<Event>> {
        let Judged { due: Due { height, is_closed }, turnout, absence } = judged;
        let events = match absence {
            Some(verdict) => verdict.record(&mut self.register, storage, params, progress, block)?,
            None => vec![],
        };
        progress.marks.judged = height;
        if is_closed && progress.marks.settled.next() == height {
            let units = self.earnings.credit(storage, progress, height, &turnout)?;
            self.units = self.units.saturating_add(units);
            progress.marks.settled = height;
        }
        Ok(events)
    }

    fn used(&self) -> u64 {
        self.units.saturating_add(self.register.units)
    }

    fn turnout(
        &mut self,
        storage: &dyn Storage,
        progress: &Progress,
        height: BlockHeight,
    ) -> StdResult<Turnout> {
        self.units = self.units.saturating_add(HEIGHT_UNITS);
        if everybody_voted(progress, height) {
            return Ok(Turnout::Everyone);
        }
        let Some(total) = electorate(storage, progress, height)? else { return Ok(Turnout::NoElectorate) };
        let count = votes::count_in(storage, height, BlockHeight::default(), &mut self.bucket)?;
        self.units = self.units.saturating_add(count.units);
        if count.power == total {
            return Ok(Turnout::Everyone);
        }
        let set = self.set_at(storage, height)?;
        let is_absent = |id| !count.voters.contains(&id);
        let with_power = set.members().iter().filter(|member| !member.power.is_zero());
        Ok(Turnout::Missing(with_power.map(|member| member.id).filter(|id| is_absent(*id)).collect()))
    }

    /// The active set of a height that is not settled yet; heights come in order.
    fn set_at(&mut self, storage: &dyn Storage, height: BlockHeight) -> StdResult<&ActiveSet> {
        let known = self.set.take().filter(|(through, _)| height <= *through);
        let (through, set) = match known {
            Some(known) => known,
            None => {
                let loaded = set_from(storage, height)?;
                self.units = self.units.saturating_add(set_units(&loaded.1));
                loaded
            }
        };
        Ok(&self.set.insert((through, set)).1)
    }
}

/// The next height to judge, if it is time: it has waited long enough, or the cursor passed it.
fn due(params: &Params, progress: &Progress, block: &Block, passed: BlockHeight) -> Option<Due> {
    let height = progress.marks.judged.next();
    let is_closed = height <= passed;
    // With quorum, votes there have their time first.
    let overdue = block.height.saturating_sub(params.judged_after());
    let is_overdue = height > progress.marks.cursor && height <= overdue;
    ((is_closed || is_overdue) && height < block.height).then_some(Due { height, is_closed })
}

/// Where the cursor was `vote_window` blocks ago.
fn passed_long_ago(
    storage: &dyn Storage,
    params: &Params,
    progress: &Progress,
    block: &Block,
) -> StdResult<BlockHeight> {
    let then = height_key(block.height.saturating_sub(params.vote_window));
    let anchor = ANCHORS.may_load(storage, &then)?;
    Ok(anchor.map_or(progress.marks.settled, |anchor| anchor.cursor))
}

fn everybody_voted(progress: &Progress, height: BlockHeight) -> bool {
    let back = progress.marks.cursor.above(height);
    height <= progress.marks.cursor && back < 64 && progress.marks.partial >> back & 1 == 0
}

/// The power that could vote at a height. None at holes and at heights without a set.
fn electorate(
    storage: &dyn Storage,
    progress: &Progress,
    height: BlockHeight,
) -> StdResult<Option<VotingPower>> {
    if height < progress.marks.activation {
        return Ok(None);
    }
    let total = ANCHORS.may_load(storage, &height_key(height))?.and_then(|anchor| anchor.total);
    Ok(total.filter(|total| !total.is_zero()))
}
