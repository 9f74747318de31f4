//! What must be the same after an upgrade. Pure.

use std::collections::BTreeMap;

use serde_json::Value;

/// Answers in which nothing may be lost or changed; new fields may come.
pub const KEPT: [&str; 2] = ["config", "admin"];
/// Answers that may move while a chain goes on; a change is shown.
pub const MOVING: [&str; 2] = ["trust", "state_digest"];
/// Columns of the books in which no denom may vanish.
const BOOKS: [&str; 4] = ["owed", "undistributed", "handed_over", "burned"];
/// Those of them that only grow: what left so far.
const TOTALS: [&str; 2] = ["handed_over", "burned"];

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub path: String,
    /// What was there.
    pub before: String,
    /// What is there now.
    pub after: String,
    /// Whether the upgrade must not have done this.
    pub is_loss: bool,
}

/// What differs between two snapshots.
pub fn compare(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    for (names, is_loss) in [(KEPT, true), (MOVING, false)] {
        for name in names {
            changed(name, &before[name], &after[name], is_loss, &mut found);
        }
    }
    for path in ["/health/finality/last_finalized_height", "/health/staking/fps"] {
        let (was, is) = (number(before, path), number(after, path));
        if is < was {
            found.push(difference(path, &before.pointer(path), &after.pointer(path), true));
        }
    }
    for column in BOOKS {
        books(column, before, after, &mut found);
    }
    found
}

/// A column of `rewards{}`.
fn books(column: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    let after = amounts(after, column);
    for (denom, was) in amounts(before, column) {
        let is = after.get(denom).copied();
        let shrank = TOTALS.contains(&column) && is.is_some_and(|is| is < was);
        if is.is_none() || shrank {
            let (path, before) = (format!("rewards.{column}.{denom}"), was.to_string());
            let after = is.map_or_else(|| "nothing".to_owned(), |is| is.to_string());
            found.push(Difference { path, before, after, is_loss: true });
        }
    }
}

fn amounts<'a>(snapshot: &'a Value, column: &str) -> BTreeMap<&'a str, u128> {
    let list = snapshot["rewards"][column].as_array().map_or(&[][..], Vec::as_slice);
    let amount = |it: &'a Value| Some((it["denom"].as_str()?, it["amount"].as_str()?.parse().ok()?));
    list.iter().filter_map(amount).collect()
}

/// Everything of `before` must be in `after`.
fn changed(path: &str, before: &Value, after: &Value, is_loss: bool, found: &mut Vec<Difference>) {
    match (before, after) {
        (Value::Object(was), Value::Object(is)) => {
            for (name, value) in was {
                changed(
                    &format!("{path}.{name}"),
                    value,
                    is.get(name).unwrap_or(&Value::Null),
                    is_loss,
                    found,
                );
            }
        }
        _ if before == after => {}
        _ => found.push(difference(path, &Some(before), &Some(after), is_loss)),
    }
}

fn difference(path: &str, before: &Option<&Value>, after: &Option<&Value>, is_loss: bool) -> Difference {
    let text = |value: &Option<&Value>| value.map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let path = path.trim_start_matches('/').replace('/', ".");
    Difference { path, before: text(before), after: text(after), is_loss }
}

fn number(snapshot: &Value, path: &str) -> u64 {
    snapshot.pointer(path).and_then(Value::as_u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn snapshot() -> Value {
        json!({
            "config": { "network": "regtest", "params": { "vote_window": 10 }, "reward_denoms": ["a"] },
            "admin": { "admin": "gov" },
            "trust": { "timestamps": "verified" },
            "state_digest": { "fps": 4, "sha256": "ab" },
            "health": { "finality": { "last_finalized_height": 100 }, "staking": { "fps": 4 } },
            "rewards": books([["a", "70"], ["b", "0"]], [["a", "9"], ["b", "40"]]),
        })
    }

    /// What waits, and what has left.
    fn books<const N: usize>(here: [[&str; 2]; N], sent: [[&str; 2]; N]) -> Value {
        let column = |column: [[&str; 2]; N]| {
            column
                .iter()
                .map(|[denom, amount]| json!({ "denom": denom, "amount": amount }))
                .collect::<Value>()
        };
        json!({ "owed": column(here), "undistributed": column(here), "handed_over": column(sent),
            "burned": column(sent) })
    }

    fn with(path: &str, value: Value) -> Vec<Difference> {
        let mut after = snapshot();
        let (parent, name) = path.rsplit_once('/').unwrap();
        after.pointer_mut(parent).unwrap()[name] = value;
        compare(&snapshot(), &after)
    }

    #[test]
    fn what_is_new_is_no_difference() {
        assert_eq!(compare(&snapshot(), &snapshot()), []);
        assert_eq!(with("/config/min_active_percent", json!(0)), []);
        assert_eq!(with("/health/finality/last_finalized_height", json!(101)), []);
        // What was owed is handed over meanwhile, and another denom comes.
        let paid = books([["a", "1"], ["b", "0"], ["c", "5"]], [["a", "78"], ["b", "40"], ["c", "0"]]);
        assert_eq!(with("/rewards", paid), []);
    }

    #[test]
    fn what_is_lost_or_changed_is_named() {
        for (path, value) in [
            ("/config/params/vote_window", json!(11)),
            ("/config/network", Value::Null),
            ("/config/reward_denoms", json!(["a", "b"])),
            ("/admin/admin", json!("somebody")),
            ("/health/finality/last_finalized_height", json!(99)),
            ("/health/staking/fps", json!(3)),
        ] {
            let found = with(path, value);
            assert!(
                matches!(found.as_slice(), [one] if one.is_loss && one.path.ends_with(path.rsplit('/').next().unwrap())),
                "{path}: {found:?}"
            );
        }
        // A denom of a column is gone; a total has shrunk; one cannot be read.
        for (path, value) in [
            ("/rewards/owed", json!([{ "denom": "a", "amount": "70" }])),
            ("/rewards/undistributed", json!([{ "denom": "b", "amount": "0" }])),
            (
                "/rewards/handed_over",
                json!([{ "denom": "a", "amount": "8" }, { "denom": "b", "amount": "40" }]),
            ),
            ("/rewards/burned", json!([{ "denom": "a", "amount": "9" }, { "denom": "b", "amount": "39" }])),
            ("/rewards/burned", json!([{ "denom": "a", "amount": "?" }, { "denom": "b", "amount": "40" }])),
        ] {
            let found = with(path, value);
            let column = path.trim_start_matches('/').replace('/', ".");
            assert!(
                matches!(found.as_slice(), [one] if one.is_loss && one.path.starts_with(&column)),
                "{found:?}"
            );
        }
        let whole = with("/rewards", Value::Null);
        assert_eq!(whole.iter().filter(|it| it.is_loss).count(), 8, "{whole:?}");
        let moved = with("/state_digest/sha256", json!("cd"));
        assert!(
            matches!(moved.as_slice(), [one] if !one.is_loss && one.path == "state_digest.sha256"),
            "{moved:?}"
        );
    }
}
