use core::{fmt, iter::Sum, ops::Add};

use serde::{Deserialize, Serialize};

use crate::ParseError;

/// An amount of bitcoin in satoshi, at most the 21 million bitcoin that can exist.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sats(u64);

impl Sats {
    /// 0.
    pub const ZERO: Self = Self(0);
    /// 21 million bitcoin.
    pub const MAX: Self = Self(2_100_000_000_000_000);

    /// Takes an amount from the wire.
    ///
    /// # Errors
    /// [`ParseError::TooManySats`] above [`Sats::MAX`].
    pub const fn new(sats: u64) -> Result<Self, ParseError> {
        if sats > Self::MAX.0 {
            return Err(ParseError::TooManySats { got: sats });
        }
        Ok(Self(sats))
    }

    /// The number of satoshi.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Sats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Voting power: a sum of [`Sats`].
///
/// A `u128`, so that neither a sum of any number of delegations nor three times it can overflow:
/// that takes 2^128 / (3 * 21e14), about 5e22 delegations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VotingPower(u128);

impl VotingPower {
    /// 0.
    pub const ZERO: Self = Self(0);

    /// Takes a sum of sats.
    pub const fn new(sats: u128) -> Self {
        Self(sats)
    }

    /// The sum of sats.
    pub const fn get(self) -> u128 {
        self.0
    }

    /// The number for the wire's `u64`, capped there (PROTOCOL.md, "The daemon's queries").
    pub fn to_u64(self) -> u64 {
        u64::try_from(self.0).unwrap_or(u64::MAX)
    }

    /// Whether there is none.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether this is **more than** two thirds of `total`; never true of nothing.
    ///
    /// ```
    /// # use bsn_primitives::VotingPower;
    /// let total = VotingPower::new(300);
    /// assert!(!VotingPower::new(200).is_quorum_of(total));
    /// assert!(VotingPower::new(201).is_quorum_of(total));
    /// ```
    pub const fn is_quorum_of(self, total: Self) -> bool {
        self.0.saturating_mul(3) > total.0.saturating_mul(2)
    }

    /// One more delegation.
    pub const fn plus(self, sats: Sats) -> Self {
        Self(self.0.saturating_add(sats.0 as u128))
    }

    /// One delegation less, or `None` if there was not that much: a broken ledger.
    pub fn minus(self, sats: Sats) -> Option<Self> {
        self.0.checked_sub(u128::from(sats.0)).map(Self)
    }
}

impl From<Sats> for VotingPower {
    fn from(sats: Sats) -> Self {
        Self(u128::from(sats.0))
    }
}

impl Add for VotingPower {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for VotingPower {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for VotingPower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C-38
    #[test]
    fn no_more_than_twenty_one_million_bitcoin() {
        assert_eq!(Sats::new(2_100_000_000_000_000), Ok(Sats::MAX));
        assert_eq!(
            Sats::new(2_100_000_000_000_001),
            Err(ParseError::TooManySats { got: 2_100_000_000_000_001 })
        );
    }

    /// C-38
    #[test]
    fn a_million_tables_of_any_powers_have_a_sum() {
        let mut word = 1u64;
        for _ in 0..1_000_000 {
            let table: [u64; 4] = std::array::from_fn(|_| {
                word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if word.is_multiple_of(8) { u64::MAX } else { word }
            });
            let total: VotingPower = table.iter().map(|&sats| VotingPower::new(sats.into())).sum();
            assert_eq!(total.get(), table.iter().map(|&sats| u128::from(sats)).sum::<u128>(), "{table:?}");
        }
    }

    #[test]
    fn quorum_is_strictly_more_than_two_thirds() {
        for total in 0..=1_000u128 {
            for voted in [0, total / 3, total * 2 / 3, total * 2 / 3 + 1, total] {
                let exact = voted * 3 > total * 2;
                assert_eq!(VotingPower::new(voted).is_quorum_of(VotingPower::new(total)), exact);
            }
        }
        assert!(!VotingPower::ZERO.is_quorum_of(VotingPower::ZERO));
    }

    #[test]
    fn amounts_add_up_exactly_and_stop_at_the_largest_number() {
        let (three, five) = (Sats::new(3).unwrap(), Sats::new(5).unwrap());
        assert_eq!((three.get(), VotingPower::from(three).get()), (3, 3));
        assert_eq!(VotingPower::from(three).plus(five), VotingPower::new(8));
        assert_eq!(VotingPower::new(8).minus(five), Some(VotingPower::new(3)));
        assert_eq!(VotingPower::from(three) + VotingPower::from(five), VotingPower::new(8));
        let most = VotingPower::new(u128::MAX);
        assert_eq!((most.plus(three), most + most), (most, most));
        assert!(!most.is_quorum_of(most), "three times as much has no number");
    }

    #[test]
    fn only_nothing_is_zero() {
        assert!(VotingPower::ZERO.is_zero() && VotingPower::default().is_zero());
        assert!(!VotingPower::new(1).is_zero() && !VotingPower::new(1 << 127).is_zero());
    }

    #[test]
    fn the_wire_gets_at_most_its_largest_number() {
        let most = u128::from(u64::MAX);
        for (sats, wire) in [(0, 0), (7, 7), (most, u64::MAX), (most + 1, u64::MAX), (u128::MAX, u64::MAX)] {
            assert_eq!(VotingPower::new(sats).to_u64(), wire);
        }
    }

    #[test]
    fn amounts_are_shown_in_decimal() {
        assert_eq!(Sats::MAX.to_string(), "2100000000000000");
        assert_eq!(VotingPower::new(1 << 64).to_string(), "18446744073709551616");
        assert_eq!(format!("{:>5}", VotingPower::new(42)), "   42");
    }

    #[test]
    fn the_ledger_cannot_go_below_zero() {
        let one = Sats::new(1).unwrap();
        assert_eq!(VotingPower::ZERO.minus(one), None);
        assert_eq!(VotingPower::ZERO.plus(one).minus(one), Some(VotingPower::ZERO));
    }
}
