//! The model: a loop over all stakes for each coin that comes.

use std::collections::BTreeMap;

/// Of a coin.
pub const ONE: u128 = 1 << 64;

/// A stake as the model has it.
#[derive(Clone, Copy, PartialEq)]
pub struct Counting {
    pub to: u8,
    pub sats: u64,
    pub expiry: u32,
}

/// What somebody has by the model, in parts of a coin, rounded down each time; and how often that was, and how often a stake
/// that had something ended.
#[derive(Clone, Copy, Default)]
pub struct Has {
    pub parts: u128,
    pub roundings: u128,
    pub ends: u128,
}

#[derive(Default)]
pub struct Model {
    counting: BTreeMap<u8, Counting>,
    pub stakers: BTreeMap<(u8, usize), Has>,
    /// In whole coins: commissions, and what no stake was there for.
    pub accounts: BTreeMap<(u8, usize), u128>,
    rates: BTreeMap<u8, (u16, u64)>,
    pub slashed: Vec<u8>,
    pub came: [u128; 3],
}

impl Model {
    /// Counts from now on; by other terms than before it ends first.
    pub fn begin(&mut self, n: u8, counting: Counting) {
        if self.counting.get(&n) != Some(&counting) {
            self.stop(n);
            self.counting.insert(n, counting);
        }
    }

    pub fn expire(&mut self, tip: u32) {
        let ended: Vec<u8> =
            self.counting.iter().filter(|(_, one)| one.expiry <= tip).map(|(n, _)| *n).collect();
        ended.into_iter().for_each(|n| self.stop(n));
    }

    pub fn stop(&mut self, n: u8) {
        if self.counting.remove(&n).is_some() {
            (0..3).for_each(|denom| self.stakers.entry((n, denom)).or_default().ends += 1);
        }
    }

    pub fn pay(&mut self, to: u8, denom: usize, amount: u128) {
        self.came[denom] += amount;
        let mine: Vec<_> =
            self.counting.iter().filter(|(_, one)| one.to == to).map(|(n, one)| (*n, one.sats)).collect();
        let rate = u128::from(self.rates.get(&to).copied().unwrap_or_default().0);
        let own = if mine.is_empty() { amount } else { amount * rate / 10_000 };
        *self.accounts.entry((to, denom)).or_default() += own;
        let total: u128 = mine.iter().map(|(_, sats)| u128::from(*sats)).sum();
        for (n, sats) in mine {
            let has = self.stakers.entry((n, denom)).or_default();
            has.parts += (amount - own) * ONE * u128::from(sats) / total;
            has.roundings += 1;
        }
    }

    /// Whether a commission may become that.
    pub fn change(&mut self, to: u8, bps: u16, now: u64) -> bool {
        let (rate, raised_at) = self.rates.get(&to).copied().unwrap_or_default();
        let is_raise = bps > rate;
        if is_raise && (bps - rate > 100 || now - raised_at < 86_400) {
            return false;
        }
        self.rates.insert(to, (bps, if is_raise { now } else { raised_at }));
        true
    }
}
