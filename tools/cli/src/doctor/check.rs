//! The checks: each a pure function of what was read.

pub mod administration;
pub mod bitcoin;
pub mod channel;
pub mod contract;
pub mod evidence;
pub mod finality;
pub mod module;
pub mod node;
pub mod provider;
pub mod reward;
pub mod stake;
pub mod timestamp;

use super::report::Severity;
use super::snapshot::Absent;

/// What a check says: at least one thing, or why it could not look.
pub type Verdict = Result<Vec<Seen>, Absent>;

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// How bad.
    pub severity: Severity,
    /// Of whom.
    pub subject: Option<String>,
    /// What, in one sentence.
    pub text: String,
    /// Another hint than the table's.
    pub hint: Option<String>,
}

impl Seen {
    fn new(severity: Severity, text: impl Into<String>) -> Self {
        Self { severity, subject: None, text: text.into(), hint: None }
    }

    /// The same, of somebody.
    #[must_use]
    pub fn about(self, subject: &str) -> Self {
        Self { subject: Some(subject.to_owned()), ..self }
    }

    /// The same, with a hint of its own.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

fn well(text: impl Into<String>) -> Seen {
    Seen::new(Severity::Ok, text)
}

fn warning(text: impl Into<String>) -> Seen {
    Seen::new(Severity::Warning, text)
}

fn critical(text: impl Into<String>) -> Seen {
    Seen::new(Severity::Critical, text)
}

/// One thing.
fn one(seen: Seen) -> Verdict {
    Ok(vec![seen])
}

/// What was found, or that all is well.
fn or_well(found: Vec<Seen>, text: impl Into<String>) -> Verdict {
    if found.is_empty() { one(well(text)) } else { Ok(found) }
}

/// `1 node`, `2 nodes`.
fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
