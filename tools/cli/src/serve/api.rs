//! `/api`: the record as JSON, whole, or what has changed since a revision. The page's src/api.ts is its other half.

use serde_json::{Value, json};

use super::judge;
use super::reading::Fault;
use super::record::{Record, Totals};

/// The version of this form.
const VERSION: u32 = 1;

/// What has changed since a revision of a run; everything, for another run.
pub fn state(record: &Record, since: Option<(&str, u64)>, now_ms: u64) -> Value {
    let since = since.filter(|(run, _)| *run == record.run).map_or(0, |(_, revision)| revision);
    let places = record.providers.len();
    let tip = record.height();
    let timestamped = record.health.as_ref().map_or(0, |health| health.timestamps.height);
    let heights: Vec<Value> = record
        .columns
        .iter()
        .filter(|(_, column)| column.revision > since)
        .map(|(height, column)| column.json(*height, places))
        .collect();
    let minutes: Vec<Value> = record
        .minutes
        .iter()
        .filter(|minute| minute.revision > since)
        .map(|minute| {
            json!([minute.time_ms, minute.lag.map_or_else(|| json!(-1), |lag| json!(lag)), minute.lost])
        })
        .collect();
    let providers: Vec<Value> = record.providers.iter().map(|one| one.json(tip, timestamped)).collect();
    let trust: Vec<Value> =
        record.trust.iter().map(|(what, how, by)| json!({ "what": what, "how": how, "by": by })).collect();
    let outbox: Vec<Value> = record
        .outbox
        .iter()
        .map(|(key, state, tries)| json!({ "key": key, "state": state, "tries": tries }))
        .collect();
    let Totals { hooks_lost, hook_errors, evidence } = record.totals;
    json!({
        "version": VERSION, "program": env!("CARGO_PKG_VERSION"), "run": record.run,
        "revision": record.revision, "now": now_ms,
        "chain": chain(record), "reading": reading(record, now_ms),
        "tip": record.tip.map(|(height, time)| json!({ "height": height, "time": time })),
        "health": record.health, "providers": providers, "providers_left_out": record.left_out,
        "heights": heights, "minutes": minutes,
        "link": {
            "here": record.link.here.as_ref().map(|end| end.json()),
            "babylon": record.link.babylon.as_ref().map(|end| end.json()),
        },
        "outbox": outbox, "feed": record.feed.iter().map(|it| it.json()).collect::<Vec<_>>(),
        "totals": { "hooks_lost": hooks_lost, "hook_errors": hook_errors, "evidence": evidence },
        "checks": judge::judge(record, now_ms).iter().map(|check| check.json()).collect::<Vec<_>>(), "trust": trust,
        "examined": record.examined,
    })
}

fn chain(record: &Record) -> Value {
    let place = &record.place;
    json!({
        "id": place.chain_id, "contract": place.contract, "light_client": place.light_client,
        "babylon": place.babylon, "node": place.node, "moniker": place.moniker,
        "block_ms": record.block_ms(), "is_devnet": place.devnet.is_some(),
        "rpc": place.devnet.clone().unwrap_or_default(),
    })
}

fn reading(record: &Record, now_ms: u64) -> Value {
    let reading = &record.reading;
    let (state, lost) = (reading.state(now_ms), reading.lost(now_ms));
    json!({ "state": state, "since": reading.since, "last_ok": reading.last_ok,
        "error": lost.as_ref().map(Fault::why) })
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::{NOW, healthy};
    use super::*;

    /// An answer of a devnet, which the page's tests read.
    const RECORDED: &str = include_str!("../../../dashboard/test/fixtures/slashed.json");

    fn keys(value: &Value) -> Vec<String> {
        let value = value.get(0).unwrap_or(value);
        let mut keys: Vec<String> = value.as_object().into_iter().flat_map(|it| it.keys().cloned()).collect();
        keys.sort();
        assert!(!keys.is_empty(), "{value}");
        keys
    }

    #[test]
    fn the_page_is_tested_with_answers_of_this_form() {
        let recorded: Value = serde_json::from_str(RECORDED).unwrap();
        let mut record = healthy();
        record.feed.push_front(super::super::happening::Happening {
            height: 1,
            time_ms: None,
            kind: "alarm",
            key: None,
            what: String::new(),
        });
        let answer = state(&record, None, NOW);
        assert_eq!(keys(&answer), keys(&recorded));
        for part in ["chain", "reading", "tip", "health", "link", "providers", "heights", "feed", "totals"] {
            assert_eq!(keys(&answer[part]), keys(&recorded[part]), "{part}");
        }
    }

    #[test]
    fn only_what_changed_is_sent_again_and_another_run_gets_everything() {
        let mut record = healthy();
        let (run, revision) = (record.run.clone(), record.revision);
        let heights = |record: &Record, run: &str| {
            state(record, Some((run, revision)), NOW)["heights"].as_array().unwrap().len()
        };
        assert_eq!(heights(&record, &run), 0);
        record.votes(20, &["aa".to_owned()]);
        assert_eq!(heights(&record, &run), 1);
        assert_eq!(heights(&record, "another"), 20);
    }

    #[test]
    fn a_node_that_is_away_and_a_chain_that_cannot_be_read_are_told_apart() {
        for (fault, word) in [
            (Fault::Away("http://node cannot be reached".to_owned()), "away"),
            (Fault::Unreadable("no such contract".to_owned()), "unreadable"),
        ] {
            let mut record = healthy();
            let shown = |record: &Record, at| state(record, None, at)["reading"].clone();
            assert_eq!(
                (&shown(&record, NOW)["state"], &shown(&record, NOW)["error"]),
                (&json!("ok"), &Value::Null)
            );
            record.failed(fault.clone(), NOW, 1);
            let lost = shown(&record, NOW + 3_000);
            assert_eq!((&lost["state"], &lost["last_ok"]), (&json!(word), &json!(NOW)));
            assert_eq!(lost["error"], fault.why());
        }
    }
}
