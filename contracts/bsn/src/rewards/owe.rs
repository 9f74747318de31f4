use cosmwasm_std::{Env, Event, QuerierWrapper, StdResult, Storage};
use finality::rewards::Account;

use super::books::{self, Entry};
use super::{balance, changed, weights};
use crate::state::{Config, PAYOUTS, Progress, raw, remove_raw};

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
    books: &mut Vec<Entry>,
    events: &mut Vec<Event>,
) -> StdResult<bool> {
    books::open(books, &config.reward_denoms);
    let mut payout = progress.rewards.payout_next;
    let mut due = Vec::new();
    for entry in books.iter_mut() {
        if entry.account.owed > 0 {
            payout = payout.max(entry.account.payout.wrapping_add(1));
        } else if config.reward_denoms.contains(&entry.account.denom) {
            let balance = balance(querier, env, &entry.account.denom);
            if balance > 0 {
                due.push((entry, balance));
            }
        }
    }
    if due.is_empty() {
        return Ok(false);
    }
    let weights = weights::end_period(storage, progress)?;
    let mut owes = false;
    for (entry, balance) in due {
        if entry.account.owe(balance, payout, weights.len()) {
            (owes, entry.changed) = (true, true);
            events.push(changed(&entry.account, balance, "owed"));
        }
    }
    if !owes {
        return Ok(false);
    }
    forget(storage, books);
    PAYOUTS.save(storage, &payout.to_be_bytes(), &weights)?;
    progress.rewards.payout_next = payout.wrapping_add(1);
    Ok(true)
}

/// Forgets the weights by which nothing is owed any more.
fn forget(storage: &mut dyn Storage, books: &[Entry]) {
    for (number, _) in raw(storage, PAYOUTS.letter(), &[], &[u8::MAX; 4], PAYOUTS_MAX) {
        let is_owed_by = |account: &Account| account.owed > 0 && account.payout.to_be_bytes() == *number;
        if !books.iter().any(|entry| is_owed_by(&entry.account)) {
            remove_raw(storage, PAYOUTS.letter(), &number);
        }
    }
}
