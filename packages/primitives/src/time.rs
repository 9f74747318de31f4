//! Points in time and lengths of time, a type for each unit.
//!
//! The appchain counts seconds where it decides, and nanoseconds in headers and timeouts; Bitcoin counts seconds by its
//! miners' clocks. All are numbers since 1970, and a length of time is a number, too: what is added to what, and what is
//! compared with what, is held here.
//!
//! ```compile_fail
//! # use bsn_primitives::{Seconds, UnixTime};
//! UnixTime::new(7) < Seconds::new(9); // a point in time and a length of time
//! ```
//! ```compile_fail
//! # use bsn_primitives::{UnixNanos, UnixTime};
//! UnixTime::new(7) < UnixNanos::new(9); // seconds and nanoseconds
//! ```
//! ```compile_fail
//! # use bsn_primitives::{BtcTime, UnixTime};
//! UnixTime::new(7).since(BtcTime::new(9)); // the appchain's clock and a miner's, unless one says so
//! ```

use crate::unit::unit;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

unit! {
    /// A length of time, in seconds.
    Seconds(u64)
}
unit! {
    /// A point in time by the appchain's clock: seconds since 1970.
    UnixTime(u64)
}
unit! {
    /// A point in time by the appchain's clock or by Babylon's: nanoseconds since 1970, as headers and IBC's timeouts have
    /// it.
    UnixNanos(u64)
}
unit! {
    /// The time in a header of Bitcoin: seconds since 1970 by its miner's clock, which may be hours off.
    BtcTime(u32)
}

impl Seconds {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many days.
    pub const fn days(days: u64) -> Self {
        Self(days.saturating_mul(24 * 60 * 60))
    }

    /// How many spans of this length fit, each whole; none where it has no length.
    pub const fn whole(self, span: Self) -> u64 {
        match self.0.checked_div(span.0) {
            Some(whole) => whole,
            None => 0,
        }
    }
}

impl UnixTime {
    /// So much later, at most the last there is.
    pub const fn plus(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// How much later this is than `earlier`; nothing where it is not.
    pub const fn since(self, earlier: Self) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0))
    }
}

impl UnixNanos {
    /// So much later, at most the last there is.
    pub const fn plus(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.0.saturating_mul(NANOS_PER_SECOND)))
    }
}

impl BtcTime {
    /// The same point in time by the appchain's clock, at most the last that a header can have (in 2106).
    pub fn at(time: UnixTime) -> Self {
        Self(u32::try_from(time.0).unwrap_or(u32::MAX))
    }

    /// So much earlier, at least 1970.
    pub fn minus(self, span: Seconds) -> Self {
        Self(self.0.saturating_sub(u32::try_from(span.0).unwrap_or(u32::MAX)))
    }

    /// How much later this is than `earlier`; nothing where it is not.
    pub fn since(self, earlier: Self) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0).into())
    }
}

/// Where the two clocks are compared, it is said: a miner's clock is taken at its word.
impl From<BtcTime> for UnixTime {
    fn from(time: BtcTime) -> Self {
        Self(time.0.into())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[test]
    fn time_stops_at_either_end() {
        let last = UnixTime::new(u64::MAX);
        assert_eq!(last.plus(Seconds::new(1)), last);
        assert_eq!(UnixTime::new(3).since(UnixTime::new(5)), Seconds::ZERO);
        assert_eq!(UnixNanos::new(1).plus(Seconds::new(u64::MAX)), UnixNanos::new(u64::MAX));
        assert_eq!(Seconds::days(u64::MAX), Seconds::new(u64::MAX));
        assert_eq!(BtcTime::new(5).minus(Seconds::new(6)), BtcTime::new(0));
        assert_eq!(BtcTime::new(5).minus(Seconds::new(1 << 32)), BtcTime::new(0));
        assert_eq!(BtcTime::new(5).since(BtcTime::new(6)), Seconds::ZERO);
        assert_eq!(BtcTime::at(UnixTime::new(1 << 32)), BtcTime::new(u32::MAX));
    }

    #[test]
    fn a_second_has_a_thousand_million_nanoseconds_and_a_day_86400_seconds() {
        assert_eq!(UnixNanos::new(7).plus(Seconds::new(2)), UnixNanos::new(2_000_000_007));
        assert_eq!(Seconds::days(2), Seconds::new(172_800));
        assert_eq!(UnixTime::new(10).plus(Seconds::new(5)).since(UnixTime::new(8)), Seconds::new(7));
        assert_eq!(UnixTime::from(BtcTime::at(UnixTime::new(9))), UnixTime::new(9));
        assert_eq!(BtcTime::new(9).since(BtcTime::new(4)), Seconds::new(5));
        assert_eq!(BtcTime::new(9).minus(Seconds::new(4)), BtcTime::new(5));
    }

    #[test]
    fn only_whole_spans_are_counted() {
        assert_eq!(Seconds::new(1_199).whole(Seconds::new(600)), 1);
        assert_eq!(Seconds::new(1_200).whole(Seconds::new(600)), 2);
        assert_eq!(Seconds::new(1).whole(Seconds::ZERO), 0);
    }

    /// A unit is its number, in postcard and in JSON: what was stored and sent before it had a type is read as before.
    #[test]
    fn a_unit_is_written_as_its_number() {
        fn is<T: Serialize, N: Serialize>(time: &T, number: &N) {
            assert_eq!(serde_json::to_vec(time).unwrap(), serde_json::to_vec(number).unwrap());
            assert_eq!(postcard::to_allocvec(time).unwrap(), postcard::to_allocvec(number).unwrap());
        }
        is(&Seconds::new(300), &300_u64);
        is(&UnixTime::new(300), &300_u64);
        is(&UnixNanos::new(300), &300_u64);
        is(&BtcTime::new(300), &300_u32);
    }
}
