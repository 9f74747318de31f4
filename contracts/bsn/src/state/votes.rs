//! Votes, in four places.
//!
//! ```text
//!   slot (height mod 256), id   the rule: written over by a later height, never deleted for its own sake
//!   height, id                  where the slot may still hold a vote that counts: in a long backlog
//!   height, first id            a batch: many votes of one height that came in one message
//!   first height of 64, id      strips: votes of one FP at consecutive heights that came in one message ([`Strips`])
//! ```
//!
//! A height may use a slot once the height 256 below it is forgotten: it lies below `votes_from`. So a record in a slot
//! counts only for the height that it names, and a record of a forgotten height is **stale**. The tally deletes the stale
//! records that it meets, so the votes of an FP that no longer votes disappear when its slot is counted next.

mod strips;

pub use strips::{StripBucket, Strips};

use cosmwasm_std::{StdResult, Storage};
use finality::vote::StoredVote;
use primitives::{BlockHeight, FpId, VotingPower};

use super::{OVERFLOW, SIGNATURES, SLOTS, VOTE_BATCHES, VoteBatch, height_fp_key, raw, remove_raw};

/// How many slots there are.
const SLOT_COUNT: u64 = 256;
/// How many votes make a batch. A batch costs every single vote at its height a look, so it must be worth one.
pub const BATCH_MIN: usize = 8;

/// How many votes outside of slots are forgotten in a block, at most: more than a height can have, so that the pile
/// shrinks. About 360,000 SDK gas.
pub const SINGLES_FORGOTTEN: usize = 256;
/// How many batches are: more than twice what a height can have. At most about 200,000 SDK gas.
const BATCHES_FORGOTTEN: usize = 64;

/// What a scan of a height found.
#[derive(Debug, Default)]
pub struct Count {
    /// The power of the votes for the canonical hash.
    pub power: VotingPower,
    /// Whose they are: those in slots, those outside, those on batches and on strips, each kind in the order of the FPs' numbers.
    pub voters: Vec<FpId>,
    /// What reading them cost, in units of about 300 SDK gas: a unit a record, and one for each hundred bytes.
    pub units: u64,
    /// What is left of forgotten heights.
    pub stale: Vec<Vec<u8>>,
}

fn slot(height: BlockHeight, id: FpId) -> [u8; 5] {
    let [.., slot] = height.get().to_be_bytes();
    let [a, b, c, d] = id.to_be_bytes();
    [slot, a, b, c, d]
}

/// The number at the end of a key.
fn id_of(key: &[u8]) -> FpId {
    key.last_chunk().map_or(FpId::MAX, |id| FpId::from_be_bytes(*id))
}

/// The height at the beginning of a key.
fn height_of(key: &[u8]) -> BlockHeight {
    BlockHeight::new(key.first_chunk().map_or(u64::MAX, |height| u64::from_be_bytes(*height)))
}

fn in_slot(storage: &dyn Storage, height: BlockHeight) -> Vec<(Vec<u8>, Vec<u8>)> {
    raw(storage, SLOTS.letter(), &slot(height, FpId::default()), &slot(height, FpId::MAX), usize::MAX)
}

fn at_height(storage: &dyn Storage, letter: u8, height: BlockHeight) -> Vec<(Vec<u8>, Vec<u8>)> {
    raw(
        storage,
        letter,
        &height_fp_key(height, FpId::default()),
        &height_fp_key(height, FpId::MAX),
        usize::MAX,
    )
}

/// Whether a vote is for the canonical hash, by the bytes behind its power: the 32 of the signature alone, or with the tag of
/// an absent hash behind them, as older versions wrote it ([`StoredVote`]). Reading them all would double the work of a count.
fn is_canonical(behind_power: &[u8]) -> bool {
    matches!(behind_power.get(32..), Some([] | [0]))
}

impl Count {
    fn record(&mut self, id: FpId, power: VotingPower, behind_power: &[u8]) {
        if is_canonical(behind_power) {
            self.power = self.power + power;
            self.voters.push(id);
        }
    }

