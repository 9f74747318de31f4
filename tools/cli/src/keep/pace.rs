//! When the next try of something is due: pauses that double while it fails, and a rest after it was done.

use std::collections::BTreeMap;

use super::duty::{Act, Duty};

/// The first pause after a failure, in seconds, and the longest.
const PAUSES: [u64; 2] = [15, 3_600];
/// How many are remembered; the oldest go first.
const MOST: usize = 1_000;

/// What was tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pace {
    after: BTreeMap<(Duty, String), Wait>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wait {
    until: u64,
    failures: u32,
}

impl Pace {
    /// How many seconds an act has to wait at `now`, in seconds since 1970.
    pub fn waits(&self, act: &Act, now: u64) -> u64 {
        self.after.get(&act.key()).map_or(0, |wait| wait.until.saturating_sub(now))
    }

    /// It was done, or there was nothing to do.
    pub fn done(&mut self, act: &Act, now: u64) {
        self.after.remove(&act.key());
        if act.rest > 0 {
            self.put(act, Wait { until: now.saturating_add(act.rest), failures: 0 });
        }
    }

    /// It failed.
    pub fn failed(&mut self, act: &Act, now: u64) {
        let failures = self.after.get(&act.key()).map_or(0, |wait| wait.failures);
        let [first, longest] = PAUSES;
        let pause = first.saturating_mul(1 << failures.min(20)).min(longest);
        self.put(act, Wait { until: now.saturating_add(pause), failures: failures.saturating_add(1) });
    }

    fn put(&mut self, act: &Act, wait: Wait) {
        self.after.insert(act.key(), wait);
        while self.after.len() > MOST {
            let oldest = self.after.iter().min_by_key(|(_, wait)| wait.until).map(|(key, _)| key.clone());
            oldest.and_then(|key| self.after.remove(&key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keep::duty::To;

    fn act(about: &str, rest: u64) -> Act {
        let (duty, why, to, message) = (Duty::Outbox, String::new(), To::Bsn, serde_json::Value::Null);
        Act { duty, about: about.to_owned(), why, to, message, span: None, guess: 0, rest }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_end_with_success() {
        let (mut pace, act) = (Pace::default(), act("a", 60));
        let mut pauses = Vec::new();
        for _ in 0..10 {
            pace.failed(&act, 100);
            pauses.push(pace.waits(&act, 100));
        }
        assert_eq!(pauses, [15, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        assert_eq!(pace.waits(&act, 3_700), 0);
        pace.done(&act, 100);
        assert_eq!((pace.waits(&act, 100), pace.waits(&act, 160)), (60, 0));
        pace.failed(&act, 200);
        assert_eq!(pace.waits(&act, 200), 15, "the failures of before are forgotten");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut pace = Pace::default();
        for number in 0..MOST as u64 + 10 {
            pace.failed(&act(&number.to_string(), 0), number);
        }
        assert_eq!(pace.after.len(), MOST);
        assert_eq!((pace.waits(&act("0", 0), 0), pace.waits(&act("1009", 0), 1_009)), (0, 15));
    }
}
