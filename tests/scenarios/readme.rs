//! Keeps the tables of `tests/README.md` equal to what the scenarios, the gates and the unit tests say they prove:
//! a scenario in its first line, the others in a comment of ids alone above the test.

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
        assert_eq!(cells.len(), 6, "{row}");
        for file in cells[4].split(", ") {
            claims.entry(file.trim_matches('`').to_owned()).or_default().insert(cells[1].to_owned());
        }
    }
    claims
}

/// The ids in `/// C-39, C-43` or `/// C-39: why`; nothing in any other comment.
fn ids(line: &str) -> Option<BTreeSet<String>> {
    let text = line.trim().strip_prefix("/// ")?;
    let text = text.split(": ").next()?;
    let is_id = |id: &str| {
        let number = id.strip_prefix("C-").or_else(|| id.strip_prefix('K'));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    text.split(", ").all(is_id).then(|| text.split(", ").map(str::to_owned).collect())
}

/// What gates and unit tests say, by their files' paths from the workspace's root.
fn proven_elsewhere() -> Claims {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut claims = Claims::new();
    let mut folders = vec![root.join("tests/gates"), root.join("packages"), root.join("contracts")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                let said: BTreeSet<_> = source.lines().filter_map(ids).flatten().collect();
                if !said.is_empty() {
                    claims.insert(path.strip_prefix(&root).unwrap().to_string_lossy().into_owned(), said);
                }
            }
        }
    }
    claims
}

#[test]
fn the_tables_list_what_the_tests_prove() {
    let (mut proven, elsewhere) = (proven(), proven_elsewhere());
    assert!(!proven.is_empty() && !elsewhere.is_empty());
    proven.extend(elsewhere);
    assert_eq!(listed(), proven);
}
