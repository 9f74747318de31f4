//! Tables for people.

use serde_json::{Value, json};

use super::checks::{Check, Grade};
use super::message::Addresses;
use super::plan::{Far, Plan};

/// `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A time in the unit that reads best: `50 h`, `3 min`, `21 days`.
pub fn seconds(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=345_599 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Rows under their heads, each column as wide as its widest entry.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|it| it.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The checks as a table.
pub fn checks(checks: &[Check]) -> String {
    let word = |grade| match grade {
        Grade::Ok => "ok",
        Grade::Warning => "warn",
        Grade::Fail => "FAIL",
    };
    let rows = checks.iter().map(|it| vec![word(it.grade).to_owned(), it.name.to_owned(), it.found.clone()]);
    table(&rows.collect::<Vec<_>>())
}

/// Where the contracts are, a row for each.
pub fn contracts(to: &Addresses) -> Vec<Vec<String>> {
    to.contracts.iter().map(|(code, address)| vec![code.contract().to_owned(), address.clone()]).collect()
}

/// A plan for people.
pub fn plan(plan: &Plan) -> String {
    let cell = |text: &str| text.to_owned();
    let mut head = vec![
        vec![cell("chain"), format!("{}, height {}", plan.chain_id, thousands(plan.height))],
        vec![cell("babylon"), plan.babylon.to_string()],
        vec![cell("creator"), plan.addresses.creator.clone()],
    ];
    head.extend(contracts(&plan.addresses));
    if plan.babylon != Far::None {
        head.push(vec![cell("port"), format!("wasm.{}", plan.addresses.contracts.bsn)]);
    }
    let mut steps = vec![["step", "who", "gas", "cost", "state"].map(str::to_owned).to_vec()];
    steps.extend(plan.steps.iter().map(|step| {
        let gas = step.gas.map(thousands).unwrap_or_default();
        vec![step.what.clone(), step.who.clone(), gas, step.cost.clone(), step.state.clone()]
    }));
    format!("{}\n\n{}\n\n{}", table(&head), checks(&plan.checks), table(&steps))
}

/// A plan for programs.
pub fn plan_json(plan: &Plan) -> Value {
    let mut addresses = json!({ "creator": plan.addresses.creator });
    for (code, address) in plan.addresses.contracts.iter() {
        addresses[code.field()] = json!(address);
    }
    let steps = plan.steps.iter().map(|step| {
        json!({ "what": step.what, "who": step.who, "gas": step.gas, "cost": step.cost, "state": step.state })
    });
    json!({
        "chain_id": plan.chain_id, "height": plan.height, "babylon_chain_id": plan.babylon.id(),
        "addresses": addresses,
        "checks": plan.checks, "steps": steps.collect::<Vec<_>>(), "pass": super::checks::pass(&plan.checks),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_read_at_a_glance() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([5, 300, 180_000, 1_814_400].map(seconds), ["5 s", "5 min", "50 h", "21 days"]);
    }

    #[test]
    fn columns_are_aligned() {
        let rows = [vec!["a".to_owned(), "b".to_owned()], vec!["long".to_owned(), "c".to_owned()]];
        assert_eq!(table(&rows), "  a     b\n  long  c");
    }
}
