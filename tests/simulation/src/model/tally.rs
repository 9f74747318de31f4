use super::{Fp, Key, Model};

impl Model {
    /// Moves the cursor over everything below `tip` that has quorum or could not have one.
    pub fn advance(&mut self, tip: u64) {
        while self.cursor + 1 < tip {
            let height = self.cursor + 1;
            let set = self.sets.get(&height);
            if set.is_some_and(|set| !set.is_empty()) {
                let (voted, total) = self.turnout(height);
                match self.left_out(height) {
                    _ if voted * 3 > total * 2 => self.last_quorum = Some(height),
                    Some(gone) if gone == total || voted * 3 > (total - gone) * 2 => {
                        self.passed_over.insert(height);
                    }
                    _ => return,
                }
            }
            self.cursor = height;
        }
    }

    /// The power that voted at a height by now, and all of its set.
    pub fn turnout(&self, height: u64) -> (u128, u128) {
        let set = self.sets.get(&height);
        let power = |key: &Key| set?.get(key).map(|power| u128::from(*power));
        let voted = self.votes.get(&height).into_iter().flatten().filter_map(power).sum();
        (voted, set.into_iter().flatten().map(|(_, power)| u128::from(*power)).sum())
    }

    /// The power that governance says is gone for good at a height: of those who are named and did not vote. The last
    /// word counts; what has no quorum with them is passed under it without being finalized.
    fn left_out(&self, height: u64) -> Option<u128> {
        let (.., named) =
            self.resumed.iter().rev().find(|(from, through, _)| (*from..=*through).contains(&height))?;
        let gone = self.sets.get(&height)?.iter().filter(|(key, _)| named.contains(*key));
        let gone = gone.filter(|(key, _)| !self.has_voted(key, height));
        Some(gone.map(|(_, power)| u128::from(*power)).sum())
    }

    /// Whom governance must leave out at the height that finality waits at, for it to go on: the slashed, orphans in jail,
    /// and who voted for another hash, if without their votes there can be no quorum.
    pub fn gone_for_good(&self) -> Option<(u64, Vec<Key>)> {
        let height = self.cursor + 1;
        let set = self.sets.get(&height)?;
        let total: u128 = set.values().map(|power| u128::from(*power)).sum();
        let out = |fp: &Fp| fp.slashed || (fp.era < self.powerless_below && fp.jailed_until.is_some());
        let is_gone = |key: &&Key| {
            (out(&self.fps[*key]) || self.is_misled(key, height)) && !self.has_voted(key, height)
        };
        let gone: Vec<Key> = set.keys().filter(is_gone).copied().collect();
        let missing: u128 = gone.iter().filter_map(|key| set.get(key)).map(|power| u128::from(*power)).sum();
        ((total - missing) * 3 <= total * 2).then_some((height, gone))
    }

    /// Whether somebody was in the set of a height.
    pub fn could_vote(&self, key: &Key, height: u64) -> bool {
        self.sets.get(&height).is_some_and(|set| set.contains_key(key))
    }

    /// Whether somebody has voted for another hash at a height.
    pub fn is_misled(&self, key: &Key, height: u64) -> bool {
        self.misled.get(&height).is_some_and(|voters| voters.contains(key))
    }

    /// Whether somebody's vote for a height was counted.
    pub fn has_voted(&self, key: &Key, height: u64) -> bool {
        self.votes.get(&height).is_some_and(|voters| voters.contains(key))
    }

    /// How many of the `window` heights that end with `last` somebody was in the set at and did not vote in time.
    pub fn misses(&self, key: &Key, last: u64, window: u64) -> u64 {
        let in_time = |height: u64| self.has_voted(key, height) && !self.late.contains(&(height, *key));
        let missed = |height: &u64| self.could_vote(key, *height) && !in_time(*height);
        (last.saturating_sub(window)..=last).filter(missed).count() as u64
    }
}
