use cosmwasm_std::{Addr, BankMsg, Coin};
use payout::{Denoms, PerDenom};
use primitives::Sorted;

/// What leaves the contract: one message for each address.
#[derive(Default)]
pub struct Payments(Sorted<Addr, PerDenom<u128>>);

impl Payments {
    /// Coins that have left the books.
    pub fn add(&mut self, to: &Addr, coins: &PerDenom<u128>) {
        let mut sums = self.0.get(to).cloned().unwrap_or_default();
        for (denom, amount) in coins.iter() {
            sums.set(denom, sums.get(denom).saturating_add(amount));
        }
        self.0.insert(to.clone(), sums);
    }

    /// The messages, in the order of addresses.
    pub fn messages(self, denoms: &Denoms) -> Vec<BankMsg> {
        let paid = self.0.into_iter().filter(|(_, sums)| !sums.is_empty());
        paid.map(|(to, sums)| BankMsg::Send { to_address: to.into(), amount: coins(&sums, denoms) }).collect()
    }
}

/// By their names, without those of which there is nothing, in the order that a bank wants.
pub fn coins(amounts: &PerDenom<u128>, denoms: &Denoms) -> Vec<Coin> {
    let mut named = Sorted::new();
    for (denom, amount) in amounts.iter() {
        named.insert(denoms.name(denom), amount);
    }
    named
        .into_iter()
        .filter(|(_, amount)| *amount > 0)
        .map(|(name, amount)| Coin::new(amount, name))
        .collect()
}
