//! How many new stakes a member signs in an hour. Whoever has one coin can ask for any number of stakes of it, and each would be a
//! line of the record.

use std::time::{Duration, Instant};

const HOUR: Duration = Duration::from_secs(3_600);

/// So many in an hour, counted from the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// How many.
    pub most: u32,
    taken: u32,
    since: Option<Instant>,
}

impl Allowance {
    /// Nothing is taken of it.
    pub const fn new(most: u32) -> Self {
        Self { most, taken: 0, since: None }
    }

    /// Without a bound: where the member itself says what is signed.
    pub const NONE: Self = Self::new(u32::MAX);

    /// Whether one more is signed now.
    pub fn has_room(&self, now: Instant) -> bool {
        self.taken < self.most || self.is_over(now)
    }

    /// One was signed.
    pub fn take(&mut self, now: Instant) {
        if self.is_over(now) {
            (self.taken, self.since) = (0, Some(now));
        }
        self.taken = self.taken.saturating_add(1);
    }

    /// The hour, or none has begun.
    fn is_over(&self, now: Instant) -> bool {
        self.since.is_none_or(|since| now.saturating_duration_since(since) >= HOUR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_signed_in_an_hour_and_then_as_many_again() {
        let (begun, mut allowance) = (Instant::now(), Allowance::new(2));
        let at = |minutes: u64| begun + Duration::from_secs(60 * minutes);
        for minute in [0, 30] {
            assert!(allowance.has_room(at(minute)));
            allowance.take(at(minute));
        }
        assert!(!allowance.has_room(at(30)) && !allowance.has_room(at(59)));
        assert!(allowance.has_room(at(60)));
        allowance.take(at(60));
        assert!(allowance.has_room(at(61)));
        allowance.take(at(61));
        assert!(!allowance.has_room(at(119)));
        assert!(Allowance::NONE.has_room(at(0)));
    }
}
