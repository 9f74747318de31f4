//! A report for people, for programs, and for those who collect test results.

use std::fmt::Write;

use super::report::{Report, Severity};
use super::snapshot::short;

/// For people: a line each, and what to try below those that are not well. `brief` leaves out what is well or skipped.
pub fn text(report: &Report, brief: bool) -> String {
    let mut shown =
        format!("{} at height {}, contract {}\n", report.chain_id, report.height, report.contract);
    for note in &report.notes {
        let _ = writeln!(shown, "{note}");
    }
    shown.push('\n');
    for finding in &report.findings {
        if brief && finding.severity < Severity::Warning {
            continue;
        }
        let _ = writeln!(shown, "{:<9} {:<3} {}", finding.severity, finding.id, finding.text);
        if !finding.hint.is_empty() {
            let _ = writeln!(shown, "{:>13} try: {}", "", finding.hint);
        }
    }
    if !shown.ends_with("\n\n") {
        shown.push('\n');
    }
    shown.push_str(&summary(report));
    shown
}

/// How many findings of each severity there are.
pub fn summary(report: &Report) -> String {
    let counted = Severity::ALL.iter().rev().map(|severity| (report.of(*severity).count(), severity));
    let words: Vec<String> = counted
        .filter(|(count, severity)| *count > 0 || **severity == Severity::Ok)
        .map(|(count, severity)| format!("{count} {severity}"))
        .collect();
    words.join(", ")
}

/// For programs.
pub fn json(report: &Report, code: u8) -> serde_json::Value {
    let mut value = serde_json::to_value(report).unwrap_or_default();
    value["exit_code"] = code.into();
    value["worst"] = report.worst().word().into();
    value
}

/// As JUnit writes test results: a check is a test, and fails where it is a warning or worse.
pub fn junit(report: &Report) -> String {
    let failures =
        report.findings.iter().filter(|it| matches!(it.severity, Severity::Warning | Severity::Critical));
    let (tests, failed) = (report.findings.len(), failures.count());
    let (errors, skipped) = (report.of(Severity::Unread).count(), report.of(Severity::Skipped).count());
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"bsn doctor {}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{errors}\" skipped=\"{skipped}\">\n",
        escaped(&report.chain_id)
    );
    for finding in &report.findings {
        let of = finding.subject.as_deref().map(|subject| format!(" {}", short(subject))).unwrap_or_default();
        let (name, text) = (escaped(&format!("{}{of}", finding.id)), escaped(&finding.text));
        let hint = escaped(&finding.hint);
        let inner = match finding.severity {
            Severity::Ok => String::new(),
            Severity::Skipped => format!("<skipped message=\"{text}\"/>"),
            Severity::Unread => format!("<error message=\"{text}\">{hint}</error>"),
            severity => format!("<failure type=\"{severity}\" message=\"{text}\">{hint}</failure>"),
        };
        let _ = writeln!(xml, "  <testcase classname=\"doctor\" name=\"{name}\">{inner}</testcase>");
    }
    xml.push_str("</testsuite>");
    xml
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    text.chars().filter(|c| !c.is_control() || *c == '\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Selection, examine, recorded};

    fn broken() -> Report {
        let mut snapshot = recorded::healthy();
        snapshot.tip.is_catching_up = true;
        examine(&snapshot, &Selection::new(&["N".to_owned(), "I5".to_owned()], &[]).unwrap())
    }

    #[test]
    fn people_read_a_line_a_finding_and_what_to_try() {
        let expected = "\
app-1 at height 50000, contract app1bsn

ok        N1  1 node serves app-1
critical  N2  the node is still catching up, at height 50000: what follows is old
              try: curl -s https://rpc.example-1.example/status
ok        N3  the last block is 3 s old
ok        N4  no known hole in wasmvm v3.0.8, wasmd v0.61.15, ibc-go v10.5.0
skipped   I5  skipped: needs --babylon-node

1 critical, 1 skipped, 3 ok";
        assert_eq!(text(&broken(), false), expected);
        assert_eq!(text(&broken(), true).lines().count(), 6);
    }

    #[test]
    fn programs_read_the_same() {
        let value = json(&broken(), 2);
        assert_eq!((&value["exit_code"], &value["worst"]), (&2.into(), &"critical".into()));
        assert_eq!(value["findings"][1]["severity"], "critical");
        let read: Report = serde_json::from_value(value).unwrap();
        assert_eq!(read, broken());
    }

    #[test]
    fn what_collects_test_results_reads_them() {
        let xml = junit(&broken());
        assert!(xml.contains("tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"1\""), "{xml}");
        assert!(xml.contains("<skipped message=\"skipped: needs --babylon-node\"/>"), "{xml}");
        assert_eq!(escaped("a<b>&\"c\u{7}"), "a&lt;b&gt;&amp;&quot;c");
    }
}
