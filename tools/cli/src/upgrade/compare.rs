//! What must be the same after an upgrade. Pure.

use serde_json::Value;

/// Answers in which nothing may be lost or changed; new fields may come.
pub const KEPT: [&str; 2] = ["config", "admin"];
/// Answers that may move while a chain goes on; a change is shown.
pub const MOVING: [&str; 2] = ["trust", "state_digest"];

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
    found
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
        })
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
        let moved = with("/state_digest/sha256", json!("cd"));
        assert!(
            matches!(moved.as_slice(), [one] if !one.is_loss && one.path == "state_digest.sha256"),
            "{moved:?}"
        );
    }
}
