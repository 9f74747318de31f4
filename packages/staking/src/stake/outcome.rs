use bitcoin_spv::OutPoint;
use primitives::BtcHeight;

use super::judge::{Admission, StakeRefusal, admit_stake};
use super::{ActiveStake, Stake, StakeOutcome};
use crate::apply::undelegate;
use crate::batch::Batch;
use crate::{DelegationStatus, Ledger, PowerChange, Record, Rules, Verdict};

/// What became of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StakeVerdict {
    /// It took effect.
    Taken,
    /// It had before, or there is nothing that it could end.
    Known,
    /// It took none. Only stake that would count from now on is refused for another reason than a broken ledger.
    Refused(StakeRefusal),
}

impl StakeVerdict {
    /// Its code on the wire: 0 taken, 1 known, or the refusal's.
    pub const fn code(self) -> u8 {
        match self {
            Self::Taken => 0,
            Self::Known => 1,
            Self::Refused(refusal) => refusal as u8,
        }
    }

    /// Of such a code.
    pub fn of(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Taken),
            1 => Some(Self::Known),
            code => StakeRefusal::ALL.into_iter().find(|refusal| *refusal as u8 == code).map(Self::Refused),
        }
    }
}

/// Applies what became of verified stake, each on its own; what became of each, and whose power is another now.
///
/// `observed_tip` is the tip of Bitcoin, if the light client has one yet.
///
/// # Errors
/// Only the ledger's own.
pub fn apply_outcomes<L: Ledger>(
    ledger: &mut L,
    rules: &Rules,
    observed_tip: Option<BtcHeight>,
    is_paused: bool,
    outcomes: &[StakeOutcome],
) -> Result<(Vec<StakeVerdict>, Vec<PowerChange>), L::Error> {
    let mut batch = Batch::open(ledger, observed_tip)?;
    let mut verdicts = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        verdicts.push(match outcome {
            StakeOutcome::Active(stake) => activate(&mut batch, rules, is_paused, stake)?,
            StakeOutcome::Ended(outpoint) => end(&mut batch, outpoint)?,
            StakeOutcome::Revoked(outpoint) => revoke(&mut batch, outpoint)?,
        });
    }
    Ok((verdicts, batch.commit()?))
}

fn activate<L: Ledger>(
    batch: &mut Batch<'_, L>,
    rules: &Rules,
    is_paused: bool,
    item: &ActiveStake,
) -> Result<StakeVerdict, L::Error> {
    let txid = item.outpoint.txid;
    let record = batch.ledger.record(&txid)?;
    let ended = match record {
        Some(Record::Known(_)) => batch.ledger.ended(&txid)?,
        _ => None,
    };
    let fp = batch.fp(&item.fp)?.map(|fp| fp.id).filter(|fp| rules.takes_stake(*fp));
    let admission = admit_stake(record.as_ref(), ended, item, fp, batch.tip(), is_paused);
    let mut stakes = match admission {
        Admission::Known => return Ok(StakeVerdict::Known),
        Admission::Refuse(refusal) => return Ok(StakeVerdict::Refused(refusal)),
        Admission::Verify(trusted) => {
            let has_power = trusted.status(ended, batch.tip()) == DelegationStatus::Active;
            if has_power && batch.take(txid, trusted)?.is_err() {
                return Ok(StakeVerdict::Refused(StakeRefusal::BrokenLedger));
            }
            batch.ledger.drop_staking_tx(&txid, trusted)?;
            Vec::new()
        }
        Admission::Add(stakes) => stakes.to_vec(),
        Admission::Replace(stakes, place) => {
            let mut stakes = stakes.to_vec();
            let before = stakes.remove(place);
            if !take(batch, &before)? {
                return Ok(StakeVerdict::Refused(StakeRefusal::BrokenLedger));
            }
            stakes
        }
    };
    let Some(fp) = fp else { return Ok(StakeVerdict::Refused(StakeRefusal::NoFinalityProvider)) };
    let stake = item.stake(fp);
    if stake.status(batch.tip()) == DelegationStatus::Active {
        batch.add_stake(&stake)?;
    }
    stakes.push(stake);
    batch.ledger.put_stakes(&txid, stakes)?;
    batch.ledger.list(&txid, fp, true)?;
    Ok(StakeVerdict::Taken)
}

fn end<L: Ledger>(batch: &mut Batch<'_, L>, outpoint: &OutPoint) -> Result<StakeVerdict, L::Error> {
    let txid = outpoint.txid;
    match batch.ledger.record(&txid)? {
        // What Babylon said counts although its item was never taken for verified: Bitcoin says that it ended.
        Some(Record::Known(trusted)) if trusted.output_index == outpoint.index => {
            Ok(match undelegate(batch, txid)? {
                Verdict::Applied(_) => StakeVerdict::Taken,
                Verdict::AlreadyKnown => StakeVerdict::Known,
                Verdict::Quarantined(_) => StakeVerdict::Refused(StakeRefusal::BrokenLedger),
            })
        }
        Some(Record::Verified(mut stakes)) => {
            let Some(stake) = stakes.iter_mut().find(|stake| stake.output == outpoint.index) else {
                return Ok(StakeVerdict::Known);
            };
            if stake.is_spent {
                return Ok(StakeVerdict::Known);
            }
            if !take(batch, stake)? {
                return Ok(StakeVerdict::Refused(StakeRefusal::BrokenLedger));
            }
            stake.is_spent = true;
            batch.ledger.put_stakes(&txid, stakes)?;
            Ok(StakeVerdict::Taken)
        }
        _ => Ok(StakeVerdict::Known),
    }
}

fn revoke<L: Ledger>(batch: &mut Batch<'_, L>, outpoint: &OutPoint) -> Result<StakeVerdict, L::Error> {
    let txid = outpoint.txid;
    let Some(Record::Verified(mut stakes)) = batch.ledger.record(&txid)? else {
        return Ok(StakeVerdict::Known);
    };
    let Some(place) = stakes.iter().position(|stake| stake.output == outpoint.index) else {
        return Ok(StakeVerdict::Known);
    };
    let stake = stakes.remove(place);
    if !take(batch, &stake)? {
        return Ok(StakeVerdict::Refused(StakeRefusal::BrokenLedger));
    }
    let is_last = !stakes.iter().any(|other| other.fp == stake.fp);
    batch.ledger.put_stakes(&txid, stakes)?;
    if is_last {
        batch.ledger.list(&txid, stake.fp, false)?;
    }
    Ok(StakeVerdict::Taken)
}

/// Takes stake out of the sums where it is still in them; whether they held it.
fn take<L: Ledger>(batch: &mut Batch<'_, L>, stake: &Stake) -> Result<bool, L::Error> {
    match stake.status(batch.tip()) {
        DelegationStatus::Active => batch.take_stake(stake),
        // Spent, it left them; expired, its bucket does that.
        DelegationStatus::Unbonding | DelegationStatus::Expired => Ok(true),
    }
}

#[cfg(test)]
mod tests;
