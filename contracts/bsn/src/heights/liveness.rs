//! Who was absent too often goes to jail (RULINGS.md, "Absence").

use api::bsn::event::FinalityProviderStatusChange;
use cosmwasm_std::{Event, StdResult, Storage};
use finality::Params;
use finality::active_set::ActiveSet;
use finality::jail::Limits;
use finality::liveness::{Absences, Bucket, EXACT_MAX, bucket_of};
use primitives::{BlockHeight, FpId, FpPublicKey, VotingPower};
use staking::{FpEvent, FpStatus, move_fp};

use super::Block;
use crate::state::{
    ABSENCES, ACTIVE, FP_KEYS, MISSED_AT, MISSES, PROVIDERS, Progress, StoredLedger, at, raw, remove_raw,
};

/// How many FPs that missed too much are looked at in a block, each at some 20,000 SDK gas if it is jailed. Who
/// is left over is looked at with the next height that it misses, like those whom the throttle spares.
const LOOKED_AT: u32 = 20;
/// How many buckets are taken off the sums before a height is judged. More are only there where the window was
/// shortened, or nobody missed anything for long; then judging waits for the next block.
const OUTDATED: usize = 64;
/// What it costs to load and write a bucket, in units of about 300 SDK gas; and each FP in it.
const BUCKET_UNITS: u64 = 12;
const NOTED_UNITS: u64 = 1;
/// What it costs to read what an older version noted of an FP.
const OLDER_UNITS: u64 = 5;
/// What looking at an FP costs.
const LOOK_UNITS: u64 = 60;
/// What taking off a bucket costs, and deleting it.
const OUTDATED_UNITS: u64 = 10;

/// The records of absence while a hook judges: loaded with the first absence, written when it is done.
#[derive(Default)]
pub struct Register {
    loaded: Option<Absences>,
    is_changed: bool,
    bucket: Option<(BlockHeight, Bucket)>,
    /// Buckets that are taken off, by their keys.
    outdated: Vec<Vec<u8>>,
    /// Every bucket below is among them.
    outdated_below: BlockHeight,
    looked_at: u32,
    /// What was done so far, in units.
    pub units: u64,
}

/// A height that some missed.
pub struct Missed<'a> {
    /// The height.
    pub height: BlockHeight,
    /// The active set there.
    pub set: &'a ActiveSet,
    /// Who was absent, by ascending number.
    pub absent: &'a [FpId],
}

/// What becomes of an FP that missed too much.
enum Fate {
    /// It is looked at again with the next height that it misses.
    Spared,
    /// It is in jail or out already, and uses up no share.
    Out,
    /// It goes to jail.
    Jailed(Event),
}

impl Register {
    /// Notes who was absent at a height, and jails who was too often, within the throttle. Who is spared by that is
    /// tried again at the next height that it misses. `None`: the height has to wait for the next block.
    pub fn judge(
        &mut self,
        storage: &mut dyn Storage,
        params: &Params,
        progress: &mut Progress,
        block: &Block,
        missed: &Missed<'_>,
    ) -> StdResult<Option<Vec<Event>>> {
        let (height, window) = (missed.height, params.missed_blocks_window);
        let mut absences = match self.loaded.take() {
            Some(absences) => absences,
            None => ABSENCES.may_load(storage)?.unwrap_or_default(),
        };
        let is_ready = self.take_off(storage, &mut absences, height, window)?;
        if !is_ready {
            self.loaded = Some(absences);
            return Ok(None);
        }
        // A torn hook noted it, and may have jailed somebody and lost the mark.
        progress.marks.stale |= absences.contains(height);

        let begins = bucket_of(height, window);
        let accused = absences.accused(begins, missed.absent);
        if accused.is_empty() {
            self.loaded = Some(absences);
            return Ok(Some(vec![]));
        }
        self.is_changed = true;
        self.bucket_at(storage, begins)?.note(height, &accused);
        absences.note(height, &accused);
        self.charge(accused.len(), NOTED_UNITS);

        let mut events = vec![];
        for id in accused {
            let older = self.older(storage, &absences, id, height, window)?;
            if absences.missed(id).saturating_add(older) < params.misses_to_jail() {
                continue;
            }
            match self.jail(storage, params, progress, block, id, missed.set.power_of(id))? {
                Fate::Spared => continue,
                Fate::Out => {}
                Fate::Jailed(event) => events.push(event),
            }
            absences.clear(id, block.height);
            MISSES.remove(storage, &id.to_be_bytes());
        }
        self.loaded = Some(absences);
        Ok(Some(events))
    }

