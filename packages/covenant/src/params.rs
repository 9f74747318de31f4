use core::fmt;

use primitives::BtcHeight;
use thiserror::Error;

use crate::Committee;

/// The most finality providers that parameters may allow a delegation: what bounds the length of its scripts.
pub const MAX_FPS: u8 = 64;

/// The longest slashing script: longer than any that pays to an address or burns with a note.
pub const MAX_SLASHING_SCRIPT: usize = 128;

/// What share of a stake a slashing takes, in ten-thousandths; more than none and less than all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlashingRate(u16);

impl SlashingRate {
    const WHOLE: u16 = 10_000;

    /// Takes ten-thousandths.
    ///
    /// # Errors
    /// [`ParamsError::Rate`] unless it is from 1 to 9,999.
    pub const fn new(ten_thousandths: u16) -> Result<Self, ParamsError> {
        if ten_thousandths == 0 || ten_thousandths >= Self::WHOLE {
            return Err(ParamsError::Rate { got: ten_thousandths });
        }
        Ok(Self(ten_thousandths))
    }

    /// That share of so many sats, rounded down. Babylon rounds a product of floating point numbers to the nearest: this
    /// is never more than it and at most one sat less.
    pub fn of(self, sats: u64) -> u64 {
        let share = u128::from(sats) * u128::from(self.0) / u128::from(Self::WHOLE);
        u64::try_from(share).unwrap_or(u64::MAX)
    }
}

impl fmt::Display for SlashingRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0.{:04}", self.0)
    }
}

/// One version of the parameters that delegations are made under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// Who signs slashings in advance, and early ends.
    pub committee: Committee,
    /// Where the slashed part goes.
    pub slashing_script: Vec<u8>,
    /// How large that part is.
    pub slashing_rate: SlashingRate,
    /// The least fee of a slashing transaction, in sats.
    pub min_slashing_fee: u64,
    /// For how many blocks an early end, and what a slashing leaves, stays locked.
    pub unbonding_time: u16,
    /// The fee of an early end, in sats: exactly this.
    pub unbonding_fee: u64,
    /// The least stake, in sats.
    pub min_value: u64,
    /// The largest stake, in sats.
    pub max_value: u64,
    /// The shortest lock, in blocks.
    pub min_time: u16,
    /// The longest lock, in blocks.
    pub max_time: u16,
    /// The most finality providers of one delegation.
    pub max_fps: u8,
    /// From which height of Bitcoin they are in force.
    pub activation: BtcHeight,
}

/// Why parameters are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ParamsError {
    /// Nothing is taken, or all.
    #[error("slashing rate of {got} ten-thousandths is not from 1 to 9,999")]
    Rate {
        /// Ten-thousandths, as given.
        got: u16,
    },
    /// A number that must not be zero.
    #[error("{0} must not be zero")]
    Zero(&'static str),
    /// A least above its largest.
    #[error("the least {what} of {least} is above the largest of {largest}")]
    Bounds {
        /// Of what.
        what: &'static str,
        /// The least.
        least: u64,
        /// The largest.
        largest: u64,
    },
    /// No finality provider, or more than [`MAX_FPS`].
    #[error("a delegation may have 1 to {MAX_FPS} finality providers, got {got}")]
    Fps {
        /// As given.
        got: u8,
    },
    /// No slashing script, or one longer than [`MAX_SLASHING_SCRIPT`].
    #[error("a slashing script has 1 to {MAX_SLASHING_SCRIPT} bytes, got {got}")]
    SlashingScript {
        /// Its length.
        got: usize,
    },
}

impl Params {
    /// Checks what the types do not say.
    ///
    /// # Errors
    /// [`ParamsError`].
    pub fn check(&self) -> Result<(), ParamsError> {
        let positive = [
            ("the least slashing fee", self.min_slashing_fee),
            ("the unbonding fee", self.unbonding_fee),
            ("the unbonding time", self.unbonding_time.into()),
            ("the least stake", self.min_value),
            ("the shortest lock", self.min_time.into()),
        ];
        if let Some((what, _)) = positive.into_iter().find(|(_, number)| *number == 0) {
            return Err(ParamsError::Zero(what));
        }
        let bounds =
            [("stake", self.min_value, self.max_value), ("lock", self.min_time.into(), self.max_time.into())];
        if let Some((what, least, largest)) = bounds.into_iter().find(|(_, least, largest)| least > largest) {
            return Err(ParamsError::Bounds { what, least, largest });
        }
        if !(1..=MAX_FPS).contains(&self.max_fps) {
            return Err(ParamsError::Fps { got: self.max_fps });
        }
        let got = self.slashing_script.len();
        if !(1..=MAX_SLASHING_SCRIPT).contains(&got) {
            return Err(ParamsError::SlashingScript { got });
        }
        Ok(())
    }
}
