use cosmwasm_std::{StdResult, Storage};
use finality::rewards::Account;

use crate::state::{ACCOUNTS, raw};

/// How many accounts there are, at most: those of the denoms that are shared out, 16 at most, and of as many former ones.
const ACCOUNTS_MAX: u8 = 32;

/// The account of a denom, by its number.
pub struct Entry {
    /// The key of its record.
    pub number: u8,
    /// The account.
    pub account: Account,
    /// Whether it is to be recorded.
    pub changed: bool,
}

/// All accounts. A denom keeps its account, and so its totals, when it is no longer shared out.
pub fn load(storage: &dyn Storage) -> StdResult<Vec<Entry>> {
    let mut books = Vec::new();
    for (key, bytes) in raw(storage, ACCOUNTS.letter(), &[0], &[u8::MAX], usize::from(u8::MAX)) {
        if let [number] = key.as_slice() {
            books.push(Entry { number: *number, account: ACCOUNTS.read(&bytes)?, changed: false });
        }
    }
    Ok(books)
}

/// Records what has changed; how many denoms are owed.
pub fn save(storage: &mut dyn Storage, books: &[Entry]) -> StdResult<u32> {
    let mut owing = 0u32;
    for Entry { number, account, changed } in books {
        if *changed {
            ACCOUNTS.save(storage, &[*number], account)?;
        }
        owing = owing.saturating_add(u32::from(account.owed > 0));
    }
    Ok(owing)
}

/// Opens the accounts that `denoms` lack. Where all numbers are taken a former denom of which nothing is owed loses its
/// account.
pub fn open(books: &mut Vec<Entry>, denoms: &[String]) {
    for denom in denoms {
        if books.iter().any(|entry| entry.account.denom == *denom) {
            continue;
        }
        let vacant = (0..ACCOUNTS_MAX).find(|number| books.iter().all(|entry| entry.number != *number));
        let account = Account { denom: denom.clone(), ..Account::default() };
        if let Some(number) = vacant {
            books.push(Entry { number, account, changed: true });
            continue;
        }
        let is_former =
            |entry: &&mut Entry| entry.account.owed == 0 && !denoms.contains(&entry.account.denom);
        if let Some(former) = books.iter_mut().find(is_former) {
            (former.account, former.changed) = (account, true);
        }
    }
}
