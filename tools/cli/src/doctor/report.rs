//! What an examination found.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a finding is; in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Looked at, and well.
    Ok,
    /// Not looked at: nobody gave what it needs.
    Skipped,
    /// Somebody should look at it these days.
    Warning,
    /// Could not be looked at: whoever was asked did not answer.
    Unread,
    /// Somebody must act now.
    Critical,
}

/// One thing that a check says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The check's id, such as `I4`.
    pub id: String,
    /// How bad.
    pub severity: Severity,
    /// Of whom, where a check looks at several: a finality provider's key, a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What was seen, in one sentence.
    pub text: String,
    /// What to do: a command. Empty where nothing is to be done.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

/// All findings of one examination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The chain.
    pub chain_id: String,
    /// The contract that was asked.
    pub contract: String,
    /// The height at which it was looked at.
    pub height: u64,
    /// When, in seconds since 1970, by the clock of who looked.
    pub at: u64,
    /// What a reader has to know beside the findings, such as that Babylon is simulated.
    #[serde(default)]
    pub notes: Vec<String>,
    /// In the order of the table.
    pub findings: Vec<Finding>,
}

impl Severity {
    /// All of them, the best first.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Skipped, Self::Warning, Self::Unread, Self::Critical];

    /// As it is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Skipped => "skipped",
            Self::Warning => "warning",
            Self::Unread => "unread",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Report {
    /// The worst severity of its findings.
    pub fn worst(&self) -> Severity {
        self.findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Ok)
    }

    /// The findings of a severity.
    pub fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.severity == severity)
    }

    /// The findings that somebody has to look at, the worst first.
    pub fn problems(&self) -> Vec<&Finding> {
        let mut problems: Vec<&Finding> =
            self.findings.iter().filter(|finding| finding.severity >= Severity::Warning).collect();
        problems.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        problems
    }

    /// As monitoring plugins exit: 0 well, 1 a warning, 2 something critical, 3 could not look. `fail_on` is the
    /// mildest severity that fails: with [`Severity::Critical`] a warning is 0, with [`Severity::Skipped`] what was
    /// not looked at is 3.
    pub fn exit_code(&self, fail_on: Severity) -> u8 {
        match self.worst() {
            Severity::Critical => 2,
            Severity::Unread => 3,
            Severity::Warning
                if self.of(Severity::Skipped).next().is_some() && fail_on <= Severity::Skipped =>
            {
                3
            }
            Severity::Warning if fail_on <= Severity::Warning => 1,
            Severity::Skipped if fail_on <= Severity::Skipped => 3,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(severities: &[Severity]) -> Report {
        let finding = |severity: &Severity| Finding {
            id: "N1".to_owned(),
            severity: *severity,
            subject: None,
            text: String::new(),
            hint: String::new(),
        };
        Report {
            chain_id: "app-1".to_owned(),
            contract: "app1".to_owned(),
            height: 1,
            at: 1,
            notes: Vec::new(),
            findings: severities.iter().map(finding).collect(),
        }
    }

    #[test]
    fn the_exit_code_is_that_of_monitoring_plugins() {
        use Severity::{Critical, Ok, Skipped, Unread, Warning};
        let code = |severities: &[Severity]| report(severities).exit_code(Warning);
        assert_eq!(code(&[]), 0);
        assert_eq!(code(&[Ok, Skipped]), 0);
        assert_eq!(code(&[Ok, Warning]), 1);
        assert_eq!(code(&[Warning, Critical]), 2);
        assert_eq!(code(&[Warning, Unread]), 3);
        assert_eq!(code(&[Unread, Critical]), 2);
    }

    #[test]
    fn what_fails_can_be_chosen() {
        use Severity::{Critical, Ok, Skipped, Unread, Warning};
        assert_eq!(report(&[Warning]).exit_code(Critical), 0);
        assert_eq!(report(&[Unread]).exit_code(Critical), 3);
        assert_eq!(report(&[Ok, Skipped]).exit_code(Skipped), 3);
        assert_eq!(report(&[Warning, Skipped]).exit_code(Skipped), 3);
        assert_eq!(report(&[Warning]).exit_code(Skipped), 1);
        assert_eq!(report(&[Ok]).exit_code(Skipped), 0);
    }

    #[test]
    fn the_worst_problem_comes_first() {
        use Severity::{Critical, Ok, Unread, Warning};
        let report = report(&[Warning, Ok, Critical, Unread]);
        let order: Vec<Severity> = report.problems().iter().map(|finding| finding.severity).collect();
        assert_eq!(order, [Critical, Unread, Warning]);
    }
}
