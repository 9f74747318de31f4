use cosmwasm_std::{StdResult, Storage};
use finality::active_set::ActiveSet;
use finality::rewards::{Missed, Weights};
use primitives::{BlockHeight, FpId};

use crate::state::{MISSED, Progress, SETS, WEIGHTS, height_key, is_resumed, set_at};

/// What it costs to load a resumption that names as many as it may, in units.
const RESUMED_UNITS: u64 = 10;
/// What loading a set costs, and weighing it when it has ended, for each eight of its members.
const SET_EIGHT_UNITS: u64 = 4;

/// The turnout at a height.
pub enum Turnout {
    /// No FP could vote.
    NoElectorate,
    /// Every FP with power voted.
    Everyone,
    /// All but these FPs, by ascending number: they have power, and no vote for the canonical hash.
    Missing(Vec<FpId>),
}

/// What it costs to load a set, or to weigh it, in units of about 300 SDK gas.
pub fn set_units(set: &ActiveSet) -> u64 {
    let eights = u64::try_from(set.len() / 8).unwrap_or(u64::MAX);
    SET_EIGHT_UNITS.saturating_mul(eights.saturating_add(1))
}

/// The records of what is earned while a hook settles: loaded when they are needed, written when it is done.
#[derive(Default)]
pub struct Earnings {
    missed: Option<Missed>,
    weights: Option<Weights>,
    /// The last heights of sets that are weighed.
    ended: Vec<BlockHeight>,
}

impl Earnings {
    /// Credits those who voted at a height that is settled now; heights come in order, each once. What that cost, in units
    /// of about 300 SDK gas.
    pub fn credit(
        &mut self,
        storage: &dyn Storage,
        progress: &mut Progress,
        height: BlockHeight,
        turnout: &Turnout,
    ) -> StdResult<u64> {
        let below = height.previous();
        let mut units = 0;
        if height <= progress.set.since
            && let Some(ended) = SETS.may_load(storage, &height_key(below))?
        {
            units = set_units(&ended).saturating_mul(2);
            self.weigh(storage, progress, &ended, below)?;
            self.ended.push(below);
        }
        let unpaid = match turnout {
            Turnout::NoElectorate => return Ok(units),
            Turnout::Everyone => &[][..],
            Turnout::Missing(_) if is_resumed(storage, progress, height)? => {
                return Ok(units.saturating_add(RESUMED_UNITS));
            }
            Turnout::Missing(absent) => absent,
        };
        progress.marks.earned = progress.marks.earned.saturating_add(1);
        if !unpaid.is_empty() {
            let mut missed = self.missed(storage)?;
            missed.note(height, unpaid);
            self.missed = Some(missed);
        }
        Ok(units)
    }

    /// Writes what has changed. A set is deleted only when its heights are among the weights.
    pub fn close(self, storage: &mut dyn Storage) -> StdResult<()> {
        if let Some(weights) = &self.weights {
            WEIGHTS.save(storage, weights)?;
        }
        if let Some(missed) = &self.missed {
            MISSED.save(storage, missed)?;
        }
        for last in self.ended {
            SETS.remove(storage, &height_key(last));
        }
        Ok(())
    }

    /// Turns the heights of a set, the last of them `last`, into weights.
    fn weigh(
        &mut self,
        storage: &dyn Storage,
        progress: &mut Progress,
        set: &ActiveSet,
        last: BlockHeight,
    ) -> StdResult<()> {
        if progress.marks.earned == 0 {
            return Ok(());
        }
        let is_changed = self.missed.is_some();
        let (mut missed, mut weights) = (self.missed(storage)?, self.weights(storage)?);
        weights.add(set, progress.marks.earned, &missed, last);
        self.weights = Some(weights);
        if is_changed || !missed.is_empty() {
            missed.clear();
            self.missed = Some(missed);
        }
        progress.marks.earned = 0;
        Ok(())
    }

    /// Takes it out: who changes it puts it back, and so has it written.
    fn missed(&mut self, storage: &dyn Storage) -> StdResult<Missed> {
        match self.missed.take() {
            Some(missed) => Ok(missed),
            None => Ok(MISSED.may_load(storage)?.unwrap_or_default()),
        }
    }

    fn weights(&mut self, storage: &dyn Storage) -> StdResult<Weights> {
        match self.weights.take() {
            Some(weights) => Ok(weights),
            None => Ok(WEIGHTS.may_load(storage)?.unwrap_or_default()),
        }
    }
}

/// What everybody has earned in the period that ends; [`begin_period`] is to follow.
pub fn end_period(storage: &mut dyn Storage, progress: &mut Progress) -> StdResult<Weights> {
    let set = set_at(storage, progress.marks.settled)?;
    let mut earnings = Earnings::default();
    earnings.weigh(storage, progress, &set, progress.marks.settled)?;
    earnings.close(storage)?;
    Ok(WEIGHTS.may_load(storage)?.unwrap_or_default().frozen())
}

/// Forgets what was earned before: the books have it.
pub fn begin_period(storage: &mut dyn Storage) -> StdResult<()> {
    let mut weights = WEIGHTS.may_load(storage)?.unwrap_or_default();
    weights.clear();
    WEIGHTS.save(storage, &weights)
}
