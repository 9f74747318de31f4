use bitcoin_spv::OutPoint;

use crate::{Account, Accrual, Bucket, Closed, Ledger, PerDenom, PerSat, Pot, Provider, Terms};

/// A stake counts from now on. One that earns by these terms already goes on; by others it ends first.
///
/// One whose bucket is closed has expired, and does not begin.
///
/// # Errors
/// Those of the ledger.
pub fn begin<L: Ledger>(ledger: &mut L, stake: &OutPoint, terms: &Terms) -> Result<(), L::Error> {
    let known = ledger.account(stake)?;
    let is_known = known.is_some();
    let mut account = known.unwrap_or_else(|| Account::new(terms.staker_key));
    if account.accrual.as_ref().is_some_and(|accrual| accrual.is_by(terms)) {
        return Ok(());
    }
    end(ledger, &mut account)?;
    let bucket = Bucket { height: terms.expiry, fp: terms.fp };
    if ledger.closed(&bucket)?.is_some() {
        return if is_known { ledger.put_account(stake, still_owed(&account)) } else { Ok(()) };
    }
    let mut provider = ledger.provider(&terms.fp)?;
    let sats = terms.sats.get();
    account.accrual = Some(Accrual {
        fp: terms.fp,
        sats: terms.sats,
        expiry: terms.expiry,
        since: provider.index(),
        parts: PerDenom::default(),
    });
    // Of the 2.1e15 sats that exist each is locked once: no sum comes near to 2^64.
    provider.sats = provider.sats.saturating_add(sats);
    ledger.put_bucket(&bucket, ledger.bucket(&bucket)?.saturating_add(sats))?;
    ledger.put_provider(&terms.fp, &provider)?;
    ledger.put_account(stake, Some(&account))
}

/// A stake counts no more: it was spent, or its block left the chain. What it earned stays owed. One that does not earn is left as it
/// is.
///
/// # Errors
/// Those of the ledger.
pub fn stop<L: Ledger>(ledger: &mut L, stake: &OutPoint) -> Result<(), L::Error> {
    let Some(mut account) = ledger.account(stake)? else { return Ok(()) };
    if account.accrual.is_none() {
        return Ok(());
    }
    end(ledger, &mut account)?;
    ledger.put_account(stake, still_owed(&account))
}

/// What is kept of a stake that has ended.
fn still_owed(account: &Account) -> Option<&Account> {
    Some(account).filter(|account| !account.owed.is_empty())
}

/// Ends what a stake earns; the caller writes its account.
pub(crate) fn end<L: Ledger>(ledger: &mut L, account: &mut Account) -> Result<(), L::Error> {
    let Some((bucket, sats)) = account.accrual.as_ref().map(|accrual| (accrual.bucket(), accrual.sats.get()))
    else {
        return Ok(());
    };
    let mut provider = ledger.provider(&bucket.fp)?;
    let last = match ledger.closed(&bucket)? {
        Some(Closed { sats: unsettled, index }) => {
            let closed = Closed { sats: unsettled.saturating_sub(sats), index: index.clone() };
            ledger.put_closed(&bucket, Some(&closed).filter(|closed| closed.sats > 0))?;
            index
        }
        None => {
            provider.sats = provider.sats.saturating_sub(sats);
            ledger.put_bucket(&bucket, ledger.bucket(&bucket)?.saturating_sub(sats))?;
            provider.index()
        }
    };
    leave(account, &mut provider, &last);
    ledger.put_provider(&bucket.fp, &provider)
}

/// What was earned up to there is owed; what is below a coin is the provider's.
fn leave(account: &mut Account, provider: &mut Provider, last: &PerDenom<PerSat>) {
    account.settle(last);
    let Some(accrual) = account.accrual.take() else { return };
    for (denom, parts) in accrual.parts.iter() {
        let pot: Pot = provider.pots.get(denom);
        provider.pots.set(denom, pot.take_dust(parts));
    }
}
