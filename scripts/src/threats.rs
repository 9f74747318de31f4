//! The table of threats in `tests/README.md`, held equal to what the tests say that they prove.
//!
//! A scenario says it in its first line: `//! Proves: C-01, K29`. Any other test says it in a comment of ids alone
//! above it: `/// C-43`, or `/// C-43: why`. One row stands for each threat, in the order of the ids, and lists
//! the scenarios first, then files by their paths, both in alphabetical order.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Result, ensure};

use crate::project;

/// `C-09` or `K31`; in the table's order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Id {
    family: String,
    number: u32,
}

impl Id {
    fn parse(text: &str) -> Option<Self> {
        let (family, number) = text.split_at(text.find(|c: char| c.is_ascii_digit())?);
        let letters = family.strip_suffix('-').unwrap_or(family);
        let is_family = !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_number = number.len() <= 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        if !is_family || !is_number {
            return None;
        }
        Some(Self { family: family.to_owned(), number: number.parse().ok()? })
    }
}

/// A row of the table.
#[derive(Debug)]
struct Row {
    id: String,
    tests: String,
}

/// Which tests say that they prove a threat, by the threat's id as it is written.
type Said = BTreeMap<String, BTreeSet<String>>;

/// Fails with every difference between the table and the tests.
pub fn check() -> Result<()> {
    let root = project::root();
    let readme = String::from_utf8(project::read(&root.join("tests/README.md"))?)?;
    let (rows, mut faults) = rows(&readme);
    let said = said(&root, &mut faults)?;
    faults.extend(compare(&rows, &said));
    ensure!(faults.is_empty(), "the table of tests/README.md is not true:\n  {}", faults.join("\n  "));
    Ok(())
}

const HEADING: &str = "| id | threat | claim | test |";

/// The rows below the heading, and what is wrong with their form.
fn rows(readme: &str) -> (Vec<Row>, Vec<String>) {
    let lines = readme.lines().skip_while(|line| *line != HEADING).skip(2);
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for line in lines.take_while(|line| line.starts_with('|')) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        match cells[..] {
            ["", id, threat, claim, tests, ""] if !threat.is_empty() && !claim.is_empty() => {
                rows.push(Row { id: id.to_owned(), tests: tests.to_owned() });
            }
            _ => faults.push(format!("a row does not have four cells with text: {line}")),
        }
    }
    if rows.is_empty() {
        faults.push(format!("no row stands below `{HEADING}`"));
    }
    (rows, faults)
}

/// What differs between the rows and what the tests say.
fn compare(rows: &[Row], said: &Said) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    let mut last: Option<Id> = None;
    for Row { id, tests } in rows {
        let Some(parsed) = Id::parse(id) else {
            faults.push(format!("`{id}` is no id like C-09 or K31"));
            continue;
        };
        if !seen.insert(id) {
            faults.push(format!("{id} has more than one row"));
        } else if last.as_ref().is_some_and(|last| *last > parsed) {
            faults.push(format!("{id} is not in the order of the ids"));
        }
        last = last.max(Some(parsed));
        match said.get(id).map(cell) {
            None => faults.push(format!("{id} is proven by no test")),
            Some(right) if right != *tests => {
                faults.push(format!("{id} lists {tests}, and the tests say {right}"));
            }
            Some(_) => (),
        }
    }
    let missing = said.iter().filter(|(id, _)| !seen.contains(id));
    faults.extend(missing.map(|(id, tests)| format!("{id} has no row, and is proven by {}", cell(tests))));
    faults
}

/// The tests as a row lists them.
fn cell(tests: &BTreeSet<String>) -> String {
    let mut tests: Vec<_> = tests.iter().collect();
    tests.sort_by_key(|test| test.contains('/'));
    tests.iter().map(|test| format!("`{test}`")).collect::<Vec<_>>().join(", ")
}

/// What all tests say. Scenarios are named by their files' names, others by their paths from the workspace's root.
fn said(root: &Path, faults: &mut Vec<String>) -> Result<Said> {
    let mut said = Said::new();
    for path in sources(&root.join("tests/scenarios"))? {
        let (name, text) = (stem(&path), String::from_utf8(project::read(&path)?)?);
        match text.lines().next().and_then(|line| line.strip_prefix("//! Proves: ")).map(parse) {
            Some(Some(ids)) => add(&mut said, ids, &name),
            _ if SHARED.contains(&name.as_str()) => (),
            _ => faults.push(format!("the first line of the scenario `{name}` does not say what it proves")),
        }
    }
    for folder in ["tests", "packages", "contracts", "tools/cli/tests"] {
        for path in sources(&root.join(folder))? {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            let text = String::from_utf8(project::read(&path)?)?;
            text.lines().filter_map(in_comment).for_each(|ids| add(&mut said, ids, &name));
        }
    }
    Ok(said)
}

