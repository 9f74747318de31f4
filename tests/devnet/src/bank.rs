//! Coins.

use cosmwasm_std::{Coin, Event, Uint128};

use crate::{error::Failure, state::State};

impl State {
    pub fn balance(&self, address: &str, denom: &str) -> u128 {
        self.bank.get(&(address.to_owned(), denom.to_owned())).copied().unwrap_or(0)
    }

    pub fn balances(&self, address: &str) -> Vec<Coin> {
        let of_address = self.bank.iter().filter(|((owner, _), _)| owner == address);
        of_address.map(|((_, denom), amount)| Coin::new(*amount, denom)).collect()
    }

    pub fn supply(&self, denom: &str) -> u128 {
        self.bank.iter().filter(|((_, d), _)| d == denom).map(|(_, amount)| amount).sum()
    }

    fn set_balance(&mut self, address: &str, denom: &str, amount: u128) {
        let key = (address.to_owned(), denom.to_owned());
        if amount == 0 {
            self.bank.remove(&key);
        } else {
            self.bank.insert(key, amount);
        }
    }

    pub fn mint(&mut self, address: &str, denom: &str, amount: u128) {
        let balance = self.balance(address, denom).saturating_add(amount);
        self.set_balance(address, denom, balance);
    }

    pub fn burn(&mut self, address: &str, coins: &[Coin]) -> Result<(), Failure> {
        for coin in coins {
            let amount = amount_of(coin)?;
            let available = self.balance(address, &coin.denom);
            let left = available.checked_sub(amount).ok_or_else(|| Failure::Funds {
                denom: coin.denom.clone(),
                available,
                amount,
            })?;
            self.set_balance(address, &coin.denom, left);
        }
        Ok(())
    }

    /// Moves coins; what was moved before one of them failed is for the caller to roll back.
    pub fn send(&mut self, from: &str, to: &str, coins: &[Coin]) -> Result<Vec<Event>, Failure> {
        if coins.is_empty() {
            return Ok(Vec::new());
        }
        self.burn(from, coins)?;
        for coin in coins {
            self.mint(to, &coin.denom, amount_of(coin)?);
        }
        let amount = coins.iter().map(|c| format!("{}{}", c.amount, c.denom)).collect::<Vec<_>>().join(",");
        let transfer = Event::new("transfer")
            .add_attribute("recipient", to)
            .add_attribute("sender", from)
            .add_attribute("amount", amount);
        Ok(vec![transfer])
    }
}

pub(crate) fn amount_of(coin: &Coin) -> Result<u128, Failure> {
    match Uint128::try_from(coin.amount) {
        Ok(amount) if !amount.is_zero() => Ok(amount.u128()),
        _ => Err(Failure::Invalid(format!("{}{}: invalid coins", coin.amount, coin.denom))),
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::{Timestamp, coins};

    use super::*;
    use crate::state::BlockNow;

    fn state() -> State {
        State::new(BlockNow { height: 1, time: Timestamp::from_seconds(1) })
    }

    #[test]
    fn a_transfer_moves_coins_and_makes_none() {
        let mut s = state();
        s.mint("a", "u", 10);
        s.mint("a", "v", 1);
        s.send("a", "b", &coins(4, "u")).unwrap();
        assert_eq!((s.balance("a", "u"), s.balance("b", "u"), s.supply("u")), (6, 4, 10));
        assert_eq!(s.balances("a"), [Coin::new(6u128, "u"), Coin::new(1u128, "v")]);
    }

    #[test]
    fn nobody_sends_more_than_they_have_or_nothing_at_all() {
        let mut s = state();
        s.mint("a", "u", 10);
        let short = Failure::Funds { denom: "u".into(), available: 10, amount: 11 };
        assert_eq!(s.send("a", "b", &coins(11, "u")), Err(short));
        assert!(matches!(s.send("a", "b", &coins(0, "u")), Err(Failure::Invalid(_))));
    }

    #[test]
    fn sending_to_oneself_changes_nothing() {
        let mut s = state();
        s.mint("a", "u", 10);
        s.send("a", "a", &coins(10, "u")).unwrap();
        assert_eq!(s.balance("a", "u"), 10);
    }
}
