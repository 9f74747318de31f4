use cosmwasm_std::{Order, StdResult, Storage};
use finality::rewards::Account;

use crate::state::ACCOUNTS;

/// How many accounts there are, at most: those of the denoms that are shared out, 16 at most, and of as many former ones.
const ACCOUNTS_MAX: u8 = 32;

/// All accounts, by their numbers. A denom keeps its account, and so its totals, when it is no longer shared out.
pub struct Books {
    accounts: Vec<(u8, Account)>,
    before: Vec<(u8, Account)>,
}

impl Books {
    /// As they are stored.
    pub fn load(storage: &dyn Storage) -> StdResult<Self> {
        let all = ACCOUNTS.all(storage, Order::Ascending);
        let accounts: Vec<(u8, Account)> =
            all.map(|entry| entry.map(|([number], account)| (number, account))).collect::<StdResult<_>>()?;
        Ok(Self { before: accounts.clone(), accounts })
    }

    /// Records those that have changed.
    pub fn save(&self, storage: &mut dyn Storage) -> StdResult<()> {
        for entry in self.accounts.iter().filter(|entry| !self.before.contains(entry)) {
            ACCOUNTS.save(storage, &[entry.0], &entry.1)?;
        }
        Ok(())
    }

    /// Each account with its number.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut (u8, Account)> {
        self.accounts.iter_mut()
    }

    /// Each account.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.iter().map(|(_, account)| account)
    }

    /// How many denoms are owed.
    pub fn owing(&self) -> u32 {
        self.accounts().fold(0, |sum, account| sum.saturating_add(u32::from(account.owed > 0)))
    }

    /// Opens the accounts that `denoms` lack. Where all numbers are taken a former denom of which nothing is owed
    /// loses its account.
    pub fn open(&mut self, denoms: &[String]) {
        for denom in denoms {
            if self.accounts().any(|account| account.denom == *denom) {
                continue;
            }
            let account = Account { denom: denom.clone(), ..Account::default() };
            let vacant =
                (0..ACCOUNTS_MAX).find(|number| self.accounts.iter().all(|(taken, _)| taken != number));
            let is_former = |account: &Account| account.owed == 0 && !denoms.contains(&account.denom);
            match vacant {
                Some(number) => self.accounts.push((number, account)),
                None => {
                    if let Some((_, former)) =
                        self.accounts.iter_mut().find(|(_, account)| is_former(account))
                    {
                        *former = account;
                    }
                }
            }
        }
    }
}
