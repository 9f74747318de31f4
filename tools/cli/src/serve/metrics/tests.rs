use std::collections::BTreeSet;

use super::*;
use crate::serve::provider::Provider;
use crate::serve::record::tests::{NOW, healthy, options};

/// The name of each sample in a text, with its labels.
fn samples(text: &str) -> Vec<(String, f64)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').unwrap())
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

fn value(text: &str, name: &str) -> f64 {
    samples(text)
        .into_iter()
        .find(|(found, _)| found.starts_with(name))
        .unwrap_or_else(|| panic!("no {name}"))
        .1
}

/// All series there are: alerts and dashboards are written with these names.
const NAMES: &str = "last_height last_finalized_height last_final_block finality_lag_blocks final_block_age_seconds \
    waiting_for_height waiting_voted_power waiting_total_power total_power active_fps hook_last_begin_height \
    hook_last_end_height hooks_lost_total hook_errors_total channel_open channel_last_packet_age_seconds \
    client_expires_seconds packets_unrelayed oldest_unrelayed_seconds btc_tip_height btc_tip_age_seconds \
    timestamped_height timestamp_age_seconds quarantined queued outbox rewards alarms paused code_pinned code_known \
    evidence_submitted_total fp_power fp_voted_total fp_missed_total fp_last_voted_height fp_randomness_end_height \
    fp_randomness_runway_seconds fp_randomness_timestamped_height fp_jailed fp_slashed scrape_ok scrape_seconds build_info";

#[test]
fn every_series_is_there_from_the_first_scrape_on() {
    let empty = Record::new(&options(), NOW);
    let text = text(&empty, NOW).unwrap();
    for name in NAMES.split_whitespace() {
        let family = name.strip_suffix("_total").unwrap_or(name);
        assert!(text.contains(&format!("# TYPE bsn_{family} ")), "{name}");
        // Those of each finality provider, or denom, begin with it.
        if !name.starts_with("fp_") && name != "rewards" {
            assert!(
                samples(&text).iter().any(|(found, _)| found.starts_with(&format!("bsn_{name}{{"))),
                "{name}"
            );
        }
    }
    let known =
        ["bsn_build_info", "bsn_scrape_", "bsn_checks", "bsn_hook", "bsn_evidence", "bsn_fps_left_out"];
    for (name, value) in
        samples(&text).iter().filter(|(name, _)| !known.iter().any(|it| name.starts_with(it)))
    {
        assert!((*value - -1.0).abs() < 0.5, "{name} is not known, and must not be {value}");
    }
    assert!(value(&text, "bsn_scrape_ok").abs() < 0.5);
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn a_scrape_says_what_was_read() {
    let text = text(&healthy(), NOW + 3_000).unwrap();
    let close = |name: &str, expected: f64| {
        assert!((value(&text, name) - expected).abs() < 0.01, "{name} {}", value(&text, name))
    };
    close("bsn_last_height{chain_id=\"app-1\"}", 20.0);
    close("bsn_finality_lag_blocks", 2.0);
    close("bsn_final_block_age_seconds", 5.0);
    close("bsn_fp_missed_total{chain_id=\"app-1\",fp=\"cc\"", 8.0);
    close("bsn_fp_voted_total{chain_id=\"app-1\",fp=\"aa\"", 8.0);
    close("bsn_rewards{chain_id=\"app-1\",denom=\"ustake\",state=\"undistributed\"}", 7.0);
    close("bsn_scrape_age_seconds", 3.0);
    close("bsn_client_expires_seconds{chain_id=\"app-1\",side=\"babylon\"}", -1.0);
    let found: BTreeSet<String> = samples(&text).into_iter().map(|(name, _)| name).collect();
    assert_eq!(found.len(), samples(&text).len(), "no series twice");
}

#[test]
fn a_name_from_the_chain_cannot_break_out_of_its_label() {
    let mut record = healthy();
    let evil = "a\"} 1\nbsn_scrape_ok{x=\"<script>alert(1)</script>\\";
    record.providers[0] = Provider { name: Some(evil.to_owned()), ..record.providers[0].clone() };
    record.place.chain_id = "app\n-\"1".to_owned();
    let text = text(&record, NOW).unwrap();
    let lines = text.lines().filter(|line| line.starts_with("bsn_scrape_ok"));
    assert_eq!(lines.collect::<Vec<_>>(), ["bsn_scrape_ok{chain_id=\"app\\n-\\\"1\"} 1.0"]);
    assert!(text.contains(r#"moniker="a\"} 1\nbsn_scrape_ok{x=\"<script>alert(1)</script>\\"} "#));
}
