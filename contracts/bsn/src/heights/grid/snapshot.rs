//! The snapshot of a grid height: a step a block, each with its mark last.
//!
//! ```text
//!   begin    who may be taken: the active set of R, with the lower of the powers at R and R'
//!   take     twenty-five of them, most power first
//!   name     the hash of those who were taken, once all were looked at
//! ```

use cosmwasm_std::{Order, StdResult, Storage};
use finality::Commitment;
use finality::grid::calendar::{Interval, LAG};
use finality::grid::committee::{Hasher, Seat};
use finality::grid::record::Named;
use finality::grid::snapshot::{self, Candidate, Mark, Settled, Verdict, Why};
use primitives::{BlockHeight, FpId, FpPublicKey, VotingPower};

use crate::state::{
    ANCHORS, CANDIDATES, FP_KEYS, GRID_WORK, Grid, Marks, PARAMS, PROVIDERS, SEATS, Work, anchored_below,
    commitment_from, height_key, height_of_key, power_at, set_at,
};

/// How many candidates a block looks at: some 5,000 SDK gas to write each, and as much again to read.
const PORTION: usize = 25;
/// How many grid heights may be open. Above that the old committee stays, so that what is kept is bounded.
pub const OPEN_MAX: u64 = 48;

/// The snapshot that is whole, and the power of the set that it was taken from; or why there is none.
pub fn outcome(work: Option<&Work>, at: BlockHeight) -> Result<(Named, VotingPower), Why> {
    let work = work.filter(|work| work.grid == at).ok_or(Why::Unfinished)?;
    match snapshot::settle(work.mark, work.candidates, work.active) {
        Settled::New => work.named.map(|named| (named, work.active)).ok_or(Why::Unfinished),
        Settled::Repeated(why) => Err(why),
    }
}

/// The next step of the snapshot of the grid height `of`, if there is any; and how far it is then.
pub fn portion(
    storage: &mut dyn Storage,
    grid: &Grid,
    marks: &Marks,
    of: BlockHeight,
) -> StdResult<Option<Work>> {
    let Some(work) = GRID_WORK.may_load(storage)?.filter(|work| work.grid == of) else {
        return begin(storage, grid, marks, of);
    };
    let work = if work.mark.done < work.candidates {
        take(storage, grid.interval, work)?
    } else if work.named.is_none() && outcome(Some(&work), of) == Err(Why::Unfinished) {
        name(storage, work)?
    } else {
        return Ok(Some(work));
    };
    GRID_WORK.save(storage, &work)?;
    Ok(Some(work))
}

/// Nothing begins where the set of R is not stored any more.
fn begin(storage: &mut dyn Storage, grid: &Grid, marks: &Marks, of: BlockHeight) -> StdResult<Option<Work>> {
    let open = grid.settled.above(grid.order.ordered_through);
    if grid.root.is_some() && open > grid.interval.blocks().saturating_mul(OPEN_MAX) {
        return Ok(None);
    }
    let lowest = of.saturating_sub(LAG - 1);
    let Some(r) = anchored_below(storage, lowest)?.filter(|r| *r > marks.settled) else { return Ok(None) };
    let Some(anchor) = ANCHORS.may_load(storage, &height_key(r))? else { return Ok(None) };
    let before = match r.get().checked_sub(grid.interval.blocks()) {
        Some(before) => anchored_below(storage, BlockHeight::new(before).next())?,
        None => None,
    };
    let set = set_at(storage, r)?;
    let mut candidates = vec![];
    for member in set.members() {
        let then = match before {
            Some(before) => power_at(storage, member.id, before)?,
            None => VotingPower::ZERO,
        };
        let power = member.power.min(then).to_u64();
        candidates.push(Candidate {
            id: member.id,
            key: key_of(storage, member.id)?,
            power,
            is_slashed: false,
        });
    }
    let candidates: Vec<(FpId, u64)> =
        snapshot::ranked(candidates).iter().map(|candidate| (candidate.id, candidate.power)).collect();
    let work = Work {
        grid: of,
        taken: anchor.time,
        active: set.total(),
        timestamped: marks.timestamped,
        candidates: candidates.len(),
        mark: Mark::default(),
        named: None,
    };
    CANDIDATES.save(storage, &candidates)?;
    GRID_WORK.save(storage, &work)?;
    Ok(Some(work))
}

fn take(storage: &mut dyn Storage, interval: Interval, work: Work) -> StdResult<Work> {
    let max = usize::try_from(PARAMS.load(storage)?.max_active_finality_providers).unwrap_or(usize::MAX);
    let mut candidates = vec![];
    for (id, power) in CANDIDATES.load(storage)?.into_iter().skip(work.mark.done).take(PORTION) {
        let key = key_of(storage, id)?;
        let fp = PROVIDERS.may_load(storage, key.as_bytes())?;
        let is_slashed = fp.is_none_or(|fp| fp.status.is_slashed());
        candidates.push(Candidate { id, key, power, is_slashed });
    }
    let heights = interval.covered(work.grid);
    let from = Mark { done: 0, ..work.mark };
    let took = snapshot::portion(&candidates, from, (work.grid, interval, max), |candidate| {
        commitments(storage, candidate.id, heights, work.timestamped)
    })?;
    for verdict in took.verdicts {
        match verdict {
            Verdict::Taken(Seat { key, power, randomness }) => {
                let seat = height_of_key(work.grid, key.as_bytes());
                SEATS.save(storage, &seat, &(power, randomness))?;
            }
            Verdict::LeftOut(key, _) => SEATS.remove(storage, &height_of_key(work.grid, key.as_bytes())),
        }
    }
    let done = work.mark.done.saturating_add(took.mark.done);
    Ok(Work { mark: Mark { done, ..took.mark }, ..work })
}

fn name(storage: &dyn Storage, work: Work) -> StdResult<Work> {
    let mut hasher = Hasher::new(u64::try_from(work.mark.rows).unwrap_or(u64::MAX));
    let (first, last) = (height_of_key(work.grid, &[0; 32]), height_of_key(work.grid, &[u8::MAX; 32]));
    for seat in SEATS.range(storage, &first, &last, Order::Ascending) {
        let ([_, _, _, _, _, _, _, _, key @ ..], (power, randomness)) = seat?;
        let seat = Seat { key: FpPublicKey::from_bytes(key), power, randomness };
        seat.rows().for_each(|row| hasher.push(&row));
    }
    let named = Named { hash: hasher.finish(), total: work.mark.total, taken: work.taken };
    Ok(Work { named: Some(named), ..work })
}

/// The commitments of an FP that cover these heights and counted when the snapshot began.
fn commitments(
    storage: &dyn Storage,
    id: FpId,
    heights: [BlockHeight; 3],
    timestamped: BlockHeight,
) -> StdResult<Vec<Commitment>> {
    let mut found = vec![];
    for height in heights {
        found.extend(commitment_from(storage, id, height)?.filter(|one| one.counts(timestamped)));
    }
    Ok(found)
}

fn key_of(storage: &dyn Storage, id: FpId) -> StdResult<FpPublicKey> {
    let key = FP_KEYS.may_load(storage, &id.to_be_bytes())?;
    Ok(FpPublicKey::from_bytes(key.unwrap_or_default()))
}
