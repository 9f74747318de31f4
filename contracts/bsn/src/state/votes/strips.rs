//! Strips: votes of one FP for the canonical hash at consecutive heights, with one power, that came in one message. A strip
//! lies within a **bucket**: 64 heights, of which the first is a multiple of 64.
//!
//! Whoever counts reads [`Strips`] alone; the signatures are for duplicates and evidence. A bucket is deleted when all of its
//! heights are forgotten. Until then `votes_from` says which of them are, so that none of their votes comes back.

use cosmwasm_std::{StdResult, Storage};
use finality::vote::StoredVote;
use primitives::{BlockHeight, FpId, VotingPower};
use serde::{Deserialize, Serialize};

use super::{at_height, height_of, id_of, units_of};
use crate::state::{STRIP_SIGNATURES, STRIPS, height_fp_key, raw, remove_raw};

/// How many heights a bucket has: as many as there are bits.
const HEIGHTS: u64 = 64;
/// How many votes make a strip. It is written as two records, one of which is read at every height of its bucket, so it
/// must be worth them.
pub const STRIP_MIN: usize = 4;
/// How many powers an FP's strips in a bucket have. So the record that is read at every height has less than a hundred bytes.
const POWERS_MAX: usize = 4;

/// How many strips that are loaded cost whoever counts at a height a unit.
const STRIPS_A_UNIT: usize = 16;

/// How many records of strips and signatures are forgotten in a block: 200 votes at a height are in 50 strips at most,
/// which are 100 records, so the pile shrinks. At most about 170,000 SDK gas.
const RECORDS_FORGOTTEN: u32 = 128;
/// How many buckets of FPs so many records are at most.
const BUCKETS_FORGOTTEN: usize = 64;

/// An FP's strips in a bucket, without their signatures. A height of the bucket is a bit, the first the lowest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strips {
    /// Where strips begin.
    pub begins: u64,
    /// Each power, and where it voted with it.
    pub votes: Vec<(VotingPower, u64)>,
}

/// All FPs' strips in a bucket, loaded once for whoever counts at many heights in their order.
#[derive(Debug, Default)]
pub struct StripBucket {
    /// Its first height.
    first: Option<BlockHeight>,
    /// In the order of the FPs' numbers.
    pub strips: Vec<(FpId, Strips)>,
}

impl StripBucket {
    /// Loads the bucket of a height if it is not the one that is there; what that and a look at the height cost in units.
    pub fn load(&mut self, storage: &dyn Storage, height: BlockHeight) -> StdResult<u64> {
        let first = bucket(height);
        if self.first == Some(first) {
            return Ok(u64::try_from(self.strips.len() / STRIPS_A_UNIT).unwrap_or(u64::MAX));
        }
        *self = Self { first: Some(first), strips: Vec::new() };
        let mut units = 0_u64;
        for (key, record) in at_height(storage, STRIPS.letter(), first) {
            units = units.saturating_add(units_of(&record));
            self.strips.push((id_of(&key), STRIPS.read(&record)?));
        }
        Ok(units)
    }
}

/// The first height of the bucket that a height lies in.
pub fn bucket(height: BlockHeight) -> BlockHeight {
    BlockHeight::new(height.get() & !(HEIGHTS - 1))
}

fn bit(height: BlockHeight) -> u64 {
    1 << (height.get() & (HEIGHTS - 1))
}

impl Strips {
    /// The power of the vote at a height of the bucket, if there is one.
    pub fn power_at(&self, height: BlockHeight) -> Option<VotingPower> {
        let (power, _) = self.votes.iter().find(|(_, places)| places & bit(height) != 0)?;
        Some(*power)
    }

    /// Where the last strip begins that does not begin above a height of the bucket.
    fn begin(&self, height: BlockHeight) -> BlockHeight {
        let above = (self.begins & (bit(height) | (bit(height) - 1))).leading_zeros();
        bucket(height).saturating_add((HEIGHTS - 1).saturating_sub(u64::from(above)))
    }

