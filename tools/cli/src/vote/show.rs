//! What is said: lines for people, events for programs, and alarms for both.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::due::Runway;
use super::grid::Stay;
use super::judge::{Done, Later};
use super::look::View;
use crate::deploy::show::thousands;

/// So many sentences are remembered, so that they are said once.
const REMEMBERED: usize = 1_000;

/// Who says it.
#[derive(Debug, Default)]
pub struct Say {
    /// Whether programs read what is said.
    pub is_json: bool,
    said: BTreeSet<String>,
}

impl Say {
    /// Nothing was said.
    pub fn new(is_json: bool) -> Self {
        Self { is_json, said: BTreeSet::new() }
    }

    /// Something that happened.
    pub fn event(&self, text: &str, event: &Value) {
        if self.is_json {
            println!("{event}");
        } else {
            println!("{text}");
        }
    }

    /// Something that should be known, and is said once until it is [over](Self::over).
    pub fn note(&mut self, text: &str) {
        self.once(text, &json!({ "event": "waits", "why": text }));
    }

    /// Something that happened, said once while it happens again and again.
    pub fn once(&mut self, text: &str, event: &Value) {
        if self.is_first(text) {
            self.event(text, event);
        }
    }

    /// Something that somebody must look at: also where programs read, people see it.
    pub fn alarm(&mut self, text: &str, event: &Value) {
        if self.is_first(text) {
            eprintln!("ALARM: {text}");
            if self.is_json {
                println!("{event}");
            }
        }
    }

    /// What was noted may be said again.
    pub fn over(&mut self) {
        self.said.retain(|text| text.starts_with("at height"));
    }

    fn is_first(&mut self, text: &str) -> bool {
        if self.said.len() > REMEMBERED {
            self.said.clear();
        }
        self.said.insert(text.to_owned())
    }
}

/// The runway in words.
pub fn runway(runway: &Runway) -> String {
    let Runway { committed, counted } = *runway;
    format!(
        "randomness for {} blocks more, of which {} count already",
        thousands(committed),
        thousands(counted)
    )
}

/// Heights in words.
pub fn heights(first: u64, last: u64) -> String {
    if first == last { format!("height {first}") } else { format!("heights {first} to {last}") }
}

/// At which heights votes count for the grid alone, behind where they were cast.
pub fn for_grid(heights: &[u64]) -> String {
    if heights.is_empty() {
        return String::new();
    }
    let heights: Vec<String> = heights.iter().map(u64::to_string).collect();
    format!(" (at {} for the grid alone)", heights.join(", "))
}

/// Why nothing is voted at a grid height that a new state, or a shortened one, begins above.
pub fn below(height: u64, first: u64) -> String {
    format!(
        "at grid height {height} nothing is voted: what was signed there is not known, for the state begins at {first}"
    )
}

/// Until when somebody without power goes on, and the event for that.
pub fn stay(stay: Stay) -> (String, Value) {
    let (until, decided_at) = match stay {
        Stay::Until { height, undecided } => (Some(height), undecided),
        Stay::Undecided(next) => (None, Some(next)),
        Stay::Over => (None, None),
    };
    let text = match (until, decided_at) {
        (Some(height), None) => {
            format!("the grid still needs it: keep `bsn vote` running until grid height {height} has closed")
        }
        (Some(height), Some(next)) => format!(
            "the grid still needs it: keep `bsn vote` running until grid height {height} has closed, at least; whether the one \
             above {next} needs it too shows at {next}"
        ),
        (None, Some(next)) => format!(
            "keep `bsn vote` running until block {next}: there it shows whether the grid height above it needs its vote"
        ),
        (None, None) => "no grid height needs its vote: who has left for good may end `bsn vote`".to_owned(),
    };
    let event = json!({ "event": "grid", "until": until, "decided_at": decided_at, "why": text });
    (text, event)
}

/// Why there is no power at the tip, in one sentence.
pub fn idle(view: &View, runway: &Runway) -> String {
    let View { tip, timestamped, .. } = view;
    if let Some(until) = view.jailed_until {
        return format!(
            "in jail until {until} (seconds since 1970): then somebody must unjail it, such as `bsn keep --duties unjail`"
        );
    }
    match (view.commitments.iter().find(|one| one.block >= *timestamped), runway.counted) {
        (Some(one), 0) => format!(
            "its randomness does not count yet: it was committed in block {}, and Bitcoin has timestamped block {timestamped}",
            one.block
        ),
        (None, 0) => "no randomness is committed for the next block".to_owned(),
        _ => format!("it has no power at height {tip}: it is not in the active set"),
    }
}

