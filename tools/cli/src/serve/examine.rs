//! The doctor's round: a thread of its own, for it asks far more than a block does.

use std::time::Duration;

use crate::doctor::check::contract::RELEASED;
use crate::doctor::read::{Sources, look};
use crate::doctor::{Finding, Report, Selection, Severity, Snapshot, examine};

use super::happening::clip;
use super::judge::{Check, Level};
use super::record::Record;
use super::{Options, Shared, now_ms};

/// How long after an examination the next one begins.
const PAUSE: Duration = Duration::from_secs(60);
/// What a check is called that says that nobody could look.
pub const BLIND: &str = "doctor";
/// Before anything was read there is nothing to be examined.
const SOON: Duration = Duration::from_millis(500);

/// Examines until the process ends.
pub fn run(options: &Options, shared: &Shared) {
    while shared.read().health.is_none() {
        std::thread::sleep(SOON);
    }
    loop {
        let contract = shared.read().place.contract.clone();
        let sources = Sources {
            babylon: (!options.babylon_nodes.is_empty()).then(|| options.babylon_nodes.clone()),
            ..Sources::new(&options.nodes, &contract)
        };
        let seen = look(&sources).map(|snapshot| {
            let report = examine(&snapshot, &Selection::default());
            (snapshot, report)
        });
        let mut record = shared.write();
        match seen {
            Ok((snapshot, report)) => take(&mut record, &snapshot, &report),
            Err(error) => record.doctor = Some(vec![blind(&format!("{error:#}"))]),
        }
        record.examined = Some(now_ms());
        drop(record);
        std::thread::sleep(PAUSE);
    }
}

fn take(record: &mut Record, snapshot: &Snapshot, report: &Report) {
    let known = |checksum: &String| RELEASED.iter().any(|(_, _, released)| released == checksum);
    record.code.known = snapshot.bsn.as_ref().ok().map(|bsn| known(&bsn.checksum));
    let problems: Vec<Check> = report.problems().into_iter().map(|finding| check(record, finding)).collect();
    record.doctor = Some(problems);
}

/// What a finding says here, of whom by name.
fn check(record: &Record, finding: &Finding) -> Check {
    let level = match finding.severity {
        Severity::Critical => Level::Critical,
        Severity::Unread => Level::Unknown,
        Severity::Warning | Severity::Ok | Severity::Skipped => Level::Warning,
    };
    let name = finding.subject.as_ref().map(|subject| {
        let known = record.providers.iter().find(|one| one.key == *subject);
        known.and_then(|one| one.name.clone()).unwrap_or_else(|| subject.chars().take(16).collect())
    });
    let what = name.map_or_else(|| finding.text.clone(), |name| format!("{name}: {}", finding.text));
    let hint = Some(finding.hint.clone()).filter(|hint| !hint.is_empty());
    Check { id: finding.id.clone(), level, what: clip(&what), hint }
}

/// Nobody could look, and so nobody knows whether anything is critical.
pub fn blind(why: &str) -> Check {
    let what = clip(&format!("nobody could look: {why}"));
    Check { id: BLIND.to_owned(), level: Level::Unknown, what, hint: None }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::healthy;
    use super::*;

    #[test]
    fn what_is_well_or_was_not_asked_for_is_no_alarm_and_what_was_not_read_is_unknown() {
        let finding = |id: &str, severity, subject: Option<&str>| Finding {
            id: id.to_owned(),
            severity,
            subject: subject.map(str::to_owned),
            text: "it is so".to_owned(),
            hint: String::new(),
        };
        let findings = vec![
            finding("N1", Severity::Ok, None),
            finding("B2", Severity::Skipped, None),
            finding("P1", Severity::Warning, Some("aa")),
            finding("I2", Severity::Unread, None),
            finding("F1", Severity::Critical, Some("elsewhere")),
        ];
        let mut record = healthy();
        record.named(0, Some("<Alice>".to_owned()));
        let snapshot = crate::doctor::recorded::healthy();
        let mut report = examine(&snapshot, &Selection::default());
        report.findings = findings;
        take(&mut record, &snapshot, &report);
        let found: Vec<(String, Level, String)> =
            record.doctor.unwrap().into_iter().map(|it| (it.id, it.level, it.what)).collect();
        let expected = [
            ("F1", Level::Critical, "elsewhere: it is so"),
            ("I2", Level::Unknown, "it is so"),
            ("P1", Level::Warning, "<Alice>: it is so"),
        ];
        assert_eq!(found, expected.map(|(id, level, what)| (id.to_owned(), level, what.to_owned())));
        assert!(record.code.known.is_some());
    }
}
