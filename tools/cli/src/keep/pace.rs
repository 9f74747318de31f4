//! When the next try of something is due: pauses that double while it fails, and a rest after it was done.

use std::collections::BTreeMap;

/// What a pause is kept for: a duty, and about whom or what.
pub type Key = (&'static str, String);

/// The first pause after a failure, in seconds, and the longest.
const PAUSES: [u64; 2] = [15, 3_600];
/// How many are remembered; the oldest go first.
const MOST: usize = 1_000;

/// What was tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pace {
    after: BTreeMap<Key, Wait>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wait {
    until: u64,
    failures: u32,
}

impl Pace {
    /// How many seconds something has to wait at `now`, in seconds since 1970.
    pub fn waits(&self, key: &Key, now: u64) -> u64 {
        self.after.get(key).map_or(0, |wait| wait.until.saturating_sub(now))
    }

    /// It was done, or there was nothing to do; it is left alone for so many seconds.
    pub fn done(&mut self, key: &Key, rest: u64, now: u64) {
        self.after.remove(key);
        if rest > 0 {
            self.put(key, Wait { until: now.saturating_add(rest), failures: 0 });
        }
    }

    /// It failed.
    pub fn failed(&mut self, key: &Key, now: u64) {
        let failures = self.after.get(key).map_or(0, |wait| wait.failures);
        let [first, longest] = PAUSES;
        let pause = first.saturating_mul(1 << failures.min(20)).min(longest);
        self.put(key, Wait { until: now.saturating_add(pause), failures: failures.saturating_add(1) });
    }

    fn put(&mut self, key: &Key, wait: Wait) {
        self.after.insert(key.clone(), wait);
        while self.after.len() > MOST {
            let oldest = self.after.iter().min_by_key(|(_, wait)| wait.until).map(|(key, _)| key.clone());
            oldest.and_then(|key| self.after.remove(&key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(about: &str) -> Key {
        ("outbox", about.to_owned())
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_end_with_success() {
        let (mut pace, key) = (Pace::default(), key("a"));
        let mut pauses = Vec::new();
        for _ in 0..10 {
            pace.failed(&key, 100);
            pauses.push(pace.waits(&key, 100));
        }
        assert_eq!(pauses, [15, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        assert_eq!(pace.waits(&key, 3_700), 0);
        pace.done(&key, 60, 100);
        assert_eq!((pace.waits(&key, 100), pace.waits(&key, 160)), (60, 0));
        pace.failed(&key, 200);
        assert_eq!(pace.waits(&key, 200), 15, "the failures of before are forgotten");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut pace = Pace::default();
        for number in 0..MOST as u64 + 10 {
            pace.failed(&key(&number.to_string()), number);
        }
        assert_eq!(pace.after.len(), MOST);
        assert_eq!((pace.waits(&key("0"), 0), pace.waits(&key("1009"), 1_009)), (0, 15));
    }
}
