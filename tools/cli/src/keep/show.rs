//! A round for people and for programs.

use serde_json::{Value, json};

use super::budget::Budget;
use super::run::{Round, Row, Verdict};
use super::work::Chore;
use crate::deploy::show::{table, thousands};

/// The plan as a table, with what each act costs.
pub fn plan<A: Chore>(round: &Round<A>) -> String {
    if round.rows.is_empty() {
        return "Nothing is due.".to_owned();
    }
    let head = ["duty", "about", "gas", "fee", "what becomes of it", "why"].map(str::to_owned).to_vec();
    let row = |row: &Row<A>| {
        let gas = row.fee.as_ref().map(|fee| thousands(fee.gas)).unwrap_or_default();
        let (act, verdict) = (&row.act, word(&row.verdict));
        vec![act.duty().to_owned(), short(act.about()), gas, fee(row), verdict, act.why().to_owned()]
    };
    table(&std::iter::once(head).chain(round.rows.iter().map(row)).collect::<Vec<_>>())
}

/// What is said of each act as it happens; nothing of what only waits or would change nothing.
pub fn line<A: Chore>(row: &Row<A>) -> Option<String> {
    let Row { act, verdict, .. } = row;
    match verdict {
        Verdict::Waits(_) | Verdict::Idle => None,
        Verdict::Done(height) => {
            let gas = row.fee.as_ref().map(|fee| thousands(fee.gas)).unwrap_or_default();
            Some(format!(
                "done  {} {} in block {height}, for at most {gas} gas, {}: {}",
                act.duty(),
                act.about(),
                fee(row),
                act.why()
            ))
        }
        Verdict::OverBudget(why) | Verdict::Failed(why) => {
            Some(format!("NOT   {} {}: {why}", act.duty(), act.about()))
        }
        other => Some(format!("{}  {} {}: {}", word(other), act.duty(), act.about(), act.why())),
    }
}

/// A row for programs.
pub fn json<A: Chore>(row: &Row<A>) -> Value {
    let Row { act, verdict, fee } = row;
    let coins = |fee: &bsn_rpc::Fee| {
        fee.coins.iter().map(|(amount, denom)| format!("{amount}{denom}")).collect::<Vec<_>>()
    };
    let (state, detail) = match verdict {
        Verdict::Would => ("would_send", Value::Null),
        Verdict::Done(height) => ("done", json!(height)),
        Verdict::Elsewhere => ("done_by_somebody_else", Value::Null),
        Verdict::Idle => ("no_effect", Value::Null),
        Verdict::Waits(seconds) => ("waits", json!(seconds)),
        Verdict::OverBudget(why) => ("over_budget", json!(why)),
        Verdict::Failed(why) => ("failed", json!(why)),
    };
    json!({ "duty": act.duty(), "about": act.about(), "why": act.why(), "state": state, "detail": detail,
        "gas": fee.as_ref().map(|fee| fee.gas), "fee": fee.as_ref().map(coins), "message": act.message() })
}

/// What was spent in the last day.
pub fn spent(budget: &Budget, now: u64) -> String {
    match budget.spent(now) {
        0 => "nothing was spent in the last day".to_owned(),
        amount => format!("{amount} was spent in the last day"),
    }
}

fn word(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Would => "would be sent".to_owned(),
        Verdict::Done(height) => format!("done in block {height}"),
        Verdict::Elsewhere => "somebody else has done it".to_owned(),
        Verdict::Idle => "would change nothing".to_owned(),
        Verdict::Waits(seconds) => format!("waits {seconds} s more"),
        Verdict::OverBudget(why) | Verdict::Failed(why) => format!("not sent: {why}"),
    }
}

fn fee<A>(row: &Row<A>) -> String {
    let Some(fee) = &row.fee else { return String::new() };
    match fee.coins.as_slice() {
        [] => "no fee".to_owned(),
        coins => coins.iter().map(|(amount, denom)| format!("{amount}{denom}")).collect::<Vec<_>>().join(","),
    }
}

/// A key is too long for a table.
fn short(about: &str) -> String {
    match about.char_indices().nth(16) {
        Some((at, _)) if about.len() > 24 => format!("{}…", &about[..at]),
        _ => about.to_owned(),
    }
}
