use bitcoin_spv::OutPoint;
use primitives::BtcHeight;

use crate::ledger::stake;
use crate::spend::{foretell, leave_lists};
use crate::{Known, Ledger, Lock, Refusal, Standing};

/// Forgets a stake whose lock is over; `lock` is what its item says, `spends` what its transaction spends. One that waits is
/// over at the end that its item names, or once it `is_stale`: no signature binds that end.
///
/// That outpoints were spent is remembered for longer: for [`crate::REMEMBERED`] blocks.
///
/// # Errors
/// Only those of the ledger.
pub fn forget<L: Ledger>(
    ledger: &mut L,
    outpoint: &OutPoint,
    lock: &Lock,
    spends: &[OutPoint],
    is_stale: bool,
) -> Result<Result<(), Refusal>, L::Error> {
    let Some(stake) = stake(ledger, outpoint)? else { return Ok(Err(Refusal::Unknown)) };
    let tip = ledger.tip()?.height;
    let end = end_of(&stake.standing, lock, is_stale);
    if end.is_some_and(|end| end > tip) {
        return Ok(Err(Refusal::Locked { tip, end: end.unwrap_or(lock.said_end) }));
    }

    leave_lists(ledger, outpoint, &stake.standing)?;
    ledger.forget(outpoint, &stake)?;
    if let Some(at) = stake.standing.spent() {
        foretell(ledger, outpoint, at)?;
    }
    for spent in spends {
        if let Known::Spent(at) = ledger.known(spent)? {
            foretell(ledger, spent, at)?;
        }
    }
    Ok(Ok(()))
}

/// Until when its item is needed; `None` if it is not.
fn end_of(standing: &Standing, lock: &Lock, is_stale: bool) -> Option<BtcHeight> {
    match standing {
        Standing::Active { end, .. } | Standing::Challenged { end, .. } => Some(*end),
        Standing::Waiting | Standing::Foretold { .. } | Standing::Ended { .. } => {
            (!is_stale).then_some(lock.said_end)
        }
    }
}
