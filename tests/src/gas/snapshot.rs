use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{GasError, Row};

/// How far a row may be from the snapshot, either way: whoever makes a call cheaper says so too.
pub const TOLERANCE_PERCENT: u64 = 2;

/// Where the snapshot is kept.
pub fn snapshot_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("gas/snapshot.json")
}

/// What each row cost when somebody last agreed to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot(pub BTreeMap<String, u64>);

impl Snapshot {
    /// Of these rows.
    pub fn of(rows: &[Row]) -> Self {
        Self(rows.iter().map(|row| (row.name.clone(), row.gas)).collect())
    }

    /// Reads a file; one that is not there is an empty snapshot.
    ///
    /// # Errors
    /// Where it is not a flat object of integers.
    pub fn read(path: &Path) -> Result<Self, GasError> {
        if !path.exists() {
            return Ok(Self::default());
        }
        Ok(Self(serde_json::from_str(&fs::read_to_string(path)?)?))
    }

    /// Writes a file.
    ///
    /// # Errors
    /// Where that is not possible.
    pub fn write(&self, path: &Path) -> Result<(), GasError> {
        Ok(fs::write(path, serde_json::to_string_pretty(&self.0)? + "\n")?)
    }

    /// What is wrong with these rows, each with its name: too far from here, not here, here only, or above
    /// the budget.
    pub fn complaints(&self, rows: &[Row]) -> Vec<String> {
        let mut complaints: Vec<String> = rows.iter().filter_map(|row| self.complaint(row)).collect();
        let gone = self.0.keys().filter(|name| rows.iter().all(|row| row.name != **name));
        complaints.extend(gone.map(|name| format!("{name}: in the snapshot, but not measured")));
        complaints.extend(over_budget(rows));
        complaints
    }

    fn complaint(&self, row: &Row) -> Option<String> {
        let Row { name, gas } = row;
        let Some(expected) = self.0.get(name) else {
            return Some(format!("{name}: {gas}, but not in the snapshot"));
        };
        let far = gas.abs_diff(*expected).saturating_mul(100) > expected.saturating_mul(TOLERANCE_PERCENT);
        far.then(|| {
            format!(
                "{name}: {gas} differs by more than {TOLERANCE_PERCENT} % from {expected} in the snapshot"
            )
        })
    }
}

/// The rows above their budget.
pub(super) fn over_budget(rows: &[Row]) -> Vec<String> {
    let over = rows.iter().filter(|row| row.breaks_budget());
    over.map(|row| format!("{}: {} is above the budget of {}", row.name, row.gas, row.budget().unwrap_or(0)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(expected: u64, measured: u64) -> Vec<String> {
        Snapshot::of(&[Row::new("a", expected)]).complaints(&[Row::new("a", measured)])
    }

    #[test]
    fn two_percent_either_way_pass_and_more_does_not() {
        assert!(complaints(10_000, 10_200).is_empty() && complaints(10_000, 9_800).is_empty());
        assert_eq!((complaints(10_000, 10_201).len(), complaints(10_000, 9_799).len()), (1, 1));
    }

    #[test]
    fn rows_that_come_or_go_are_named() {
        let complaints = Snapshot::of(&[Row::new("old", 1)]).complaints(&[Row::new("new", 1)]);
        assert!(complaints[0].starts_with("new:") && complaints[1].starts_with("old:"), "{complaints:?}");
    }

    #[test]
    fn a_broken_budget_is_named_even_if_the_snapshot_agrees() {
        let rows = [Row::new("vote", 14_001)];
        assert_eq!(Snapshot::of(&rows).complaints(&rows), ["vote: 14001 is above the budget of 14000"]);
    }
}
