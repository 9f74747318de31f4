//! Which randomness is committed next, and how long what there is lasts.

/// What the contract admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The first height that is voted at.
    pub activation: u64,
    /// The fewest heights of a commitment.
    pub fewest: u64,
    /// A commitment begins less than so many heights above the block that it is in.
    pub offset: u64,
}

/// A commitment as the contract has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The first height.
    pub start: u64,
    /// How many heights.
    pub count: u64,
    /// The root over their nonces.
    pub root: [u8; 32],
    /// The block that it was made in.
    pub block: u64,
}

impl Committed {
    /// The last height.
    pub const fn end(&self) -> u64 {
        self.start.saturating_add(self.count).saturating_sub(1)
    }

    /// Whether a height is one of its own.
    pub const fn covers(&self, height: u64) -> bool {
        self.start <= height && height <= self.end() && self.count > 0
    }
}

/// The first height and the number of heights that are committed next; nothing while at least half of `ahead` heights above
/// the `tip` are committed, or before activation comes near. `end` is the last height that is committed.
pub fn due(tip: u64, ahead: u64, end: Option<u64>, rules: &Rules) -> Option<(u64, u64)> {
    let from = tip.max(rules.activation.saturating_sub(1));
    if end.is_some_and(|end| end >= from.saturating_add(ahead / 2)) {
        return None;
    }
    let start = end.map_or(0, |end| end.saturating_add(1)).max(from.saturating_add(1));
    let count = from.saturating_add(ahead).saturating_sub(start).saturating_add(1).max(rules.fewest);
    (start < tip.saturating_add(rules.offset)).then_some((start, count))
}

/// How many heights above the tip have randomness, and how many of them randomness that counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Runway {
    /// Committed.
    pub committed: u64,
    /// Of commitments below the height that Bitcoin has timestamped.
    pub counted: u64,
}

/// The runway by an FP's commitments and the timestamped height.
pub fn runway(tip: u64, timestamped: u64, commitments: &[Committed]) -> Runway {
    let left = |end: Option<u64>| end.unwrap_or_default().saturating_sub(tip);
    let counted = commitments.iter().filter(|one| one.block < timestamped);
    Runway {
        committed: left(commitments.iter().map(Committed::end).max()),
        counted: left(counted.map(Committed::end).max()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules { activation: 50, fewest: 1, offset: 60_000 };

    fn commitment(start: u64, count: u64, block: u64) -> Committed {
        Committed { start, count, root: [0; 32], block }
    }

    #[test]
    fn the_first_commitment_begins_above_the_tip_and_reaches_as_far_as_is_asked_for() {
        assert_eq!(due(100, 1_000, None, &RULES), Some((101, 1_000)));
        assert_eq!(due(100, 1_000, Some(40), &RULES), Some((101, 1_000)), "what has run out leaves a gap");
    }

    #[test]
    fn the_next_follows_the_last_once_half_is_used_up() {
        assert_eq!(due(600, 1_000, Some(1_100), &RULES), None);
        assert_eq!(due(601, 1_000, Some(1_100), &RULES), Some((1_101, 501)));
    }

    #[test]
    fn before_activation_the_heights_from_there_on_are_committed() {
        assert_eq!(due(10, 1_000, None, &RULES), Some((50, 1_000)));
        let far = Rules { activation: 70_000, ..RULES };
        assert_eq!(due(10, 1_000, None, &far), None, "the contract would refuse it");
        assert_eq!(due(10_001, 1_000, None, &far), Some((70_000, 1_000)));
        assert_eq!(due(10_001, 1_000, Some(70_999), &far), None);
    }

    #[test]
    fn no_commitment_is_smaller_than_the_contract_takes() {
        let rules = Rules { fewest: 900, ..RULES };
        assert_eq!(due(601, 1_000, Some(1_100), &rules), Some((1_101, 900)));
    }

    #[test]
    fn what_follows_a_commitment_too_far_ahead_waits() {
        assert_eq!(due(100, 200_000, Some(60_099), &RULES), None);
        assert_eq!(due(101, 200_000, Some(60_099), &RULES), Some((60_100, 140_002)));
    }

    #[test]
    fn only_what_was_made_below_the_timestamped_height_counts() {
        let commitments = [commitment(1, 100, 5), commitment(101, 100, 60)];
        assert_eq!(runway(50, 60, &commitments), Runway { committed: 150, counted: 50 });
        assert_eq!(runway(50, 61, &commitments), Runway { committed: 150, counted: 150 });
        assert_eq!(runway(500, 61, &commitments), Runway::default());
        assert!(commitment(1, 100, 5).covers(100) && !commitment(1, 100, 5).covers(101));
        assert!(!commitment(1, 0, 5).covers(1));
    }
}
