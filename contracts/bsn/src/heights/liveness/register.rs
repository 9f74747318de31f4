use cosmwasm_std::{StdResult, Storage};
use finality::liveness::{Absences, EXACT_MAX, MissBucket, bucket_of};
use primitives::{BlockHeight, FpId};

use crate::state::{ABSENCES, MISSED_AT, MISSES, height_key, raw, remove_raw};

/// How many buckets are taken off the sums before a height is judged. More are only there where the window was
/// shortened, or nobody missed anything for long; then judging waits for the next block.
const OUTDATED: usize = 64;
/// What it costs to load and write a bucket, in units of about 300 SDK gas; and each FP in it.
const BUCKET_UNITS: u64 = 12;
const NOTED_UNITS: u64 = 1;
/// What it costs to read what an older version noted of an FP.
const OLDER_UNITS: u64 = 5;
/// What taking off a bucket costs, and deleting it.
const OUTDATED_UNITS: u64 = 10;

/// A bucket and the first height that belongs to it.
pub type Begun = (BlockHeight, MissBucket);

/// The records of absence while a hook judges: loaded with the first absence, changed in memory, and written when it
/// is done.
#[derive(Default)]
pub struct Register {
    loaded: Option<Absences>,
    is_changed: bool,
    bucket: Option<Begun>,
    /// Buckets that are taken off, by their keys.
    outdated: Vec<Vec<u8>>,
    /// Every bucket below is among them.
    outdated_below: BlockHeight,
    /// How many FPs that missed too much were looked at.
    pub looked_at: u32,
    /// What was done so far, in units.
    pub units: u64,
}

/// What a height comes to in the sums.
pub struct Noted {
    /// Whom it is held against, by ascending number.
    pub accused: Vec<FpId>,
    /// It was noted before: by a hook that was torn afterwards.
    pub is_again: bool,
    /// A bucket that no later height belongs to: to be written.
    pub complete: Option<Begun>,
}

impl Register {
    /// Notes in memory who was absent at a height. `None`: more has to be taken off the sums first, and the height has to
    /// wait for the next block.
    pub fn note(
        &mut self,
        storage: &dyn Storage,
        height: BlockHeight,
        window: u64,
        absent: &[FpId],
    ) -> StdResult<Option<Noted>> {
        let mut absences = match self.loaded.take() {
            Some(absences) => absences,
            None => ABSENCES.may_load(storage)?.unwrap_or_default(),
        };
        let is_ready = self.take_off(storage, &mut absences, height, window)?;
        let absences = self.loaded.insert(absences);
        if !is_ready {
            return Ok(None);
        }
        let is_again = absences.contains(height);
        let begins = bucket_of(height, window);
        let accused = absences.accused(begins, absent);
        if accused.is_empty() {
            return Ok(Some(Noted { accused, is_again, complete: None }));
        }
        absences.note(height, &accused);
        self.is_changed = true;
        self.charge(accused.len(), NOTED_UNITS);
        let complete = self.note_in_bucket(storage, begins, height, &accused)?;
        Ok(Some(Noted { accused, is_again, complete }))
    }

    /// How many heights of the window an FP missed, what 0.2.0 noted of it included.
    pub fn missed(
        &mut self,
        storage: &dyn Storage,
        id: FpId,
        height: BlockHeight,
        window: u64,
    ) -> StdResult<u64> {
        let Some(absences) = &self.loaded else { return Ok(0) };
        let missed = absences.missed(id);
        if height.above(absences.began) > EXACT_MAX {
            return Ok(missed);
        }
        let Some(older) = MISSES.may_load(storage, &id.to_be_bytes())? else { return Ok(missed) };
        self.charge(1, OLDER_UNITS);
        Ok(missed.saturating_add(older.count(height, window)))
    }

    /// Forgets what an FP missed up to the block `now`.
    pub fn clear(&mut self, id: FpId, now: BlockHeight) {
        if let Some(absences) = &mut self.loaded {
            absences.clear(id, now);
        }
    }

    /// Counts units of work.
    pub fn charge(&mut self, many: usize, each: u64) {
        let units = u64::try_from(many).unwrap_or(u64::MAX).saturating_mul(each);
        self.units = self.units.saturating_add(units);
    }

    /// Writes what has changed; the sums before what is in them no more is deleted.
    pub fn close(self, storage: &mut dyn Storage) -> StdResult<()> {
        save_bucket(storage, self.bucket)?;
        if let Some(absences) = self.loaded.filter(|_| self.is_changed) {
            ABSENCES.save(storage, &absences)?;
        }
        for key in self.outdated {
            remove_raw(storage, MISSED_AT.letter(), &key);
        }
        Ok(())
    }

    /// Takes off the sums what is out of the window at `height`; whether that is all of it.
    fn take_off(
        &mut self,
        storage: &dyn Storage,
        absences: &mut Absences,
        height: BlockHeight,
        window: u64,
    ) -> StdResult<bool> {
        let Some(last) = absences.outdated(height, window) else { return Ok(true) };
        let buckets =
            raw(storage, MISSED_AT.letter(), &height_key(self.outdated_below), &height_key(last), OUTDATED);
        self.charge(buckets.len(), OUTDATED_UNITS);
        let is_all = buckets.len() < OUTDATED;
        for (key, bucket) in buckets {
            let begins = BlockHeight::new(key.last_chunk().map_or(0, |height| u64::from_be_bytes(*height)));
            absences.take_off(begins, &MISSED_AT.read(&bucket)?);
            self.outdated_below = begins.next();
            self.outdated.push(key);
            self.is_changed = true;
        }
        if is_all {
            absences.forget_through(last);
            self.outdated_below = self.outdated_below.max(last.next());
        }
        Ok(is_all)
    }

    /// Notes the accused of `height` in the bucket that begins at `begins`. The one that was in use before, if it is
    /// another, is complete.
    fn note_in_bucket(
        &mut self,
        storage: &dyn Storage,
        begins: BlockHeight,
        height: BlockHeight,
        accused: &[FpId],
    ) -> StdResult<Option<Begun>> {
        let (mut bucket, complete) = match self.bucket.take() {
            Some((same, bucket)) if same == begins => (bucket, None),
            other => {
                self.charge(1, BUCKET_UNITS);
                (MISSED_AT.may_load(storage, &height_key(begins))?.unwrap_or_default(), other)
            }
        };
        bucket.note(height, accused);
        self.bucket = Some((begins, bucket));
        Ok(complete)
    }
}

/// Writes a bucket, if there is one.
pub fn save_bucket(storage: &mut dyn Storage, bucket: Option<Begun>) -> StdResult<()> {
    match bucket {
        Some((begins, bucket)) => MISSED_AT.save(storage, &height_key(begins), &bucket),
        None => Ok(()),
    }
}
