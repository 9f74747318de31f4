use super::Model;

/// What is to be said of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// `final`, `pending` or `resumed`.
    pub block: &'static str,
    /// By which height.
    pub certified_by: Option<u64>,
    /// How many heights directly below that were passed without quorum.
    pub gap_before: u64,
    /// From which height on there is none up to it.
    pub unbroken_since: u64,
}

impl Model {
    /// What is to be said of a block while `last` is the last height with quorum. `None` where that depends on votes
    /// that came late: whether they were there before the contract passed the height.
    pub fn told(&self, height: u64, last: u64) -> Option<Told> {
        let is_seen = |height: &u64| self.sets.contains_key(height);
        let anchored = (height..=last + 1).find(is_seen)?;
        let by = (anchored + 1..=last).find(|height| self.has_quorum(*height));
        let mut below = height..by.unwrap_or(last + 1);
        if below.clone().any(|height| self.is_unclear(height)) {
            return None;
        }
        let resumed = below.any(|height| self.passed_over.contains(&height));
        let block = match by {
            _ if resumed => "resumed",
            Some(_) => "final",
            None => "pending",
        };
        let run = |wanted: bool, from: u64| {
            (1..=from).rev().take_while(|height| self.has_quorum(*height) == wanted).count() as u64
        };
        let (gap_before, unbroken) = by.map_or((0, 0), |by| (run(false, by - 1), run(true, by)));
        Some(Told {
            block,
            certified_by: by,
            gap_before,
            unbroken_since: by.map_or(0, |by| by + 1 - unbroken),
        })
    }

    fn has_quorum(&self, height: u64) -> bool {
        let (voted, total) = self.turnout(height);
        voted * 3 > total * 2 && !self.passed_over.contains(&height)
    }

    /// Whether it was passed over, and has got its quorum since.
    pub fn is_unclear(&self, height: u64) -> bool {
        let (voted, total) = self.turnout(height);
        self.passed_over.contains(&height) && voted * 3 > total * 2
    }
}
