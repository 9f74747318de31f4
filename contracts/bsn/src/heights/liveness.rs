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

/// How many FPs that missed too much a block looks at, each at some 20,000 SDK gas if it is jailed. The others are
/// looked at with the next height that they miss, like those whom the throttle spares.
const LOOKED_AT: u32 = 20;
/// What looking at an FP costs, in units of about 300 SDK gas.
const LOOK_UNITS: u64 = 60;

/// A height that some missed.
pub struct MissedHeight<'a> {
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
    sentences: Vec<(FpId, Sentence)>,
    /// The throttle after this.
    jail: JailMarks,
    /// The active set has to be computed anew.
    stale: bool,
}

/// What an FP that missed too much gets.
enum Sentence {
    /// None now: it is looked at again with the next height that it misses.
    Spared,
    /// None: it is in jail or out already, and uses up no share. The active set may still have it, where a torn hook
    /// jailed it and lost the mark.
    Out { in_set: bool },
    /// Jail; the throttle after that.
    Jail(FpPublicKey, JailMarks),
}

/// Notes in the register who was absent at a height, and finds who was too often, within the throttle. Who is spared
/// by that is tried again at the next height that it misses. `None`: the height has to wait for the next block.
pub fn judge(
    register: &mut Register,
    storage: &dyn Storage,
    params: &Params,
    progress: &Progress,
    block: &Block,
    missed: &MissedHeight<'_>,
) -> StdResult<Option<Verdict>> {
    let (height, window) = (missed.height, params.missed_blocks_window);
    let Some(noted) = register.note(storage, height, window, missed.absent)? else { return Ok(None) };
    // A torn hook noted it, and may have jailed somebody and lost the mark.
    let stale = noted.is_again;
    let mut verdict =
        Verdict { complete: noted.complete, sentences: vec![], jail: progress.jail.clone(), stale };
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
        let sentence = match admitted(&verdict.jail, missed.set.power_of(id), &limits) {
            Some(jail) if register.looked_at < LOOKED_AT => {
                register.looked_at = register.looked_at.saturating_add(1);
                register.charge(1, LOOK_UNITS);
                sentence(storage, id, jail)?
            }
            _ => Sentence::Spared,
        };
        verdict.add(id, sentence);
    }
    Ok(Some(verdict))
}

/// The throttle once an FP with this power is in jail; `None` where it spares it.
fn admitted(jail: &JailMarks, power: VotingPower, limits: &Limits) -> Option<JailMarks> {
    let (throttle, giants_from) = jail.throttle.after(jail.giants_from, power, limits)?;
    Some(JailMarks { throttle, giants_from })
}

/// What an FP that the throttle admits gets, which is `jail` after that.
fn sentence(storage: &dyn Storage, id: FpId, jail: JailMarks) -> StdResult<Sentence> {
    let Some(key) = FP_KEYS.may_load(storage, &id.to_be_bytes())? else {
        return Ok(Sentence::Out { in_set: false });
    };
    match PROVIDERS.may_load(storage, &key)?.map(|fp| fp.status) {
        Some(FpStatus::Registered) => Ok(Sentence::Jail(FpPublicKey::from_bytes(key), jail)),
        _ => Ok(Sentence::Out { in_set: !ACTIVE.load(storage)?.power_of(id).is_zero() }),
    }
}

impl Verdict {
    /// Adds what one FP gets.
    fn add(&mut self, id: FpId, sentence: Sentence) {
        match &sentence {
            Sentence::Spared => {}
            Sentence::Out { in_set } => self.stale |= in_set,
            Sentence::Jail(_, jail) => (self.jail, self.stale) = (jail.clone(), true),
        }
        self.sentences.push((id, sentence));
    }

    /// Jails whom it says, and forgets what they missed.
    pub fn record(
        self,
        register: &mut Register,
        storage: &mut dyn Storage,
        params: &Params,
        progress: &mut Progress,
        block: &Block,
    ) -> StdResult<Vec<Event>> {
        let Self { complete, sentences, jail, stale } = self;
        save_bucket(storage, complete)?;
        let until = block.time.plus(params.jail_duration);
        let mut events = vec![];
        for (id, sentence) in sentences {
            match sentence {
                Sentence::Spared => continue,
                Sentence::Out { .. } => {}
                Sentence::Jail(key, _) => {
                    move_fp(&mut StoredLedger(storage), &key, FpEvent::Jail { until })?;
                    let (btc_pk, new_state) = (key.to_string(), "FINALITY_PROVIDER_STATUS_JAILED".into());
                    events.push(FinalityProviderStatusChange { btc_pk, new_state }.into());
                }
            }
            register.clear(id, block.height);
            MISSES.remove(storage, &id.to_be_bytes());
        }
        progress.jail = jail;
        progress.marks.stale |= stale;
        Ok(events)
    }
}
