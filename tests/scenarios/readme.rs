//! Keeps the table of `tests/README.md` equal to what the scenarios say they prove.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Claims = BTreeMap<String, BTreeSet<String>>;

fn proven() -> Claims {
    let mut claims = Claims::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        let Some(ids) = source.lines().find_map(|line| line.strip_prefix("//! Proves: ")) else { continue };
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        claims.insert(file, ids.split(", ").map(str::to_owned).collect());
    }
    claims
}

fn listed() -> Claims {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let mut claims = Claims::new();
    for row in readme.lines().filter(|line| line.starts_with("| C-") || line.starts_with("| K")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        for file in cells[4].split(", ") {
            claims.entry(file.trim_matches('`').to_owned()).or_default().insert(cells[1].to_owned());
        }
    }
    claims
}

#[test]
fn the_table_lists_what_the_scenarios_prove() {
    assert!(!proven().is_empty());
    assert_eq!(listed(), proven());
}
