use bitcoin_spv::OutPoint;

use crate::count::end;
use crate::{Ledger, PerDenom};

/// What left the books for a staker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The staker's x-only key.
    pub staker_key: [u8; 32],
    /// How much, by denomination.
    pub coins: PerDenom<u128>,
}

/// Takes what a stake has earned out of the books; the caller pays it. A stake that counts goes on; of one that has ended nothing is
/// kept. `None` where there is nothing of that stake.
///
/// # Errors
/// Those of the ledger.
pub fn claim<L: Ledger>(ledger: &mut L, stake: &OutPoint) -> Result<Option<Claimed>, L::Error> {
    let Some(mut account) = ledger.account(stake)? else { return Ok(None) };
    let counting = match &account.accrual {
        Some(accrual) if ledger.closed(&accrual.bucket())?.is_none() => Some(accrual.fp),
        _ => None,
    };
    match counting {
        Some(fp) => account.settle(&ledger.provider(&fp)?.index()),
        None => end(ledger, &mut account)?,
    }
    let coins = core::mem::take(&mut account.owed);
    if counting.is_none() || !coins.is_empty() {
        ledger.put_account(stake, Some(&account).filter(|account| account.accrual.is_some()))?;
    }
    Ok(Some(Claimed { staker_key: account.staker_key, coins }))
}