/// Why nothing is done at a height.
pub fn done(why: Done) -> &'static str {
    match why {
        Done::Voted => "voted",
        Done::NoPower => "no_power",
        Done::BelowState => "below_state",
        Done::ForeignNonce => "foreign_randomness",
    }
}

/// Why nothing can be done yet at a height, in words, and whether that is an alarm.
pub fn later(height: u64, why: &Later) -> (String, bool) {
    match why {
        Later::NoAnchor => (format!("the contract was told nothing of height {height} yet"), false),
        Later::TooFewNodes { answered, needed } => {
            (format!("{answered} nodes show the header of height {height}, and {needed} must"), false)
        }
        Later::NoNonce => (format!("no randomness is committed for height {height}"), false),
        Later::NodesDisagree { one: (node, hash), other: (other, other_hash) } => (
            format!(
                "at height {height} nodes disagree, so nothing is signed: {node} shows {hash}, and {other} {other_hash}"
            ),
            true,
        ),
        Later::OtherAnchor { header: (node, hash), anchor } => (
            format!(
                "at height {height} the header of {node} has {hash}, and the contract was told {anchor}: nothing is signed"
            ),
            true,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vote::due::{Committed, Rules};

    fn view(block: u64, timestamped: u64) -> View {
        View {
            tip: 100,
            rules: Rules { activation: 1, fewest: 1, offset: 60_000 },
            open_from: 90,
            timestamped,
            is_slashed: false,
            jailed_until: None,
            commitments: vec![Committed { start: 50, count: 100, root: [0; 32], block }],
        }
    }

    fn of(view: &View) -> String {
        idle(view, &super::super::due::runway(view.tip, view.timestamped, &view.commitments))
    }

    #[test]
    fn who_has_no_power_is_told_why() {
        assert!(of(&view(60, 60)).contains("committed in block 60, and Bitcoin has timestamped block 60"));
        assert!(of(&view(60, 61)).contains("not in the active set"));
        assert!(of(&View { commitments: Vec::new(), ..view(0, 0) }).contains("no randomness is committed"));
        assert!(of(&View { jailed_until: Some(5), ..view(60, 61) }).starts_with("in jail until 5"));
    }

    #[test]
    fn what_stays_as_it_is_is_said_once() {
        let mut say = Say::new(true);
        assert!(say.is_first("it waits") && !say.is_first("it waits"));
        assert!(say.is_first("at height 5 another hash"));
        say.over();
        assert!(say.is_first("it waits") && !say.is_first("at height 5 another hash"));
        (0..=REMEMBERED).for_each(|number| assert!(say.is_first(&number.to_string())));
        assert!(say.said.len() <= REMEMBERED + 1);
    }

    #[test]
    fn who_has_no_power_is_told_until_when_it_goes_on() {
        let of = |stay| {
            let (text, event) = super::stay(stay);
            (text, event["until"].as_u64(), event["decided_at"].as_u64())
        };
        let (text, until, decided_at) = of(Stay::Until { height: 180, undecided: None });
        assert!(text.ends_with("running until grid height 180 has closed"), "{text}");
        assert_eq!((until, decided_at), (Some(180), None));
        let (text, until, decided_at) = of(Stay::Until { height: 180, undecided: Some(240) });
        assert!(text.contains("180 has closed, at least") && text.ends_with("shows at 240"), "{text}");
        assert_eq!((until, decided_at), (Some(180), Some(240)));
        let (text, until, decided_at) = of(Stay::Undecided(240));
        assert!(text.starts_with("keep `bsn vote` running until block 240"), "{text}");
        assert_eq!((until, decided_at), (None, Some(240)));
        let (text, until, decided_at) = of(Stay::Over);
        assert!(text.ends_with("may end `bsn vote`"), "{text}");
        assert_eq!((until, decided_at), (None, None));
        assert_eq!(
            (for_grid(&[]), for_grid(&[180, 240]).as_str()),
            (String::new(), " (at 180, 240 for the grid alone)")
        );
    }
}
