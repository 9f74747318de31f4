use super::{Key, Model};

impl Model {
    /// Moves the cursor over everything below `tip` that has quorum or could not have one.
    pub fn advance(&mut self, tip: u64) {
        while self.cursor + 1 < tip {
            let height = self.cursor + 1;
            let set = self.sets.get(&height);
            if let Some(set) = set.filter(|set| !set.is_empty()) {
                let voters = self.votes.get(&height);
                let voted: u128 =
                    voters.into_iter().flatten().filter_map(|key| set.get(key)).map(|p| u128::from(*p)).sum();
                let total: u128 = set.values().map(|power| u128::from(*power)).sum();
                if voted * 3 <= total * 2 {
                    return;
                }
                self.last_quorum = Some(height);
            }
            self.cursor = height;
        }
    }

    /// Whether somebody was in the set of a height.
    pub fn could_vote(&self, key: &Key, height: u64) -> bool {
        self.sets.get(&height).is_some_and(|set| set.contains_key(key))
    }

    /// Whether somebody's vote for a height was counted.
    pub fn has_voted(&self, key: &Key, height: u64) -> bool {
        self.votes.get(&height).is_some_and(|voters| voters.contains(key))
    }

    /// How many of the `window` heights that end with `last` somebody was in the set at and did not vote.
    pub fn misses(&self, key: &Key, last: u64, window: u64) -> u64 {
        let missed = |height: &u64| self.could_vote(key, *height) && !self.has_voted(key, *height);
        (last.saturating_sub(window)..=last).filter(missed).count() as u64
    }
}