    /// Adds a strip; whether its power has room.
    fn add(&mut self, first: BlockHeight, power: VotingPower, run: &[(BlockHeight, StoredVote)]) -> bool {
        let places = run.iter().fold(0, |places, (height, _)| places | bit(*height));
        let has_room = self.votes.len() < POWERS_MAX;
        match self.votes.iter_mut().find(|(other, _)| *other == power) {
            Some((_, same)) => *same |= places,
            None if has_room => self.votes.push((power, places)),
            None => return false,
        }
        self.begins |= bit(first);
        true
    }
}

/// Whether a vote goes on with the strip of the one before.
pub fn goes_on(before: &(BlockHeight, StoredVote), vote: &(BlockHeight, StoredVote)) -> bool {
    before.0.next() == vote.0 && bucket(before.0) == bucket(vote.0) && before.1.power == vote.1.power
}

/// Records votes that [go on](goes_on) with one another as a strip. Answers whether it did: they must be enough, and of a
/// power that has room.
pub fn save(storage: &mut dyn Storage, id: FpId, run: &[(BlockHeight, StoredVote)]) -> StdResult<bool> {
    let [(first, StoredVote { power, .. }), ..] = run else { return Ok(false) };
    if run.len() < STRIP_MIN {
        return Ok(false);
    }
    let key = height_fp_key(bucket(*first), id);
    let mut strips = STRIPS.may_load(storage, &key)?.unwrap_or_default();
    if !strips.add(*first, *power, run) {
        return Ok(false);
    }
    STRIPS.save(storage, &key, &strips)?;
    let signatures = run.iter().map(|(_, vote)| vote.signature).collect();
    STRIP_SIGNATURES.save(storage, &height_fp_key(*first, id), &signatures)?;
    Ok(true)
}

/// An FP's strips in the bucket of a height that is not forgotten, if it has a vote at that height there; and its power.
pub fn found(
    storage: &dyn Storage,
    votes_from: BlockHeight,
    height: BlockHeight,
    id: FpId,
) -> StdResult<Option<(Strips, VotingPower)>> {
    if height < votes_from {
        return Ok(None);
    }
    let Some(strips) = STRIPS.may_load(storage, &height_fp_key(bucket(height), id))? else { return Ok(None) };
    Ok(strips.power_at(height).map(|power| (strips, power)))
}

/// An FP's vote at a height, if it is on a strip.
pub fn vote_of(
    storage: &dyn Storage,
    votes_from: BlockHeight,
    height: BlockHeight,
    id: FpId,
) -> StdResult<Option<StoredVote>> {
    let Some((strips, power)) = found(storage, votes_from, height, id)? else { return Ok(None) };
    let begin = strips.begin(height);
    let signatures = STRIP_SIGNATURES.may_load(storage, &height_fp_key(begin, id))?.unwrap_or_default();
    let place = usize::try_from(height.above(begin)).unwrap_or(usize::MAX);
    Ok(signatures.get(place).map(|signature| StoredVote { power, signature: *signature, fork: None }))
}

/// Deletes a portion of the strips whose buckets end at `through` or below, the lowest first, with their signatures.
pub fn forget(storage: &mut dyn Storage, through: BlockHeight) -> StdResult<()> {
    let Some(last) = through.get().checked_sub(HEIGHTS - 1) else { return Ok(()) };
    let last = height_fp_key(BlockHeight::new(last), FpId::MAX);
    let mut left = RECORDS_FORGOTTEN;
    for (key, record) in raw(storage, STRIPS.letter(), &[], &last, BUCKETS_FORGOTTEN) {
        if left == 0 {
            break;
        }
        let Strips { begins, .. } = STRIPS.read(&record)?;
        let (first, id) = (height_of(&key), id_of(&key));
        for height in (0..HEIGHTS).map(|place| first.saturating_add(place)) {
            if begins & bit(height) != 0 {
                STRIP_SIGNATURES.remove(storage, &height_fp_key(height, id));
            }
        }
        remove_raw(storage, STRIPS.letter(), &key);
        left = left.saturating_sub(begins.count_ones().saturating_add(1));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
