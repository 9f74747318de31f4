use bitcoin_spv::OutPoint;
use cosmwasm_std::{Addr, BankMsg, StdResult, Storage};
use payout::{Accrual, Ledger, PerDenom, take_bounty};
use primitives::BtcHeight;

use super::{Books, Payments};
use crate::state::BOUNTY;

/// What somebody gets for proofs that these stakes, which counted, were spent: from the account of each one's FP, as far as that
/// reaches.
///
/// # Errors
/// Only those of storage.
pub fn bounties(
    storage: &mut dyn Storage,
    prover: &Addr,
    tip: BtcHeight,
    ended: &[OutPoint],
) -> StdResult<Vec<BankMsg>> {
    if ended.is_empty() {
        return Ok(Vec::new());
    }
    let Some((name, most)) = BOUNTY.may_load(storage)?.filter(|(_, most)| *most > 0) else {
        return Ok(Vec::new());
    };
    let mut books = Books::new(storage);
    let denoms = books.denoms()?;
    let Some(denom) = denoms.find(&name) else { return Ok(Vec::new()) };
    let mut payments = Payments::default();
    for stake in ended {
        // Of stake whose time is over nobody needed to hear.
        let accrual = books.account(stake)?.and_then(|account| account.accrual);
        let Some(Accrual { fp, .. }) = accrual.filter(|accrual| accrual.expiry > tip) else { continue };
        let mut coins = PerDenom::default();
        coins.set(denom, take_bounty(&mut books, &fp, denom, most)?);
        payments.add(prover, &coins);
    }
    books.finish()?;
    Ok(payments.messages(&denoms))
}
