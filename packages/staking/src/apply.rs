use primitives::{BtcHeight, FpPublicKey, Txid};

use crate::{
    ActiveDelegation, Applied, Delegation, DelegationStatus, FpEvent, FpProfile, FpStatus, Item, Ledger,
    MAX_FPS, NewFinalityProvider, PopVerdict, PowerChange, Record, Rules, StatusError, Verdict,
    batch::Batch,
    judge::{self, DelegationVerdict, EndVerdict, FpVerdict},
};

/// What became of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// One for each item, in order.
    pub verdicts: Vec<Verdict>,
    /// Whose power is another now, in ascending order of keys.
    pub power_changes: Vec<PowerChange>,
}

/// What became of an event of a finality provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FpOutcome {
    /// It is not registered.
    Unknown,
    /// The event does not apply to it.
    Refused(StatusError),
    /// It did.
    Moved {
        /// Where the provider stands now.
        status: FpStatus,
        /// That its power is another now.
        power_change: Option<PowerChange>,
    },
}

/// Applies the items of a packet, or of a portion of one, each on its own.
///
/// `observed_tip` is the tip of Bitcoin, if the light client has one yet.
///
/// Items that do not depend on each other may come in any order, any number of times; a delegation
/// needs its finality provider and is quarantined until then.
///
/// # Errors
/// Only the ledger's own.
pub fn apply<L: Ledger>(
    ledger: &mut L,
    rules: &Rules,
    observed_tip: Option<BtcHeight>,
    items: impl IntoIterator<Item = Item>,
) -> Result<Outcome, L::Error> {
    let mut batch = Batch::open(ledger, observed_tip)?;
    let mut verdicts = Vec::new();
    for item in items {
        verdicts.push(match item {
            Item::NewFinalityProvider(item, pop) => register(&mut batch, rules, &item, pop)?,
            Item::ActiveDelegation(item) => delegate(&mut batch, rules, item)?,
            Item::Undelegation(item) => undelegate(&mut batch, item.txid)?,
        });
    }
    Ok(Outcome { verdicts, power_changes: batch.commit()? })
}

/// Jails, unjails or slashes a finality provider.
///
/// # Errors
/// Only the ledger's own.
pub fn move_fp<L: Ledger>(ledger: &mut L, key: &FpPublicKey, event: FpEvent) -> Result<FpOutcome, L::Error> {
    let mut batch = Batch::open(ledger, None)?;
    let Some(fp) = batch.fp(key)? else { return Ok(FpOutcome::Unknown) };
    let status = match fp.status.after(event) {
        Ok(status) => status,
        Err(error) => return Ok(FpOutcome::Refused(error)),
    };
    batch.set_status(key, status);
    let power_change = batch.commit()?.into_iter().next();
    Ok(FpOutcome::Moved { status, power_change })
}

/// Registers a finality provider that came to this chain itself, by its operator's address here; whether that is new. The caller has
/// checked that it holds the key. One that is registered stays as it is, whoever registered it.
///
/// # Errors
/// Only the ledger's own.
pub fn register_local<L: Ledger>(
    ledger: &mut L,
    key: &FpPublicKey,
    operator: &str,
) -> Result<bool, L::Error> {
    let mut batch = Batch::open(ledger, None)?;
    if batch.fp(key)?.is_some() {
        return Ok(false);
    }
    let id = batch.ledger.add_fp(key, &FpProfile::local(operator))?;
    batch.begin_fp(*key, id);
    batch.commit()?;
    Ok(true)
}

fn register<L: Ledger>(
    batch: &mut Batch<'_, L>,
    rules: &Rules,
    item: &NewFinalityProvider,
    pop: PopVerdict,
) -> Result<Verdict, L::Error> {
    let key = item.key;
    let known = match batch.fp(&key)? {
        Some(_) => batch.ledger.fp_profile(&key)?,
        None => None,
    };
    Ok(match judge::admit_finality_provider(known.as_ref(), item, pop, rules) {
        FpVerdict::Admit(profile) => {
            let id = batch.ledger.add_fp(&key, &profile)?;
            batch.begin_fp(key, id);
            Verdict::Applied(Applied::Registered { key, id })
        }
        FpVerdict::AlreadyKnown => Verdict::AlreadyKnown,
        FpVerdict::Quarantine(reason) => Verdict::Quarantined(reason),
    })
}

fn delegate<L: Ledger>(
    batch: &mut Batch<'_, L>,
    rules: &Rules,
    item: ActiveDelegation,
) -> Result<Verdict, L::Error> {
    let txid = item.txid();
    let record = batch.ledger.record(&txid)?;
    let is_ours = look_up(batch, rules, &item.fps)?;
    let verdict = judge::admit_delegation(record.as_ref(), is_ours, &item, batch.tip(), rules);
    Ok(match verdict {
        DelegationVerdict::Admit(status) => {
            let delegation = Delegation::new(item, |key| batch.id(key).filter(|id| rules.takes_stake(*id)));
            match status {
                DelegationStatus::Active => batch.add(&delegation)?,
                DelegationStatus::Expired => {}
                ended => batch.ledger.put_ended(&txid, ended)?,
            }
            batch.ledger.add_delegation(&txid, delegation)?;
            Verdict::Applied(Applied::Delegated { txid, status })
        }
        DelegationVerdict::AlreadyKnown => Verdict::AlreadyKnown,
        DelegationVerdict::Quarantine(reason) => Verdict::Quarantined(reason),
    })
}

/// Whether one of them, of at most [`MAX_FPS`], takes stake here; afterwards the batch knows their numbers.
fn look_up<L: Ledger>(
    batch: &mut Batch<'_, L>,
    rules: &Rules,
    keys: &[FpPublicKey],
) -> Result<bool, L::Error> {
    let mut found = false;
    for key in keys.iter().take(MAX_FPS) {
        found |= batch.fp(key)?.is_some_and(|fp| rules.takes_stake(fp.id));
    }
    Ok(found)
}

pub(crate) fn undelegate<L: Ledger>(batch: &mut Batch<'_, L>, txid: Txid) -> Result<Verdict, L::Error> {
    let record = batch.ledger.record(&txid)?;
    let ended = match record {
        Some(Record::Known(_)) => batch.ledger.ended(&txid)?,
        Some(Record::Foretold | Record::Verified(_)) | None => None,
    };
    let verdict = judge::end_delegation(record.as_ref(), ended, batch.tip());
    Ok(match (verdict, record) {
        (EndVerdict::End, Some(Record::Known(delegation))) => match batch.take(txid, &delegation)? {
            Ok(()) => {
                batch.ledger.put_ended(&txid, DelegationStatus::Unbonding)?;
                Verdict::Applied(Applied::Undelegated { txid })
            }
            Err(broken) => Verdict::Quarantined(broken),
        },
        (EndVerdict::Foretell, _) => {
            batch.ledger.foretell(&txid)?;
            Verdict::Applied(Applied::Foretold { txid })
        }
        (EndVerdict::AlreadyEnded(_) | EndVerdict::End, _) => Verdict::AlreadyKnown,
    })
}

#[cfg(test)]
mod tests;