    /// Writes what has changed; the sums before what is in them no more is deleted.
    pub fn close(mut self, storage: &mut dyn Storage) -> StdResult<()> {
        self.save_bucket(storage)?;
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
        let buckets = raw(storage, MISSED_AT.letter(), &at(self.outdated_below), &at(last), OUTDATED);
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

    fn bucket_at(&mut self, storage: &mut dyn Storage, begins: BlockHeight) -> StdResult<&mut Bucket> {
        if self.bucket.as_ref().is_some_and(|(other, _)| *other != begins) {
            self.save_bucket(storage)?;
        }
        let bucket = match self.bucket.take() {
            Some((_, bucket)) => bucket,
            None => {
                self.charge(1, BUCKET_UNITS);
                MISSED_AT.may_load(storage, &at(begins))?.unwrap_or_default()
            }
        };
        Ok(&mut self.bucket.insert((begins, bucket)).1)
    }

    fn save_bucket(&mut self, storage: &mut dyn Storage) -> StdResult<()> {
        match self.bucket.take() {
            Some((begins, bucket)) => MISSED_AT.save(storage, &at(begins), &bucket),
            None => Ok(()),
        }
    }

    fn charge(&mut self, many: usize, each: u64) {
        let units = u64::try_from(many).unwrap_or(u64::MAX).saturating_mul(each);
        self.units = self.units.saturating_add(units);
    }

    /// What 0.2.0 noted of an FP before the first height that is in the sums.
    fn older(
        &mut self,
        storage: &dyn Storage,
        absences: &Absences,
        id: FpId,
        height: BlockHeight,
        window: u64,
    ) -> StdResult<u64> {
        if height.above(absences.began) > EXACT_MAX {
            return Ok(0);
        }
        let Some(misses) = MISSES.may_load(storage, &id.to_be_bytes())? else { return Ok(0) };
        self.charge(1, OLDER_UNITS);
        Ok(misses.count(height, window))
    }

    /// Jails an FP that missed too much, if it is to be jailed and the throttle admits it.
    fn jail(
        &mut self,
        storage: &mut dyn Storage,
        params: &Params,
        progress: &mut Progress,
        block: &Block,
        id: FpId,
        power: VotingPower,
    ) -> StdResult<Fate> {
        let limits = Limits {
            now: block.height,
            total: progress.marks.total,
            period: params.missed_blocks_window,
            percent: params.max_jailed_percent,
        };
        let (mut throttle, mut giants_from) = (progress.jail.throttle, progress.jail.giants_from);
        if self.looked_at >= LOOKED_AT || !throttle.admits(&mut giants_from, power, &limits) {
            return Ok(Fate::Spared);
        }
        self.looked_at = self.looked_at.saturating_add(1);
        self.charge(1, LOOK_UNITS);
        let Some(key) = FP_KEYS.may_load(storage, &id.to_be_bytes())? else { return Ok(Fate::Out) };
        let is_registered =
            PROVIDERS.may_load(storage, &key)?.is_some_and(|fp| fp.status == FpStatus::Registered);
        if !is_registered {
            // A torn hook may have jailed it and lost the mark.
            progress.marks.stale |= !ACTIVE.load(storage)?.power_of(id).is_zero();
            return Ok(Fate::Out);
        }
        let key = FpPublicKey::from_bytes(key);
        let until = block.time.saturating_add(params.jail_duration);
        move_fp(&mut StoredLedger(storage), &key, FpEvent::Jail { until })?;
        (progress.jail.throttle, progress.jail.giants_from, progress.marks.stale) =
            (throttle, giants_from, true);
        let event = FinalityProviderStatusChange {
            btc_pk: key.to_string(),
            new_state: "FINALITY_PROVIDER_STATUS_JAILED".into(),
        };
        Ok(Fate::Jailed(event.into()))
    }
}
