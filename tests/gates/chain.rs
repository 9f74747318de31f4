//! The real chain's driver, which nothing compiles where there is no Go.

use std::collections::BTreeMap;

use crate::artifact;

#[test]
fn each_row_of_gas_is_held_against_a_real_chain_or_says_why_not() {
    let read = |path: &str| std::fs::read_to_string(artifact::root().join(path)).expect("it is there");
    let shown = read("tests/chain/driver/src/gas/shown.rs");
    let rows: BTreeMap<String, u64> =
        serde_json::from_str(&read("tests/gas/snapshot.json")).expect("numbers");
    let unknown: Vec<_> = rows.keys().filter(|name| !shown.contains(&format!("\"{name}\""))).collect();
    assert!(unknown.is_empty(), "name these in tests/chain/driver/src/gas/shown.rs: {unknown:?}");
}