    fn charge(&mut self, record: &[u8]) {
        self.units = self.units.saturating_add(units_of(record));
    }
}

fn units_of(record: &[u8]) -> u64 {
    u64::try_from(record.len() / 100).unwrap_or(u64::MAX).saturating_add(1)
}

/// Counts the votes at one height; see [`count_in`].
pub fn count(storage: &dyn Storage, height: BlockHeight, votes_from: BlockHeight) -> StdResult<Count> {
    count_in(storage, height, votes_from, &mut StripBucket::default())
}

/// Counts the votes at a height, without a look at signatures; heights below `votes_from` are forgotten. `bucket` is what
/// was loaded for the height before.
pub fn count_in(
    storage: &dyn Storage,
    height: BlockHeight,
    votes_from: BlockHeight,
    bucket: &mut StripBucket,
) -> StdResult<Count> {
    let mut count = Count::default();
    for (key, record) in in_slot(storage, height) {
        let ((at, power), rest): ((BlockHeight, _), _) = SLOTS.read_head(&record)?;
        count.charge(&record);
        if at == height {
            count.record(id_of(&key), power, rest);
        } else if at < votes_from {
            count.stale.push(key);
        }
    }
    for (key, record) in at_height(storage, OVERFLOW.letter(), height) {
        let (power, rest) = OVERFLOW.read_head(&record)?;
        count.charge(&record);
        count.record(id_of(&key), power, rest);
    }
    for (_, record) in at_height(storage, VOTE_BATCHES.letter(), height) {
        count.charge(&record);
        let VoteBatch { power, ids } = VOTE_BATCHES.read(&record)?;
        count.power = count.power + power;
        count.voters.extend(ids);
    }
    if height >= votes_from {
        count.units = count.units.saturating_add(bucket.load(storage, height)?);
        for (id, strips) in &bucket.strips {
            if let Some(power) = strips.power_at(height) {
                count.power = count.power + power;
                count.voters.push(*id);
            }
        }
    }
    Ok(count)
}

/// Deletes what [`count`] found stale.
pub fn forget_stale(storage: &mut dyn Storage, stale: &[Vec<u8>]) {
    for key in stale {
        remove_raw(storage, SLOTS.letter(), key);
    }
}

/// The vote of one FP at a height; heights below `votes_from` are forgotten.
pub fn vote_of(
    storage: &dyn Storage,
    votes_from: BlockHeight,
    height: BlockHeight,
    id: FpId,
) -> StdResult<Option<StoredVote>> {
    match SLOTS.may_load(storage, &slot(height, id))? {
        Some((at, vote)) if at == height => return Ok(Some(vote)),
        _ => {}
    }
    if let Some(vote) = OVERFLOW.may_load(storage, &height_fp_key(height, id))? {
        return Ok(Some(vote));
    }
    if let Some(vote) = strips::vote_of(storage, votes_from, height, id)? {
        return Ok(Some(vote));
    }
    for (key, record) in at_height(storage, VOTE_BATCHES.letter(), height) {
        let batch = VOTE_BATCHES.read(&record)?;
        if let Some(place) = batch.ids.iter().position(|other| *other == id) {
            let signatures =
                SIGNATURES.may_load(storage, &height_fp_key(height, id_of(&key)))?.unwrap_or_default();
            return Ok(signatures.get(place).map(on_sheet));
        }
    }
    Ok(None)
}

/// Whether an FP has a vote at a height, and how many batches it took to know. Signatures stay unread; heights below
/// `votes_from` are forgotten.
pub fn has_vote(
    storage: &dyn Storage,
    votes_from: BlockHeight,
    height: BlockHeight,
    id: FpId,
) -> StdResult<(bool, usize)> {
    if matches!(SLOTS.may_load(storage, &slot(height, id))?, Some((at, _)) if at == height)
        || OVERFLOW.may_load(storage, &height_fp_key(height, id))?.is_some()
        || strips::found(storage, votes_from, height, id)?.is_some()
    {
        return Ok((true, 0));
    }
    let batches = at_height(storage, VOTE_BATCHES.letter(), height);
    for (_, record) in &batches {
        if VOTE_BATCHES.read(record)?.ids.contains(&id) {
            return Ok((true, batches.len()));
        }
    }
    Ok((false, batches.len()))
}

