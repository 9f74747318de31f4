//! The snapshot of a grid height: a step a block, each with its mark last.
//!
//! ```text
//!   begin    who may be taken: the active set of R, with the lower of the powers at R and R'
//!   take     twenty-five of them, most power first
//!   name     the hash of those who were taken, once all were looked at
//! ```

use cosmwasm_std::{StdResult, Storage};
use finality::Commitment;
use finality::grid::calendar::{COVERED, LAG};
use finality::grid::committee::{Hasher, ROW_BYTES};
use finality::grid::record::Named;
use finality::grid::snapshot::{self, Candidate, Mark, PORTION_ROWS, Settled, Verdict, Why};
use primitives::{BlockHeight, FpId, FpPublicKey, VotingPower};

use crate::state::{
    ANCHORS, CANDIDATES, FP_KEYS, GRID_WORK, Grid, Marks, PARAMS, PROVIDERS, SEATS, Seat, Work,
    anchored_below, commitment_from, height_key, height_of_key, power_at, put, raw, set_at,
};

/// How many candidates a block looks at: some 5,000 SDK gas to write each, and as much again to read.
const PORTION: usize = 25;
/// How many grid heights may be open. Above that the old committee stays, so that what is kept is bounded.
pub const OPEN_MAX: u64 = api::bsn::raw::GRID_OPEN_MAX;

/// The snapshot that is whole, and the power of the set that it was taken from, in sats; or why there is none.
pub fn outcome(work: Option<&Work>, at: BlockHeight) -> Result<(Named, u64), Why> {
    let work = work.filter(|work| work.grid == at).ok_or(Why::Unfinished)?;
    match snapshot::settle(work.mark, work.candidates, VotingPower::new(work.active.into())) {
        Settled::New => {
            let hash = work.hash.ok_or(Why::Unfinished)?;
            Ok((Named { hash, total: work.mark.total, taken: work.taken }, work.active))
        }
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
    let work = match GRID_WORK.at(storage, &[]).filter(|work| work.grid == of) {
        None => match begin(storage, grid, marks, of)? {
            None => return Ok(None),
            Some(work) => work,
        },
        Some(mut work) => {
            if work.mark.done < work.candidates {
                take(storage, grid, &mut work)?;
            } else if work.hash.is_none() && outcome(Some(&work), of) == Err(Why::Unfinished) {
                work.hash = Some(hash(storage, &work));
            } else {
                return Ok(Some(work));
            }
            work
        }
    };
    GRID_WORK.save(storage, &[], &work);
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
    let before = anchored_below(storage, grid.interval.before(r).next())?;
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
    CANDIDATES.save(storage, &[], &candidates);
    Ok(Some(Work {
        grid: of,
        taken: anchor.time,
        active: set.total().to_u64(),
        counted_through: marks.counted_through(),
        candidates: candidates.len(),
        mark: Mark::default(),
        hash: None,
    }))
}

fn take(storage: &mut dyn Storage, grid: &Grid, work: &mut Work) -> StdResult<()> {
    let max = usize::try_from(PARAMS.load(storage)?.max_active_finality_providers).unwrap_or(usize::MAX);
    let candidates = CANDIDATES.at(storage, &[]).unwrap_or_default();
    let from = work.mark;
    for (id, power) in candidates.into_iter().skip(from.done).take(PORTION) {
        if work.mark.rows.saturating_add(COVERED) > from.rows.saturating_add(PORTION_ROWS) {
            break;
        }
        let key = key_of(storage, id)?;
        let is_slashed = PROVIDERS.may_load(storage, key.as_bytes())?.is_none_or(|fp| fp.status.is_slashed());
        let mut counted: Vec<Commitment> = vec![];
        for height in grid.interval.covered(work.grid) {
            let found = commitment_from(storage, id, height)?;
            counted.extend(found.filter(|one| one.counts(work.counted_through)));
        }
        let candidate = Candidate { id, key, power, is_slashed };
        let (verdict, mark) =
            snapshot::look(&candidate, work.mark, (work.grid, grid.interval, max), &counted);
        let place = height_of_key(work.grid, key.as_bytes());
        match verdict {
            Verdict::Taken(taken) => {
                SEATS.save(storage, &place, &Seat { power, randomness: taken.randomness });
            }
            Verdict::LeftOut(..) => SEATS.remove(storage, &place),
        }
        work.mark = mark;
    }
    Ok(())
}

fn hash(storage: &dyn Storage, work: &Work) -> [u8; 32] {
    let mut rows = Vec::with_capacity(work.mark.rows.saturating_mul(ROW_BYTES));
    for (key, seat) in seats(storage, work.grid) {
        let Seat { power, randomness } = seat;
        for Commitment { start, count, root, .. } in &randomness {
            put(&mut rows, &[], Some(key.as_bytes()));
            put(&mut rows, &[power], Some(root));
            put(&mut rows, &[start.get(), *count], None);
        }
    }
    Hasher::whole(u64::try_from(work.mark.rows).unwrap_or(u64::MAX), &rows)
}

/// The seats of the snapshot of a grid height, by key.
pub fn seats(storage: &dyn Storage, of: BlockHeight) -> Vec<(FpPublicKey, Seat)> {
    let (first, last) = (height_of_key(of, &[0; 32]), height_of_key(of, &[u8::MAX; 32]));
    let mut seats = vec![];
    for (key, seat) in raw(storage, SEATS.letter(), &first, &last, usize::MAX) {
        let key = key.last_chunk().copied().unwrap_or_default();
        seats.push((FpPublicKey::from_bytes(key), SEATS.read(&seat)));
    }
    seats
}

fn key_of(storage: &dyn Storage, id: FpId) -> StdResult<FpPublicKey> {
    let key = FP_KEYS.may_load(storage, &id.to_be_bytes())?;
    Ok(FpPublicKey::from_bytes(key.unwrap_or_default()))
}
