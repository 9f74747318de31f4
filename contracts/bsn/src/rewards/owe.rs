use cosmwasm_std::{Env, Event, Order, QuerierWrapper, StdResult, Storage};

use super::books::Books;
use super::{balance, changed};
use crate::state::{Config, PAYOUTS, Progress};
use crate::sudo::earn;

/// How many payouts are looked at; there is one for each denom at most.
const PAYOUTS_MAX: usize = 64;

/// Owes every denom of which nothing is owed to those who earned in the period that ends; says whether any is.
///
/// Where none is, or nobody earned anything, the period goes on. Torn hooks: the weights are stored before the books
/// name them, under a number that no account uses, and are forgotten as those of this period after that.
pub fn owe(
    storage: &mut dyn Storage,
    querier: &QuerierWrapper<'_>,
    env: &Env,
    config: &Config,
    progress: &mut Progress,
    books: &mut Books,
    events: &mut Vec<Event>,
) -> StdResult<bool> {
    books.open(&config.reward_denoms);
    let used = books
        .accounts()
        .filter(|account| account.owed > 0)
        .map(|account| account.payout.wrapping_add(1))
        .max();
    let payout = progress.payout_next.max(used.unwrap_or_default());
    let mut due = Vec::new();
    for (_, account) in books.iter_mut() {
        if account.owed == 0 && config.reward_denoms.contains(&account.denom) {
            let balance = balance(querier, env, &account.denom);
            if balance > 0 {
                due.push((account, balance));
            }
        }
    }
    if due.is_empty() {
        return Ok(false);
    }
    let weights = earn::end_period(storage, progress)?;
    let mut owes = false;
    for (account, balance) in due {
        if account.owe(balance, payout, weights.len()) {
            owes = true;
            events.push(changed(account, balance, "owed"));
        }
    }
    if !owes {
        return Ok(false);
    }
    forget(storage, books)?;
    PAYOUTS.save(storage, &payout.to_be_bytes(), &weights)?;
    progress.payout_next = payout.wrapping_add(1);
    Ok(true)
}

/// Forgets the weights by which nothing is owed any more.
fn forget(storage: &mut dyn Storage, books: &Books) -> StdResult<()> {
    for old in PAYOUTS.all(storage, Order::Ascending).take(PAYOUTS_MAX).collect::<StdResult<Vec<_>>>()? {
        let number = u32::from_be_bytes(old.0);
        if !books.accounts().any(|account| account.owed > 0 && account.payout == number) {
            PAYOUTS.remove(storage, &old.0);
        }
    }
    Ok(())
}