fn on_sheet((power, signature): &(VotingPower, [u8; 32])) -> StoredVote {
    StoredVote { power: *power, signature: *signature, fork: None }
}

/// Records a vote; heights below `votes_from` are forgotten.
pub fn save(
    storage: &mut dyn Storage,
    votes_from: BlockHeight,
    height: BlockHeight,
    id: FpId,
    vote: &StoredVote,
) -> StdResult<()> {
    if height.above(votes_from) < SLOT_COUNT {
        return SLOTS.save(storage, &slot(height, id), &(height, *vote));
    }
    OVERFLOW.save(storage, &height_fp_key(height, id), vote)
}

/// Records votes for the canonical hash of one height that came together.
pub fn save_all(
    storage: &mut dyn Storage,
    votes_from: BlockHeight,
    height: BlockHeight,
    votes: &[(FpId, StoredVote)],
) -> StdResult<()> {
    match votes {
        [(first, _), ..] if votes.len() >= BATCH_MIN => {
            let key = height_fp_key(height, *first);
            let (mut batch, mut signatures) = (VoteBatch::default(), Vec::new());
            for (id, vote) in votes {
                batch.power = batch.power + vote.power;
                batch.ids.push(*id);
                signatures.push((vote.power, vote.signature));
            }
            VOTE_BATCHES.save(storage, &key, &batch)?;
            SIGNATURES.save(storage, &key, &signatures)
        }
        few => {
            for (id, vote) in few {
                save(storage, votes_from, height, *id, vote)?;
            }
            Ok(())
        }
    }
}

/// Records votes for the canonical hash of one FP that came together, in the order of their heights.
pub fn save_run(
    storage: &mut dyn Storage,
    votes_from: BlockHeight,
    id: FpId,
    votes: &[(BlockHeight, StoredVote)],
) -> StdResult<()> {
    for run in votes.chunk_by(strips::goes_on) {
        if strips::save(storage, id, run)? {
            continue;
        }
        for (height, vote) in run {
            save(storage, votes_from, *height, id, vote)?;
        }
    }
    Ok(())
}

/// Forgets votes outside of slots from one height to another, both included, the lowest first: a portion of each
/// kind. Answers up to which height: there the next portion has to begin, since this one may have ended within it. Strips
/// do not hold it back: they follow from wherever they were left, and nobody reads those of forgotten heights.
pub fn forget(storage: &mut dyn Storage, from: BlockHeight, to: BlockHeight) -> StdResult<BlockHeight> {
    let (first, last) = (height_fp_key(from, FpId::default()), height_fp_key(to, FpId::MAX));
    let singles = raw(storage, OVERFLOW.letter(), &first, &last, SINGLES_FORGOTTEN);
    let batches = raw(storage, VOTE_BATCHES.letter(), &first, &last, BATCHES_FORGOTTEN);
    let end = end_of(&singles, SINGLES_FORGOTTEN, to).min(end_of(&batches, BATCHES_FORGOTTEN, to));
    for (key, _) in singles.iter().filter(|(key, _)| height_of(key) <= end) {
        remove_raw(storage, OVERFLOW.letter(), key);
    }
    for (key, _) in batches.iter().filter(|(key, _)| height_of(key) <= end) {
        remove_raw(storage, VOTE_BATCHES.letter(), key);
        remove_raw(storage, SIGNATURES.letter(), key);
    }
    strips::forget(storage, end)?;
    Ok(end)
}

/// Up to which height a portion that was asked for up to `to` has the records.
fn end_of(portion: &[(Vec<u8>, Vec<u8>)], limit: usize, to: BlockHeight) -> BlockHeight {
    match portion.last() {
        Some((key, _)) if portion.len() == limit => height_of(key),
        _ => to,
    }
}

#[cfg(test)]
mod tests;
