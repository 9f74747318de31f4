//! The knobs of the finality gadget. A [`Params`] exists only if every one is within its bounds.

use primitives::{BlockHeight, Seconds, for_each_knob};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// After how many blocks a height without quorum is judged, at the latest.
const JUDGED_AFTER_MAX: u64 = 1_000;

macro_rules! params {
    ({
        $($(#[$about:meta])* $knob:ident: $wire:ty as $kind:ty = $default:expr, $min:literal..=$max:expr;)*
    }) => {
        /// All knobs, valid (RULINGS.md, "Instantiation").
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct Params {
            $($(#[$about])* pub $knob: $kind,)*
        }

        impl Default for Params {
            fn default() -> Self {
                Self { $($knob: <$kind>::from({ let number: $wire = $default; number }),)* }
            }
        }

        impl Params {
            /// The table of bounds.
            pub fn bounds(&self) -> [Bound; NAMES.len()] {
                [$(Bound { name: stringify!($knob), value: self.$knob.into(), min: $min, max: $max },)*]
            }
        }

        /// The names of all knobs, in the order in which they are stored.
        const NAMES: &[&str] = &[$(stringify!($knob)),*];
    };
}

for_each_knob! { params }

/// One knob's name, value and bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The field's name on the wire.
    pub name: &'static str,
    /// What it is set to.
    pub value: u64,
    /// The lowest value allowed.
    pub min: u64,
    /// The highest value allowed.
    pub max: u64,
}

/// A knob is out of its bounds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("Invalid configuration: {name} must be from {min} to {max}, got {value}")]
pub struct OutOfBounds {
    /// The field's name on the wire.
    pub name: &'static str,
    /// What was given.
    pub value: u64,
    /// The lowest value allowed.
    pub min: u64,
    /// The highest value allowed.
    pub max: u64,
}

impl Params {
    /// The only way to a valid set of knobs, for instantiation and update alike.
    ///
    /// # Errors
    /// [`OutOfBounds`], naming the first knob that is.
    pub fn checked(self) -> Result<Self, OutOfBounds> {
        match self.bounds().into_iter().find(|b| b.value < b.min || b.value > b.max) {
            Some(Bound { name, value, min, max }) => Err(OutOfBounds { name, value, min, max }),
            None => Ok(self),
        }
    }

    /// After how many blocks a height without quorum is judged: an outage must not wait for a long window.
    pub fn judged_after(&self) -> u64 {
        self.missed_blocks_window.min(JUDGED_AFTER_MAX)
    }

    /// How many misses within the window are one too many: jail.
    pub fn misses_to_jail(&self) -> u64 {
        let must_sign = self.missed_blocks_window.saturating_mul(self.min_signed_percent).div_ceil(100);
        self.missed_blocks_window.saturating_sub(must_sign).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(Params::default().checked(), Ok(Params::default()));
    }

    /// K27: the daemons' own defaults start 6,000 heights ahead and take 50,000.
    #[test]
    fn commitments_reach_as_far_as_babylon_lets_them_by_default() {
        assert_eq!(Params::default().max_pub_rand_commit_offset, 160_000);
        let bounds = Params::default().bounds();
        let offset = bounds.iter().find(|bound| bound.name == "max_pub_rand_commit_offset").unwrap();
        assert!(offset.min > 56_000, "{}", offset.min);
    }

    #[test]
    fn the_longest_times_are_counted_in_days() {
        let bounds = Params::default().bounds();
        let max = |name| bounds.iter().find(|bound| bound.name == name).unwrap().max;
        let days =
            [("jail_duration", 30), ("anchor_retention_s", 60), ("rebind_delay", 30), ("orphan_grace", 21)];
        for (name, days) in days {
            assert_eq!(max(name), days * 24 * 60 * 60, "{name}");
        }
        assert_eq!(max("missed_blocks_window"), crate::liveness::WINDOW_MAX, "misses are counted exactly");
        assert_eq!(max("finality_activation_height"), 0x7fff_ffff_ffff_ffff, "heights above can be added to");
    }

    #[test]
    fn every_knob_has_a_minimum_and_a_maximum() {
        let bounds = Params::default().bounds();
        for (at, Bound { name, min, max, .. }) in bounds.into_iter().enumerate() {
            // All are stored as numbers, in the order of the table.
            let set = |value| {
                let mut values = bounds.map(|bound| bound.value);
                values[at] = value;
                let stored = postcard::to_allocvec(&values).unwrap();
                postcard::from_bytes::<Params>(&stored).unwrap().checked()
            };
            assert!(set(min).is_ok(), "{name} {min}");
            assert!(set(max).is_ok(), "{name} {max}");
            assert_eq!(set(max + 1), Err(OutOfBounds { name, value: max + 1, min, max }));
            if min > 0 {
                assert_eq!(set(min - 1), Err(OutOfBounds { name, value: min - 1, min, max }));
            }
        }
    }

    /// The daemons' own suite sends a window of 10,000 (PROTOCOL.md, "Messages of the incumbent").
    #[test]
    fn a_long_window_is_valid_and_keeps_no_outage_waiting() {
        let with = |missed_blocks_window| Params { missed_blocks_window, ..Params::default() }.checked();
        assert_eq!(with(10_000).map(|params| params.judged_after()), Ok(1_000));
        assert_eq!(with(250).map(|params| params.judged_after()), Ok(250));
        assert!(with(10_001).is_err());
    }

    #[test]
    fn at_half_a_window_of_250_the_126th_miss_jails() {
        assert_eq!(Params::default().misses_to_jail(), 126);
    }
}
