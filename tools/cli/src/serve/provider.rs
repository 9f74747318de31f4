//! A finality provider, and the randomness that it has committed.

use serde_json::{Value, json};

/// How many are kept: the contract lets a hundred vote, and who never did is least missed.
pub const KEPT: usize = 300;
/// How many of its commitments are kept.
pub const COMMITMENTS: u64 = 30;

/// A commitment to randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment {
    /// Its first height.
    pub start: u64,
    /// Its last one.
    pub end: u64,
    /// In which block it came: once that is timestamped, it may be used.
    pub height: u64,
}

/// What is known of a finality provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provider {
    /// Its key, in hex.
    pub key: String,
    /// What Babylon calls it.
    pub name: Option<String>,
    /// Its operator's address on Babylon.
    pub operator: String,
    /// Its stake in sats; while it is active, its power.
    pub power: u64,
    /// Whether it is in the active set.
    pub active: bool,
    /// Where it signed twice; 0 if it did not.
    pub slashed_height: u64,
    /// The end of its jail term, in seconds since 1970; 0 outside of jail.
    pub jailed_until_s: u64,
    /// Its commitments, the last first.
    pub commitments: Vec<Commitment>,
    /// At how many settled heights it voted, since this program runs.
    pub voted: u64,
    /// And at how many it did not.
    pub missed: u64,
    /// The last height that it was seen to vote at.
    pub last_voted: u64,
}

impl Provider {
    /// One of whom only the key is known.
    pub fn new(key: &str) -> Self {
        Self { key: key.to_owned(), ..Self::default() }
    }

    /// The last height that it has randomness for; 0 for none.
    pub fn randomness_end(&self) -> u64 {
        self.commitments.iter().map(|one| one.end).max().unwrap_or_default()
    }

    /// How far of that may be used without a break, from a height on, where Bitcoin has timestamped what came up to
    /// another; 0 for none.
    pub fn timestamped_end(&self, tip: u64, timestamped: u64) -> u64 {
        let mut usable: Vec<&Commitment> =
            self.commitments.iter().filter(|one| one.height <= timestamped).collect();
        usable.sort_by_key(|one| one.start);
        let mut end = 0;
        for one in usable {
            let is_next = one.start <= tip.max(end).saturating_add(1);
            if is_next && one.end > end && (end >= tip || one.end >= tip) {
                end = one.end;
            }
        }
        end
    }

    /// As `/api` shows it.
    pub fn json(&self, tip: u64, timestamped: u64) -> Value {
        json!({
            "key": self.key, "name": self.name, "operator": self.operator, "power": self.power,
            "active": self.active, "slashed_height": self.slashed_height,
            "jailed_until_s": self.jailed_until_s, "randomness_end": self.randomness_end(),
            "timestamped_end": self.timestamped_end(tip, timestamped),
            "commitment": self.commitments.first().map_or(0, |one| one.end.saturating_add(1).saturating_sub(one.start)),
            "voted": self.voted, "missed": self.missed, "last_voted": self.last_voted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(commitments: &[(u64, u64, u64)]) -> Provider {
        let commitments = commitments.iter().map(|(start, end, height)| Commitment {
            start: *start,
            end: *end,
            height: *height,
        });
        Provider { commitments: commitments.collect(), ..Provider::new("ab") }
    }

    #[test]
    fn only_timestamped_randomness_without_a_break_is_a_runway() {
        let two = with(&[(101, 200, 90), (1, 100, 5)]);
        assert_eq!((two.randomness_end(), two.timestamped_end(50, 95)), (200, 200));
        assert_eq!(two.timestamped_end(50, 50), 100, "the second is not timestamped");
        let broken = with(&[(151, 200, 6), (1, 100, 5)]);
        assert_eq!(broken.timestamped_end(50, 95), 100, "nothing covers 101 to 150");
        assert_eq!(broken.timestamped_end(160, 95), 200);
        assert_eq!(with(&[]).timestamped_end(50, 95), 0);
        assert_eq!(with(&[(1, 40, 5)]).timestamped_end(50, 95), 0, "it is spent");
        assert_eq!(with(&[(80, 140, 5)]).timestamped_end(50, 95), 0, "it begins later");
    }
}
