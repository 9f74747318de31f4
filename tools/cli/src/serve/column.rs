//! A height: who voted at it, and how it stands.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

/// How many blocks after its quorum a height still takes votes by default: then it is counted.
pub const SETTLED: u64 = 10;

/// A vote, as a letter of `/api`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    /// No power there.
    None,
    /// May still vote.
    Open,
    /// Voted for the chain's own hash.
    Voted,
    /// Did not, and the height has quorum without it.
    Missed,
    /// Voted for another hash.
    Fork,
    /// For both.
    Twice,
}

impl Vote {
    fn letter(self) -> char {
        match self {
            Self::None => '-',
            Self::Open => '?',
            Self::Voted => 'v',
            Self::Missed => 'm',
            Self::Fork => 'f',
            Self::Twice => 'x',
        }
    }
}

/// How a height stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for its quorum.
    Open,
    /// It has one, seen in this block.
    Quorum {
        /// The block in which it was seen.
        at: u64,
    },
    /// No hook took effect there.
    Hole,
    /// Nobody could vote.
    Skipped,
    /// Governance let finality go on.
    Resumed,
    /// It was not read.
    Unread,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Quorum { .. } => "quorum",
            Self::Hole => "hole",
            Self::Skipped => "skipped",
            Self::Resumed => "resumed",
            Self::Unread => "unread",
        }
    }

    /// By the reason that an event gives for skipping it.
    pub fn skipped(reason: &str) -> Self {
        match reason {
            "hook_lost" => Self::Hole,
            "resumed" => Self::Resumed,
            _ => Self::Skipped,
        }
    }
}

/// What is known of a height.
#[derive(Debug, Clone)]
pub struct Column {
    /// When it last changed, in the record's own count.
    pub revision: u64,
    /// When its block was made, in milliseconds since 1970.
    pub time_ms: Option<u64>,
    /// How it stands.
    pub state: State,
    /// Whether its EndBlock took no effect.
    pub lost: bool,
    /// How many blocks behind finality was then.
    pub lag: Option<u64>,
    /// A power for each finality provider, by its place; shared by heights with the same set.
    pub powers: Arc<Vec<u64>>,
    /// Who voted, by place.
    pub voted: BTreeSet<usize>,
    /// Who voted for another hash.
    pub forked: BTreeSet<usize>,
    /// Whether its votes and misses are in the totals.
    pub counted: bool,
}

impl Column {
    /// A new height.
    pub fn new(powers: Arc<Vec<u64>>, time_ms: Option<u64>) -> Self {
        let (voted, forked) = (BTreeSet::new(), BTreeSet::new());
        let (state, lost, lag, counted) = (State::Open, false, None, false);
        Self { revision: 0, time_ms, state, lost, lag, powers, voted, forked, counted }
    }

    /// What somebody did.
    pub fn vote(&self, place: usize) -> Vote {
        let has_power = self.powers.get(place).is_some_and(|power| *power > 0);
        match (self.voted.contains(&place), self.forked.contains(&place), self.state) {
            (true, true, _) => Vote::Twice,
            (false, true, _) => Vote::Fork,
            (true, false, _) => Vote::Voted,
            (false, false, State::Open) if has_power => Vote::Open,
            (false, false, State::Quorum { .. } | State::Resumed) if has_power => Vote::Missed,
            _ => Vote::None,
        }
    }

    /// The power that could vote there, and the power that did.
    pub fn power(&self) -> (u64, u64) {
        let of = |place: &usize| self.powers.get(*place).copied().unwrap_or_default();
        let sum = |powers: &mut dyn Iterator<Item = u64>| powers.fold(0, u64::saturating_add);
        (sum(&mut self.powers.iter().copied()), sum(&mut self.voted.iter().map(of)))
    }

    /// Whether no more votes are taken, in the block of this height.
    pub fn is_settled(&self, tip: u64) -> bool {
        matches!(self.state, State::Quorum { at } if tip > at.saturating_add(SETTLED))
    }

    /// As `/api` shows it.
    pub fn json(&self, height: u64, places: usize) -> Value {
        let votes: String = (0..places).map(|place| self.vote(place).letter()).collect();
        let (total, voted) = self.power();
        json!({ "height": height, "time": self.time_ms, "state": self.state.word(), "votes": votes, "lost": self.lost,
            "voted_power": voted, "total_power": total, "lag": self.lag })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(state: State) -> Column {
        let mut column = Column::new(Arc::new(vec![5, 3, 0, 1]), None);
        (column.state, column.voted, column.forked) = (state, [0, 3].into(), [3].into());
        column
    }

    #[test]
    fn each_vote_has_its_letter() {
        let shown = |state| column(state).json(7, 4)["votes"].as_str().unwrap().to_owned();
        assert_eq!(shown(State::Open), "v?-x");
        assert_eq!(shown(State::Quorum { at: 8 }), "vm-x");
        assert_eq!(column(State::Hole).vote(1), Vote::None, "nobody can vote at a hole");
        assert_eq!(column(State::Open).power(), (9, 6));
    }

    #[test]
    fn a_height_is_settled_when_it_takes_no_more_votes() {
        let column = column(State::Quorum { at: 8 });
        assert!(!column.is_settled(8 + SETTLED));
        assert!(column.is_settled(9 + SETTLED));
        assert!(!super::tests::column(State::Open).is_settled(1_000));
    }
}
