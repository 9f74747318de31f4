//! An FP that was absent too often goes to jail (RULINGS.md, "Absence").
//!
//! [`judge`] reads and decides, [`Verdict::record`] writes, height by height.

mod register;

pub use register::Register;

use api::bsn::event::FinalityProviderStatusChange;
use cosmwasm_std::{Event, StdResult, Storage};
use finality::Params;
use finality::active_set::ActiveSet;
use finality::jail::Limits;
use primitives::{BlockHeight, FpId, FpPublicKey, VotingPower};
use register::{Begun, save_bucket};
use staking::{FpEvent, FpStatus, move_fp};

use super::Block;
use crate::state::{ACTIVE, FP_KEYS, JailMarks, MISSES, PROVIDERS, Progress, StoredLedger};

/// How many FPs that missed too much are looked at in a block, each at some 20,000 SDK gas if it is jailed. Who
/// is left over is looked at with the next height that it misses, like those whom the throttle spares.
const LOOKED_AT: u32 = 20;
/// What looking at an FP costs, in units of about 300 SDK gas.
const LOOK_UNITS: u64 = 60;

/// A height that some missed.
pub struct Missed<'a> {
    /// The height.
    pub height: BlockHeight,
    /// The active set there.
    pub set: &'a ActiveSet,
    /// Who was absent, by ascending number.
    pub absent: &'a [FpId],
}

/// What a height that some missed comes to.
#[must_use]
pub struct Verdict {
    /// A bucket that no later height belongs to.
    complete: Option<Begun>,
    /// Who missed too much, by ascending number.
    fates: Vec<(FpId, Fate)>,
    /// Who may go to jail after this.
    jail: JailMarks,
    /// The active set has to be computed anew.
    stale: bool,
}

/// What becomes of an FP that missed too much.
enum Fate {
    /// It is looked at again with the next height that it misses.
    Spared,
    /// It is in jail or out already, and uses up no share.
    Out,
    /// It goes to jail.
    Jailed(FpPublicKey),
}

/// Notes in the register who was absent at a height, and finds who was too often, within the throttle. Who is spared
/// by that is tried again at the next height that it misses. `None`: the height has to wait for the next block.
pub fn judge(
    register: &mut Register,
    storage: &dyn Storage,
    params: &Params,
    progress: &Progress,
    block: &Block,
    missed: &Missed<'_>,
) -> StdResult<Option<Verdict>> {
    let (height, window) = (missed.height, params.missed_blocks_window);
    let Some(noted) = register.note(storage, height, window, missed.absent)? else { return Ok(None) };
    // A torn hook noted it, and may have jailed somebody and lost the mark.
    let stale = noted.is_again;
    let mut verdict = Verdict { complete: noted.complete, fates: vec![], jail: progress.jail.clone(), stale };
    let limits = Limits {
        now: block.height,
        total: progress.marks.total,
        period: window,
        percent: params.max_jailed_percent,
    };
    for id in noted.accused {
        if register.missed(storage, id, height, window)? < params.misses_to_jail() {
            continue;
        }
        let fate = verdict.fate_of(register, storage, &limits, id, missed.set.power_of(id))?;
        if !matches!(fate, Fate::Spared) {
            register.clear(id, block.height);
        }
        verdict.fates.push((id, fate));
    }
    Ok(Some(verdict))
}

impl Verdict {
    /// What becomes of an FP that missed too much; what it uses up of the throttle is taken.
    fn fate_of(
        &mut self,
        register: &mut Register,
        storage: &dyn Storage,
        limits: &Limits,
        id: FpId,
        power: VotingPower,
    ) -> StdResult<Fate> {
        let mut jail = self.jail.clone();
        if register.looked_at >= LOOKED_AT || !jail.throttle.admits(&mut jail.giants_from, power, limits) {
            return Ok(Fate::Spared);
        }
        register.looked_at = register.looked_at.saturating_add(1);
        register.charge(1, LOOK_UNITS);
        let Some(key) = FP_KEYS.may_load(storage, &id.to_be_bytes())? else { return Ok(Fate::Out) };
        let provider = PROVIDERS.may_load(storage, &key)?;
        if !provider.is_some_and(|fp| fp.status == FpStatus::Registered) {
            // A torn hook may have jailed it and lost the mark.
            self.stale |= !ACTIVE.load(storage)?.power_of(id).is_zero();
            return Ok(Fate::Out);
        }
        (self.jail, self.stale) = (jail, true);
        Ok(Fate::Jailed(FpPublicKey::from_bytes(key)))
    }

    /// Jails whom it says, and forgets what they missed.
    pub fn record(
        self,
        storage: &mut dyn Storage,
        params: &Params,
        progress: &mut Progress,
        block: &Block,
    ) -> StdResult<Vec<Event>> {
        let Self { complete, fates, jail, stale } = self;
        save_bucket(storage, complete)?;
        let until = block.time.plus(params.jail_duration);
        let mut events = vec![];
        for (id, fate) in fates {
            match fate {
                Fate::Spared => continue,
                Fate::Out => {}
                Fate::Jailed(key) => {
                    move_fp(&mut StoredLedger(storage), &key, FpEvent::Jail { until })?;
                    let (btc_pk, new_state) = (key.to_string(), "FINALITY_PROVIDER_STATUS_JAILED".into());
                    events.push(FinalityProviderStatusChange { btc_pk, new_state }.into());
                }
            }
            MISSES.remove(storage, &id.to_be_bytes());
        }
        progress.jail = jail;
        progress.marks.stale |= stale;
        Ok(events)
    }
}
