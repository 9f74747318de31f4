use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

const FILE: &str = include_str!("../../gas/incumbent.json");

#[derive(Deserialize)]
struct Incumbent {
    source: String,
    rows: BTreeMap<String, u64>,
}

static INCUMBENT: LazyLock<Incumbent> =
    LazyLock::new(|| serde_json::from_str(FILE).expect("gas/incumbent.json is well-formed"));

/// What the incumbent pays for a row, where it was measured.
pub(super) fn gas(row: &str) -> Option<u64> {
    INCUMBENT.rows.get(row).copied()
}

/// Where its figures come from.
pub(super) fn source() -> &'static str {
    &INCUMBENT.source
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gas::{Snapshot, snapshot_path};

    #[test]
    fn each_of_its_rows_is_one_of_ours() {
        let ours = Snapshot::read(&snapshot_path()).unwrap();
        let alone: Vec<_> = INCUMBENT.rows.keys().filter(|row| !ours.0.contains_key(*row)).collect();
        assert!(alone.is_empty() && source().contains("5b93a161"), "{alone:?}");
    }
}
