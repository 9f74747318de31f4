//! What stands in tools/cli/monitoring, held against what is served. `promtool` tries the alerts themselves.

use std::collections::BTreeSet;

use serde_json::Value;

use super::metrics::names;
use super::record::Record;
use super::record::tests::{NOW, healthy, options};

const ALERTS: &str = include_str!("../../monitoring/alerts.yml");
const ALERTS_TEST: &str = include_str!("../../monitoring/alerts_test.yml");
const RUNBOOK: &str = include_str!("../../monitoring/RUNBOOK.md");
const GRAFANA: &str = include_str!("../../monitoring/grafana.json");
/// Where it is in the repository.
const RUNBOOK_PATH: &str = "tools/cli/monitoring/RUNBOOK.md";
/// How wide Grafana's grid is.
const GRID: u64 = 24;

/// Each alert: its name and the lines below it.
fn alerts() -> Vec<(&'static str, &'static str)> {
    let parts = ALERTS.split("- alert: ").skip(1);
    parts.map(|part| part.split_once('\n').unwrap()).collect()
}

/// The metrics that a text names.
fn metrics(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c: char| !is_part(c)).filter(|word| word.starts_with("bsn_"));
    words.map(str::to_owned).collect()
}

#[test]
fn each_of_twenty_alerts_says_how_bad_it_is_and_leads_to_its_section_of_the_runbook() {
    let distinct: BTreeSet<&str> = alerts().iter().map(|(name, _)| *name).collect();
    assert!(distinct.len() >= 20 && distinct.len() == alerts().len(), "{}", distinct.len());
    for (name, rule) in alerts() {
        assert!(rule.contains("severity: critical") || rule.contains("severity: warning"), "{name}");
        assert!(rule.contains("summary: "), "{name}");
        let url = format!("runbook_url: {RUNBOOK_PATH}#{}\n", name.to_lowercase());
        assert!(rule.contains(&url), "{name}");
        let (_, section) =
            RUNBOOK.split_once(&format!("\n## {name}\n")).unwrap_or_else(|| panic!("no section for {name}"));
        let section = section.split("\n## ").next().unwrap().trim();
        assert!(section.len() > 100, "{name} has nothing to say");
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    assert_eq!(std::fs::read_to_string(root.join(RUNBOOK_PATH)).unwrap(), RUNBOOK);
    for section in RUNBOOK.lines().filter_map(|line| line.strip_prefix("## ")) {
        assert!(distinct.contains(section), "no alert leads to {section}");
    }
}

#[test]
fn each_alert_is_fired_and_silenced() {
    for (name, _) in alerts() {
        for case in ["fires", "is silent"] {
            assert!(ALERTS_TEST.contains(&format!("  - name: {name} {case}\n")), "{name} {case}");
        }
    }
}

#[test]
fn alerts_and_dashboard_ask_for_what_is_served() {
    let served: BTreeSet<String> = names(&healthy()).into_iter().collect();
    assert_eq!(names(&Record::new(&options(), NOW)).into_iter().collect::<BTreeSet<_>>(), served);
    for text in [ALERTS, ALERTS_TEST, GRAFANA] {
        let unknown: Vec<String> = metrics(text).difference(&served).cloned().collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}

#[test]
fn the_dashboard_has_the_form_that_grafana_reads() {
    let dashboard: Value = serde_json::from_str(GRAFANA).unwrap();
    for field in ["title", "uid"] {
        assert!(dashboard[field].as_str().is_some_and(|text| !text.is_empty()), "{field}");
    }
    assert!(
        dashboard["schemaVersion"].as_u64() >= Some(36) && dashboard["uid"].as_str().unwrap().len() <= 40
    );
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let named = |name: &str| variables.iter().any(|variable| variable["name"] == name);
    assert!(named("datasource") && named("chain"));
    let panels = dashboard["panels"].as_array().unwrap();
    let (mut ids, mut cells) = (BTreeSet::new(), BTreeSet::new());
    for panel in panels {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}: an id twice");
        assert!(matches!(panel["type"].as_str().unwrap(), "stat" | "timeseries"), "{title}");
        let place =
            |name: &str| panel["gridPos"][name].as_u64().unwrap_or_else(|| panic!("{title}: no {name}"));
        let (x, y, w, h) = (place("x"), place("y"), place("w"), place("h"));
        assert!(x + w <= GRID && w > 0 && h > 0, "{title} sticks out");
        let own = (x..x + w).flat_map(|column| (y..y + h).map(move |line| (column, line)));
        assert!(own.into_iter().all(|cell| cells.insert(cell)), "{title} lies over another");
        let targets = panel["targets"].as_array().unwrap();
        let refs: BTreeSet<&str> = targets.iter().map(|target| target["refId"].as_str().unwrap()).collect();
        assert!(!targets.is_empty() && refs.len() == targets.len(), "{title}");
        for target in targets {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{title}");
            assert!(target["expr"].as_str().is_some_and(|text| text.contains("bsn_")), "{title}");
        }
    }
}
