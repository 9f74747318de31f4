use bitcoin_spv::OutPoint;

use crate::{Account, Accrual, Ledger, PerDenom, PerSat, stop};

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
    let staker_key = account.staker_key;
    match &account.accrual {
        Some(accrual) if !is_closed(ledger, accrual)? => {
            account.settle(&ledger.provider(&accrual.fp)?.index());
            let coins = core::mem::take(&mut account.owed);
            if !coins.is_empty() {
                ledger.put_account(stake, Some(&account))?;
            }
            Ok(Some(Claimed { staker_key, coins }))
        }
        _ => {
            stop(ledger, stake)?;
            let coins = ledger.account(stake)?.map(|ended| ended.owed).unwrap_or_default();
            ledger.put_account(stake, None)?;
            Ok(Some(Claimed { staker_key, coins }))
        }
    }
}

/// What a claim would pay now.
///
/// # Errors
/// Those of the ledger.
pub fn earned<L: Ledger>(ledger: &L, account: &Account) -> Result<PerDenom<u128>, L::Error> {
    let index: PerDenom<PerSat> = match &account.accrual {
        None => PerDenom::default(),
        Some(accrual) => match ledger.closed(&accrual.bucket())? {
            Some(closed) => closed.index,
            None => ledger.provider(&accrual.fp)?.index(),
        },
    };
    Ok(account.owed_at(&index))
}

fn is_closed<L: Ledger>(ledger: &L, accrual: &Accrual) -> Result<bool, L::Error> {
    Ok(ledger.closed(&accrual.bucket())?.is_some())
}
