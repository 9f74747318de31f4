use serde::{Deserialize, Serialize};

/// How many bits lie below the coin.
const BITS: u32 = 64;

/// What one sat has earned of a denomination: coins, and parts of one in units of 2⁻⁶⁴.
///
/// It only grows, and wraps where coins have no number: only differences are used, and those are right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerSat {
    /// Whole coins.
    pub coins: u128,
    /// Parts of one.
    pub parts: u64,
}

impl PerSat {
    /// Shares coins out among sats, and with them the parts that the last time left; what each sat earns, and what parts are left.
    /// `None` where there are no sats.
    ///
    /// Exact: what all sats earn together and what is left are what was given.
    pub fn share(coins: u128, carry: u64, sats: u64) -> Option<(Self, u64)> {
        let sats = u128::from(sats);
        let (whole, rest) = (coins.checked_div(sats)?, coins.checked_rem(sats)?);
        // Below sats · 2^64, since the rest is below the sats: the quotient has 64 bits.
        let below = rest.wrapping_shl(BITS) | u128::from(carry);
        Some((Self { coins: whole, parts: low(below.checked_div(sats)?) }, low(below.checked_rem(sats)?)))
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, more: Self) -> Self {
        let (parts, is_over) = self.parts.overflowing_add(more.parts);
        Self { coins: self.coins.wrapping_add(more.coins).wrapping_add(is_over as u128), parts }
    }

    /// What was earned since it stood there.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        let (parts, is_under) = self.parts.overflowing_sub(before.parts);
        Self { coins: self.coins.wrapping_sub(before.coins).wrapping_sub(is_under as u128), parts }
    }

    /// What so many sats earn, and had of parts before: whole coins, and parts of one.
    ///
    /// Never more than was shared out. Coins beyond the largest number are left out; no chain has them.
    pub fn times(self, sats: u64, parts: u64) -> (u128, u64) {
        // (2^64 - 1)^2 + 2^64 - 1 is below 2^128.
        let below = u128::from(self.parts).wrapping_mul(sats.into()).wrapping_add(parts.into());
        let coins = self.coins.saturating_mul(sats.into()).saturating_add(below.wrapping_shr(BITS));
        (coins, low(below))
    }
}

/// The lower 64 bits.
const fn low(number: u128) -> u64 {
    let [.., a, b, c, d, e, f, g, h] = number.to_be_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use k256::elliptic_curve::bigint::{CheckedMul, Encoding, U256};
    use proptest::prelude::*;

    use super::*;

    /// Coins and parts as one number of parts.
    fn number(coins: u128, parts: u64) -> U256 {
        U256::from(coins).shl_vartime(64).wrapping_add(&U256::from(parts))
    }

    fn all(one: PerSat) -> U256 {
        number(one.coins, one.parts)
    }

    fn times(one: U256, sats: u64) -> U256 {
        one.checked_mul(&U256::from(sats)).unwrap()
    }

    proptest! {
        ///
        #[test]
        fn what_is_shared_out_is_what_was_given(coins: u128, carry: u64, sats in 1..=u64::MAX) {
            let (each, left) = PerSat::share(coins, carry, sats).unwrap();
            prop_assert!(left < sats);
            let given = number(coins, carry);
            prop_assert_eq!(times(all(each), sats).wrapping_add(&U256::from(left)), given);
            prop_assert_eq!(all(each), given.wrapping_div(&U256::from(sats)));
        }

        #[test]
        fn products_are_exact(parts: u64, before: u64, sats: u64, coins in 0..=u128::from(u64::MAX)) {
            let (whole, rest) = PerSat { coins, parts }.times(sats, before);
            let exact = times(number(coins, parts), sats).wrapping_add(&U256::from(before));
            prop_assert_eq!(number(whole, rest), exact);
        }

        #[test]
        fn a_difference_is_right_though_the_index_wrapped(a: u128, b: u64, c: u128, d: u64) {
            let (from, by) = (PerSat { coins: a, parts: b }, PerSat { coins: c, parts: d });
            prop_assert_eq!(from.plus(by).since(from), by);
            let sum = all(from).wrapping_add(&all(by));
            let mut bytes = sum.to_be_bytes();
            bytes[..8].fill(0);
            prop_assert_eq!(all(from.plus(by)), U256::from_be_bytes(bytes));
        }
    }

    #[test]
    fn nobody_gets_anything_of_no_sats() {
        assert_eq!(PerSat::share(7, 7, 0), None);
    }

    #[test]
    fn more_coins_than_there_are_numbers_are_left_out() {
        let most = PerSat { coins: u128::MAX, parts: u64::MAX };
        assert_eq!(most.times(2, 0), (u128::MAX, u64::MAX - 1));
    }
}
