use primitives::{FpPublicKey, UnixTime};
use serde::{Deserialize, Serialize};

use crate::{Commission, CommissionError, DenomId, Ledger, PerDenom, PerSat, Rate};

/// What is kept of a finality provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// What it keeps.
    pub commission: Commission,
    /// How many sats count for it.
    pub sats: u64,
    /// What it has, by denomination.
    pub pots: PerDenom<Pot>,
}

/// What a finality provider has of one denomination.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pot {
    /// What one sat has earned since the beginning.
    pub index: PerSat,
    /// What the last division left, in units of 2⁻⁶⁴ coins: the next one divides it, too.
    pub carry: u64,
    /// What ended stakes had below a whole coin, in the same units: the provider's, once it is one.
    pub dust: u64,
    /// The provider's own coins that nobody has claimed.
    pub account: u128,
}

impl Pot {
    /// Takes coins: the commission for the account, the rest for so many sats; all for the account where there are none.
    /// `None` where the account cannot hold it.
    pub fn take(self, coins: u128, commission: Rate, sats: u64) -> Option<Self> {
        let own = commission.of(coins);
        let rest = coins.checked_sub(own)?;
        Some(match PerSat::share(rest, self.carry, sats) {
            Some((each, carry)) => {
                let account = self.account.checked_add(own)?;
                Self { index: self.index.plus(each), carry, account, ..self }
            }
            None => Self { account: self.account.checked_add(coins)?, ..self },
        })
    }

    /// Takes what an ended stake had below a whole coin.
    #[must_use]
    pub const fn take_dust(self, parts: u64) -> Self {
        let (dust, is_coin) = self.dust.overflowing_add(parts);
        Self { dust, account: self.account.saturating_add(is_coin as u128), ..self }
    }
}

impl Provider {
    /// Where its indices stand.
    pub fn index(&self) -> PerDenom<PerSat> {
        self.pots.map(|pot| pot.index)
    }

    /// Its own coins that nobody has claimed.
    pub fn account(&self) -> PerDenom<u128> {
        self.pots.map(|pot| pot.account)
    }
}

/// Changes what a finality provider keeps, from the next coins on; the caller has checked that it is its owner who asks.
///
/// # Errors
/// Those of the ledger; within, why the commission is not changed.
pub fn set_commission<L: Ledger>(
    ledger: &mut L,
    fp: &FpPublicKey,
    rate: Rate,
    now: UnixTime,
) -> Result<Result<(), CommissionError>, L::Error> {
    let mut provider = ledger.provider(fp)?;
    match provider.commission.change(rate, now) {
        Ok(commission) => provider.commission = commission,
        Err(error) => return Ok(Err(error)),
    }
    ledger.put_provider(fp, &provider)?;
    Ok(Ok(()))
}

/// Takes all coins out of a finality provider's account; the caller pays them.
///
/// # Errors
/// Those of the ledger.
pub fn take_account<L: Ledger>(ledger: &mut L, fp: &FpPublicKey) -> Result<PerDenom<u128>, L::Error> {
    let mut provider = ledger.provider(fp)?;
    let account = provider.account();
    if !account.is_empty() {
        provider.pots = provider.pots.map(|pot| Pot { account: 0, ..pot });
        ledger.put_provider(fp, &provider)?;
    }
    Ok(account)
}

/// Takes a bounty out of a finality provider's account, as far as that reaches: never out of what stakes have earned. The caller pays it.
///
/// # Errors
/// Those of the ledger.
pub fn take_bounty<L: Ledger>(
    ledger: &mut L,
    fp: &FpPublicKey,
    denom: DenomId,
    most: u128,
) -> Result<u128, L::Error> {
    let mut provider = ledger.provider(fp)?;
    let pot = provider.pots.get(denom);
    let bounty = pot.account.min(most);
    if bounty > 0 {
        provider.pots.set(denom, Pot { account: pot.account.saturating_sub(bounty), ..pot });
        ledger.put_provider(fp, &provider)?;
    }
    Ok(bounty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coins_go_to_the_account_and_to_the_sats() {
        let pot = Pot::default().take(1_000, Rate::new(1_000).unwrap(), 9).unwrap();
        assert_eq!((pot.account, pot.index, pot.carry), (100, PerSat { coins: 100, parts: 0 }, 0));
        let pot = pot.take(1, Rate::default(), 3).unwrap();
        assert_eq!((pot.account, pot.index.parts, pot.carry), (100, u64::MAX / 3, 1));
    }

    #[test]
    fn where_nothing_is_staked_all_is_the_providers() {
        let pot = Pot { carry: 7, ..Pot::default() }.take(1_000, Rate::new(1).unwrap(), 0).unwrap();
        assert_eq!(pot, Pot { carry: 7, account: 1_000, ..Pot::default() });
    }

    #[test]
    fn an_account_that_is_full_takes_nothing() {
        let full = Pot { account: u128::MAX, ..Pot::default() };
        assert_eq!(full.take(1, Rate::default(), 0), None);
        assert_eq!(full.take(10_000, Rate::new(1).unwrap(), 5), None);
        assert!(full.take(10_000, Rate::default(), 5).is_some());
    }

    ///
    #[test]
    fn dust_is_the_providers_once_it_is_a_coin() {
        let pot = Pot::default().take_dust(1 << 63);
        assert_eq!((pot.dust, pot.account), (1 << 63, 0));
        let pot = pot.take_dust((1 << 63) + 5);
        assert_eq!((pot.dust, pot.account), (5, 1));
    }
}
