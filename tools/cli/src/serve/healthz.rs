//! `/healthz`: 200 where the chain is read, the doctor could look, and nothing is critical; 503 with why otherwise.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::examine;
use super::judge::{self, Check, Level};
use super::reading::Fault;
use super::record::Record;

/// Status and body.
pub fn answer(record: &Record, now_ms: u64) -> (StatusCode, Value) {
    let reading = &record.reading;
    let checks = judge::judge(record, now_ms);
    // Who cannot look must not say that all is well.
    let is_bad = |check: &Check| check.level == Level::Critical || check.id == examine::BLIND;
    let is_read = reading.fault.is_none() && reading.last_ok.is_some();
    let is_well = is_read && !checks.iter().any(is_bad);
    let checks: Vec<Value> = checks.iter().map(Check::json).collect();
    let body = json!({ "ok": is_well, "chain_id": record.place.chain_id, "height": record.height(),
        "last_read": reading.last_ok, "error": reading.fault.as_ref().map(Fault::why),
        "examined": record.examined, "checks": checks });
    (if is_well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, body)
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::{NOW, healthy};
    use super::*;

    fn of(record: &Record) -> (u16, String) {
        let (status, body) = answer(record, NOW);
        assert_eq!(body["ok"], json!(status == StatusCode::OK));
        (status.as_u16(), body.to_string())
    }

    fn found(id: &str, level: Level) -> Record {
        let check = Check { id: id.to_owned(), level, what: format!("{id} it is"), hint: None };
        let mut record = healthy();
        record.doctor = Some(vec![check]);
        record
    }

    #[test]
    fn what_is_critical_is_503_with_its_id_and_a_warning_is_not() {
        assert_eq!(of(&healthy()).0, 200);
        let (status, body) = of(&found("F2", Level::Critical));
        assert!(status == 503 && body.contains("\"F2\"") && body.contains("F2 it is"), "{body}");
        assert_eq!([Level::Warning, Level::Unknown].map(|level| of(&found("F2", level)).0), [200, 200]);
    }

    #[test]
    fn a_doctor_that_could_not_look_is_503_with_why() {
        let mut blind = healthy();
        blind.doctor = Some(vec![examine::blind("no such contract")]);
        let (status, body) = of(&blind);
        assert!(status == 503 && body.contains("nobody could look: no such contract"), "{body}");
    }

    #[test]
    fn a_chain_that_is_not_read_is_503_with_why() {
        let mut record = healthy();
        record.failed(Fault::Unreadable("the contract is another".to_owned()), NOW, 1);
        let (status, body) = of(&record);
        assert!(status == 503 && body.contains("the contract is another"), "{body}");
        assert_eq!(of(&Record::new(&super::super::record::tests::options(), NOW)).0, 503);
    }
}
