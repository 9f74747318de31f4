//! What needs attention: the contract's own alarms, and what shows between blocks.

use serde_json::{Value, json};

use super::reading::Fault;
use super::record::{Place, Record};

/// How bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It could not be looked at.
    Unknown,
    /// Somebody should look at it these days.
    Warning,
    /// Somebody must act now.
    Critical,
}

/// Something that needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// As `bsn doctor` calls it; `health` for what the contract says itself, `serve` for what shows here.
    pub id: String,
    /// How bad.
    pub level: Level,
    /// What, in one sentence.
    pub what: String,
    /// What to do: a command.
    pub hint: Option<String>,
}

/// A chain that has made no block for so many block times, and for at least so long.
const LATE_BLOCKS: u64 = 8;
const LATE_MS: u64 = 30_000;

impl Level {
    /// As `/api` shows it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl Check {
    fn new(id: &str, level: Level, what: impl Into<String>) -> Self {
        Self { id: id.to_owned(), level, what: what.into(), hint: None }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// As `/api` shows it.
    pub fn json(&self) -> Value {
        json!({ "id": self.id, "level": self.level.word(), "what": self.what, "hint": self.hint })
    }
}

/// What needs attention now: first what shows here, then what `bsn doctor` said, or before it looked the contract's own
/// alarms.
pub fn judge(record: &Record, now_ms: u64) -> Vec<Check> {
    let mut found: Vec<Check> = node(record, now_ms).into_iter().collect();
    match (&record.doctor, &record.health) {
        (Some(checks), _) => found.extend(checks.iter().cloned()),
        (None, Some(health)) => found.extend(health.alarms.iter().map(|alarm| of_contract(alarm, record))),
        (None, None) => {}
    }
    found
}

fn node(record: &Record, now_ms: u64) -> Option<Check> {
    let hint = || format!("bsn nodes --node {}", record.place.node);
    match record.reading.lost(now_ms) {
        Some(Fault::Away(why)) => return Some(Check::new("serve", Level::Critical, why).hint(hint())),
        Some(Fault::Unreadable(why)) => {
            return Some(Check::new("serve", Level::Critical, why).hint(doctor(record)));
        }
        None => (),
    }
    let (_, time) = record.tip?;
    let late = now_ms.saturating_sub(time);
    if late > LATE_MS.max(record.block_ms().saturating_mul(LATE_BLOCKS)) {
        let (name, late) = (&record.place.node, late / 1_000);
        let what = format!("no block for {late} s: the chain stands still, or the node at {name} does");
        return Some(Check::new("serve", Level::Critical, what).hint(hint()));
    }
    None
}

fn doctor(record: &Record) -> String {
    let Place { node, contract, .. } = &record.place;
    let contract = if contract.is_empty() { String::new() } else { format!(" --contract {contract}") };
    format!("bsn doctor --node {node}{contract}")
}

/// The beginning of an alarm of the contract, how bad it is, and what to do.
const ALARMS: [(&str, Level, &str); 13] = [
    ("finality has waited", Level::Critical, "bsn doctor {target} --only F,P"),
    ("no height has an active set", Level::Critical, "bsn doctor {target} --only S,P,T"),
    ("no hook has taken effect", Level::Critical, "bsn doctor {target} --only M"),
    ("the hooks of", Level::Critical, "bsn doctor {target} --only M"),
    ("the channel to Babylon is not open", Level::Critical, "bsn doctor {target} --only I"),
    ("the light client's tip is", Level::Warning, "bsn doctor {target} --only B"),
    ("the light client refused", Level::Warning, "bsn doctor {target} --only B"),
    ("Babylon has sent nothing", Level::Critical, "bsn doctor {target} --only I"),
    ("Babylon timestamped a header", Level::Critical, "bsn doctor {target} --only T"),
    ("Babylon's checkpoint", Level::Critical, "bsn doctor {target} --only T"),
    ("Babylon refused", Level::Critical, "bsn query {target} '{\"outbox\":{}}'"),
    ("what an older version", Level::Warning, "bsn query {target} '{\"health\":{}}'"),
    ("no block", Level::Critical, "bsn nodes --node {node}"),
];

fn of_contract(alarm: &str, record: &Record) -> Check {
    let known = ALARMS.iter().find(|(start, ..)| alarm.starts_with(start));
    let (level, hint) =
        known.map_or((Level::Warning, "bsn doctor {target}"), |(_, level, hint)| (*level, hint));
    let target = format!("--node {} --contract {}", record.place.node, record.place.contract);
    let hint = hint.replace("{target}", &target).replace("{node}", &record.place.node);
    Check::new("health", level, super::happening::clip(alarm)).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::{NOW, healthy};
    use super::*;

    #[test]
    fn a_node_that_is_away_and_a_chain_that_stands_still_are_told_apart() {
        let record = healthy();
        assert_eq!(judge(&record, NOW), []);
        let still = judge(&record, NOW + 50_000);
        assert!(still[0].what.contains("stands still"), "{still:?}");
        let silent = judge(&record, NOW + 60_000);
        assert_eq!(silent[0].what, "nothing was read for 60 s", "the reader has ended");
        let hint = |fault: Fault| {
            let mut record = record.clone();
            record.failed(fault.clone(), NOW + 1_000, 5);
            assert_eq!(judge(&record, NOW + 2_000), [], "a moment is no alarm");
            let found = judge(&record, NOW + 5_000);
            assert_eq!((found.len(), found[0].level), (1, Level::Critical));
            assert_eq!(found[0].what, fault.why());
            found[0].hint.clone().unwrap()
        };
        assert!(hint(Fault::Away("refused".to_owned())).starts_with("bsn nodes"));
        assert!(hint(Fault::Unreadable("no such contract".to_owned())).starts_with("bsn doctor"));
    }

    #[test]
    fn an_alarm_of_the_contract_has_a_level_and_a_command() {
        let mut record = healthy();
        let alarms = &mut record.health.as_mut().unwrap().alarms;
        alarms.push("Babylon refused 2 pieces of evidence: retry them".to_owned());
        alarms.push("something new".to_owned());
        let found = judge(&record, NOW);
        assert_eq!(found.iter().map(|it| it.level).collect::<Vec<_>>(), [Level::Critical, Level::Warning]);
        assert!(
            found[0].hint.as_ref().unwrap().starts_with("bsn query --node http://127.0.0.1:1 --contract ")
        );
    }
}
