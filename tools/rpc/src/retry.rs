//! How often, and with which pauses, a chain is asked again.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

/// Rounds over all nodes, with pauses that double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How many rounds there are at most; at least one.
    pub rounds: u32,
    /// The pause after the first round.
    pub first_pause: Duration,
    /// No pause is longer.
    pub longest_pause: Duration,
    /// How long one call may take.
    pub timeout: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            rounds: 3,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
        }
    }
}

impl Retry {
    /// One try, no second.
    pub fn none() -> Self {
        Self { rounds: 1, ..Self::default() }
    }

    /// The longest that the pause after a round (from 0) may be.
    pub fn bound(&self, round: u32) -> Duration {
        let doubled = 1_u32.checked_shl(round).unwrap_or(u32::MAX);
        self.first_pause.saturating_mul(doubled).min(self.longest_pause)
    }

    /// A pause between half of the bound and the bound, so that many who failed together do not come back together.
    pub fn pause(&self, round: u32) -> Duration {
        let bound = self.bound(round);
        bound / 2 + bound / 2 * drawn() / PARTS
    }
}

/// Into how many parts the jitter is cut.
const PARTS: u32 = 1 << 10;

/// A number below [`PARTS`], from the seed that the standard library draws for its maps.
fn drawn() -> u32 {
    u32::try_from(RandomState::new().build_hasher().finish() % u64::from(PARTS)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let retry = Retry { first_pause: Duration::from_millis(100), ..Retry::default() };
        let bounds: Vec<u128> = [0, 1, 2, 5, 6, 31, 32, 200].map(|n| retry.bound(n).as_millis()).to_vec();
        assert_eq!(bounds, [100, 200, 400, 3_200, 5_000, 5_000, 5_000, 5_000]);
    }

    #[test]
    fn pauses_are_jittered_within_their_upper_half() {
        let retry = Retry::default();
        let pauses: std::collections::BTreeSet<Duration> = (0..64).map(|_| retry.pause(1)).collect();
        let bound = retry.bound(1);
        assert!(pauses.iter().all(|pause| *pause >= bound / 2 && *pause <= bound), "{pauses:?}");
        assert!(pauses.len() > 32, "{pauses:?}");
    }
}