/// Files among the scenarios that prove nothing themselves.
const SHARED: [&str; 3] = ["alone", "main", "support"];

fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = project::files_under(folder)?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    Ok(files)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn add(said: &mut Said, ids: Vec<String>, test: &str) {
    for id in ids {
        said.entry(id).or_default().insert(test.to_owned());
    }
}

/// The ids in a comment of ids; nothing in any other line.
fn in_comment(line: &str) -> Option<Vec<String>> {
    parse(line.trim().strip_prefix("/// ")?.split(": ").next()?)
}

/// Ids with commas between, and nothing else.
fn parse(ids: &str) -> Option<Vec<String>> {
    ids.split(", ").map(|id| Id::parse(id).map(|_| id.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lists_what_the_tests_prove() {
        check().unwrap();
    }

    const TESTS: [(&str, &[&str]); 3] = [
        ("C-02", &["packages/b.rs", "a_claim", "packages/a.rs"]),
        ("C-10", &["a_claim"]),
        ("K1", &["a_claim"]),
    ];

    fn faults(lines: &[&str]) -> Vec<String> {
        let mut said = Said::new();
        for (id, tests) in TESTS {
            tests.iter().for_each(|test| add(&mut said, vec![id.to_owned()], test));
        }
        let table = [&["# Tests", "", HEADING, "|---|---|---|---|"], lines, &["", "| K9 | | |"]].concat();
        let (rows, mut faults) = rows(&table.join("\n"));
        faults.extend(compare(&rows, &said));
        faults
    }

    const C02: &str = "| C-02 | a threat | a claim | `a_claim`, `packages/a.rs`, `packages/b.rs` |";
    const C10: &str = "| C-10 | a threat | a claim | `a_claim` |";
    const K1: &str = "| K1 | a threat | a claim | `a_claim` |";

    #[test]
    fn a_true_table_has_no_fault() {
        assert_eq!(faults(&[C02, C10, K1]), Vec::<String>::new());
    }

    #[test]
    fn a_threat_has_one_row_even_where_the_rows_together_are_true() {
        let half = "| C-02 | a threat | a claim | `a_claim`, `packages/a.rs` |";
        assert_eq!(faults(&[C02, C02, C10, K1]), ["C-02 has more than one row"]);
        assert_eq!(faults(&[C02, C10, K1, C02]), ["C-02 has more than one row"]);
        let found = faults(&[C02, half, C10, K1]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0], "C-02 has more than one row");
    }

    #[test]
    fn rows_stand_in_the_order_of_their_numbers() {
        assert_eq!(faults(&[C10, C02, K1]), ["C-02 is not in the order of the ids"]);
        assert_eq!(
            faults(&[K1, C02, C10]),
            ["C-02 is not in the order of the ids", "C-10 is not in the order of the ids"]
        );
    }

    #[test]
    fn a_row_lists_its_tests_and_no_others() {
        let right = "`a_claim`, `packages/a.rs`, `packages/b.rs`";
        for wrong in
            ["`a_claim`, `packages/b.rs`", "`a_claim`, `packages/b.rs`, `packages/a.rs`", "`a_claim`, `c`"]
        {
            let row = format!("| C-02 | a threat | a claim | {wrong} |");
            let fault = format!("C-02 lists {wrong}, and the tests say {right}");
            assert_eq!(faults(&[&row, C10, K1]), [fault]);
        }
    }

    #[test]
    fn nothing_is_left_out_or_invented() {
        let k2 = "| K2 | a threat | a claim | `a_claim` |";
        assert_eq!(faults(&[C02, C10]), ["K1 has no row, and is proven by `a_claim`"]);
        assert_eq!(faults(&[C02, C10, K1, k2]), ["K2 is proven by no test"]);
        let nameless = "| K-x | a threat | a claim | `a_claim` |";
        assert_eq!(faults(&[C02, C10, K1, nameless]), ["`K-x` is no id like C-09 or K31"]);
        let short = "| K2 | a threat | `a_claim` |";
        let fault = format!("a row does not have four cells with text: {short}");
        assert_eq!(faults(&[C02, C10, K1, short]), [fault]);
        let (rows, faults) = rows("# Tests\n");
        assert_eq!((rows.len(), faults.len()), (0, 1));
    }

    #[test]
    fn ids_are_read_in_comments_of_ids_alone() {
        assert_eq!(in_comment("    /// C-39, K26").unwrap(), ["C-39", "K26"]);
        assert_eq!(in_comment("/// C-47: the same verdicts").unwrap(), ["C-47"]);
        for other in ["/// As C-05 says", "/// C-05 and more", "// C-05", "/// C-", "/// 05", "/// C-00005"] {
            assert_eq!(in_comment(other), None, "{other}");
        }
    }
}
