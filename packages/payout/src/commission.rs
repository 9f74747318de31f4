use primitives::UnixTime;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A part of a whole, in ten-thousandths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rate(u16);

/// How many of them are the whole.
const WHOLE: u16 = 10_000;
/// By how many ten-thousandths a commission may rise at once: a point.
const RISE: u16 = 100;
/// For how many seconds it may not rise again.
const DAY: u64 = 86_400;

impl Rate {
    /// Takes ten-thousandths.
    ///
    /// # Errors
    /// [`CommissionError::AboveWhole`].
    pub const fn new(bps: u16) -> Result<Self, CommissionError> {
        if bps > WHOLE { Err(CommissionError::AboveWhole { got: bps }) } else { Ok(Self(bps)) }
    }

    /// Ten-thousandths.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The part of so many coins, rounded down.
    pub fn of(self, coins: u128) -> u128 {
        let (rate, whole) = (u128::from(self.0), u128::from(WHOLE));
        let (wholes, rest) = (coins.checked_div(whole), coins.checked_rem(whole));
        let of_rest = rest.unwrap_or_default().saturating_mul(rate).checked_div(whole).unwrap_or_default();
        wholes.unwrap_or_default().saturating_mul(rate).saturating_add(of_rest)
    }
}

/// What a finality provider keeps of what its stakes earn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commission {
    /// How much.
    pub rate: Rate,
    /// When it rose last, in seconds since 1970; 0 where it never did.
    pub raised_at: UnixTime,
}

/// Why a commission is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CommissionError {
    /// More than all.
    #[error("a commission of {got} ten-thousandths is more than the whole")]
    AboveWhole {
        /// What was asked for, in ten-thousandths.
        got: u16,
    },
    /// It would rise by too much.
    #[error("a commission of {from} ten-thousandths may rise to {most} at once, not to {got}")]
    TooSteep {
        /// What it is.
        from: u16,
        /// What was asked for.
        got: u16,
        /// The most that it may be now.
        most: u16,
    },
    /// It rose within a day.
    #[error("the commission rose within a day, and may rise again from {from} on (seconds since 1970)")]
    TooSoon {
        /// From when on it may.
        from: UnixTime,
    },
}

impl Commission {
    /// Another rate: lower at any time, higher by at most a point and not twice within a day, so that stakers can leave first.
    ///
    /// # Errors
    /// [`CommissionError`].
    pub fn change(self, rate: Rate, now: UnixTime) -> Result<Self, CommissionError> {
        if rate <= self.rate {
            return Ok(Self { rate, ..self });
        }
        let (from, got, most) = (self.rate.0, rate.0, self.rate.0.saturating_add(RISE));
        if got > most {
            return Err(CommissionError::TooSteep { from, got, most });
        }
        let again = UnixTime::new(self.raised_at.get().saturating_add(DAY));
        if now < again {
            return Err(CommissionError::TooSoon { from: again });
        }
        Ok(Self { rate, raised_at: now })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;

    fn at(bps: u16, raised_at: u64) -> Commission {
        Commission { rate: Rate(bps), raised_at: UnixTime::new(raised_at) }
    }

    fn change(from: Commission, bps: u16, now: u64) -> Result<Commission, CommissionError> {
        from.change(Rate::new(bps)?, UnixTime::new(now))
    }

    ///
    #[test]
    fn a_commission_rises_by_one_point_a_day() {
        assert_eq!(change(at(500, 0), 600, NOW), Ok(at(600, NOW)));
        let steep = CommissionError::TooSteep { from: 500, got: 601, most: 600 };
        assert_eq!(change(at(500, 0), 601, NOW), Err(steep));
        let soon = CommissionError::TooSoon { from: UnixTime::new(NOW + DAY) };
        assert_eq!(change(at(600, NOW), 601, NOW + DAY - 1), Err(soon));
        assert_eq!(change(at(600, NOW), 700, NOW + DAY), Ok(at(700, NOW + DAY)));
    }

    /// a fall does not make room for a steeper rise.
    #[test]
    fn a_commission_falls_at_any_time() {
        let fallen = change(at(600, NOW), 0, NOW + 1).unwrap();
        assert_eq!(fallen, at(0, NOW));
        assert!(change(fallen, 1, NOW + 2).is_err());
        assert!(change(fallen, 101, NOW + DAY).is_err());
        assert_eq!(change(fallen, 100, NOW + DAY), Ok(at(100, NOW + DAY)));
    }

    #[test]
    fn a_commission_is_at_most_the_whole() {
        assert_eq!(Rate::new(10_001), Err(CommissionError::AboveWhole { got: 10_001 }));
        assert_eq!(change(at(9_950, 0), 10_000, NOW), Ok(at(10_000, NOW)));
    }

    #[test]
    fn a_part_is_rounded_down() {
        for (bps, coins, part) in [
            (500, 19, 0),
            (500, 20, 1),
            (9_999, 10_001, 9_999),
            (10_000, u128::MAX, u128::MAX),
            (0, u128::MAX, 0),
            (5_000, u128::MAX, u128::MAX / 2),
        ] {
            assert_eq!(Rate(bps).of(coins), part, "{bps} of {coins}");
        }
    }
}
