//! What was done to the contract, and what held.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

/// Counts of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How often what was injected.
    pub injected: BTreeMap<&'static str, u64>,
    /// How often what was found to hold.
    pub held: BTreeMap<&'static str, u64>,
    /// What happened otherwise.
    pub seen: BTreeMap<&'static str, u64>,
    /// Of what there was most, and how much.
    pub most: BTreeMap<&'static str, u64>,
}

impl Report {
    /// Something was done to the contract.
    pub fn inject(&mut self, what: &'static str) {
        *self.injected.entry(what).or_default() += 1;
    }

    /// Something held once more.
    pub fn hold(&mut self, what: &'static str) {
        *self.held.entry(what).or_default() += 1;
    }

    /// Something happened, so many times.
    pub fn see(&mut self, what: &'static str, many: u64) {
        *self.seen.entry(what).or_default() += many;
    }

    /// There is so much of something now.
    pub fn reach(&mut self, what: &'static str, much: u64) {
        let most = self.most.entry(what).or_default();
        *most = much.max(*most);
    }

    /// How often something was injected.
    pub fn times(&self, what: &str) -> u64 {
        self.injected.get(what).copied().unwrap_or_default()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let parts = [
            ("injected", &self.injected),
            ("happened", &self.seen),
            ("at most", &self.most),
            ("held, so many times", &self.held),
        ];
        for (title, counts) in parts {
            writeln!(f, "  {title}")?;
            for (what, count) in counts {
                writeln!(f, "    {what:<64} {count:>12}")?;
            }
        }
        Ok(())
    }
}

/// A duration in words.
pub fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        short if short < 120 => format!("{short} s"),
        long => format!("{} min {} s", long / 60, long % 60),
    }
}
