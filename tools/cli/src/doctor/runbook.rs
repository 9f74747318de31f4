//! The runbook of the handbook: a page for each check, made of the [table](super::table).

use std::collections::BTreeMap;
use std::fmt::Write;

use super::table::{self, Check, GROUPS, Proof};

/// What is done about alerts; its sections name the checks to look at.
const ALERTS: &str = include_str!("../../monitoring/RUNBOOK.md");

const HEAD: &str = "\
# Runbook

One page for each check of `bsn doctor`, made of the table in `tools/cli/src/doctor/table`. What to do about an alert of Prometheus stands in the
[runbook of the alerts](../../monitoring/RUNBOOK.md), what to do about an alarm of the contract itself in [alarms](alarms.md).

`bsn doctor --brief` says what is wrong, `bsn doctor --explain ID` prints a page, `bsn doctor --only ID` looks at it alone. Exit codes: 0 well, 1 a
warning, 2 critical, 3 could not look.
";

/// All pages: their paths in the handbook, and what is on them.
pub fn pages() -> BTreeMap<String, String> {
    let mut index = HEAD.to_owned();
    for (letter, about) in GROUPS {
        let _ = write!(
            index,
            "\n## {letter}: {about}\n\n| id | looks at | critical | warning |\n|---|---|---|---|\n"
        );
        for check in of_group(letter) {
            let Check { id, about, critical, warning, .. } = check;
            let _ = writeln!(index, "| [{id}]({}) | {about} | {critical} | {warning} |", path(id));
        }
    }
    let checks = table::checks().map(|check| (path(check.id), page(check)));
    checks.chain([("runbook.md".to_owned(), index)]).collect()
}

/// The table of contents, with these pages below the runbook and no others.
pub fn summary(before: &str) -> String {
    let mut summary = String::new();
    for line in before.lines().filter(|line| !line.contains("](runbook/")) {
        let _ = writeln!(summary, "{line}");
        if line.ends_with("](runbook.md)") {
            for check in table::checks() {
                let _ = writeln!(summary, "  - [{}: {}]({})", check.id, check.about, path(check.id));
            }
        }
    }
    summary
}

fn path(id: &str) -> String {
    format!("runbook/{}.md", id.to_lowercase())
}

fn of_group(letter: &str) -> impl Iterator<Item = &'static Check> {
    table::checks().filter(move |check| check.id.starts_with(letter))
}

fn page(check: &Check) -> String {
    let Check { id, about, critical, warning, why, .. } = check;
    let mut page = format!("# {id}: {about}\n\n{why}\n\n| finding | when |\n|---|---|\n");
    for (severity, when) in [("critical", critical), ("warning", warning)] {
        if !when.is_empty() {
            let _ = writeln!(page, "| {severity} | {when} |");
        }
    }
    let hint = table::in_words(check.hint);
    let _ =
        write!(page, "\n## Look\n\n```sh\nbsn doctor --only {id}\n```\n\n## Do\n\n```text\n{hint}\n```\n");
    if hint.contains("SUBJECT") {
        page.push_str("\n`SUBJECT` is whom the finding is about; the doctor fills it in.\n");
    }
    let alerts: Vec<String> = alerts(id)
        .map(|name| format!("[{name}](../../../monitoring/RUNBOOK.md#{})", name.to_lowercase()))
        .collect();
    if !alerts.is_empty() {
        let _ = write!(page, "\n## Alerts that lead here\n\n{}\n", alerts.join(", "));
    }
    let proof = match check.proof {
        Proof::Fault(fault) => {
            format!("`bsn devnet fault {fault}` causes it, and a test demands that it is found.")
        }
        Proof::Devnet(how) => format!("A test causes it on a devnet ({how}) and demands that it is found."),
        Proof::Recorded => "A test changes a recorded answer and demands that it is found.".to_owned(),
    };
    let _ = write!(page, "\n## How it is known to work\n\n{proof}\n\n[All checks](../runbook.md)\n");
    page
}

/// The alerts whose sections send their readers to this check, by its id or its group.
fn alerts(id: &str) -> impl Iterator<Item = &'static str> {
    let (group, id) = (id[..1].to_owned(), id.to_owned());
    let sections = ALERTS.split("\n## ").skip(1).filter_map(|section| section.split_once('\n'));
    sections
        .filter(move |(_, text)| only(text).any(|named| named == id || named == group))
        .map(|(name, _)| name)
}

/// The checks in each `bsn doctor --only …` of a text.
fn only(text: &str) -> impl Iterator<Item = &str> {
    let lists = text.split("--only ").skip(1);
    lists.flat_map(|rest| {
        rest.split(|c: char| !c.is_ascii_alphanumeric() && c != ',').next().unwrap_or_default().split(',')
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    fn handbook() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("handbook/src")
    }

    const HOW: &str = "run `cargo run -p bsn-cli -- doctor --write-runbook tools/cli/handbook/src`";

    #[test]
    fn the_runbook_is_what_the_table_says() {
        let pages = pages();
        assert_eq!(pages.len(), 51);
        for (path, text) in &pages {
            let written = fs::read_to_string(handbook().join(path)).unwrap_or_default();
            assert!(written == *text, "{path} is stale: {HOW}");
        }
        for entry in fs::read_dir(handbook().join("runbook")).unwrap() {
            let name = format!("runbook/{}", entry.unwrap().file_name().to_string_lossy());
            assert!(pages.contains_key(&name), "{name} is of no check: delete it");
        }
        let contents = fs::read_to_string(handbook().join("SUMMARY.md")).unwrap();
        assert!(summary(&contents) == contents, "SUMMARY.md is stale: {HOW}");
        assert!(contents.contains("\n  - [I4: "), "the summary has no place for the runbook");
    }

    #[test]
    fn alerts_lead_to_the_checks_that_their_sections_name() {
        assert!(alerts("F1").any(|name| name == "BsnFinalityStalled"));
        assert!(alerts("M2").any(|name| name == "BsnHooksLost"));
        assert_eq!(
            only("`bsn doctor --only S,P,T`. Then --only B3").collect::<Vec<_>>(),
            ["S", "P", "T", "B3"]
        );
        assert!(page(table::find("P1").unwrap()).contains("SUBJECT"));
    }
}
