//! What the handbook says about this repository, held against it: each page has its place in the table of contents, and each file,
//! test and task that is named is there. Links and their anchors are checked with all others (`tests/gates/citations.rs`), the runbook
//! against its table and the blocks that are marked `run` by running them (`tools/cli`).

use std::path::Path;

use anyhow::{Result, ensure};

use crate::project;

/// The folder of its pages.
const PAGES: &str = "tools/cli/handbook/src/";
/// Pages beside the handbook that name tests and tasks, too.
const BESIDE: [&str; 2] = ["SECURITY.md", "CONTRIBUTING.md"];
/// How a path begins that is one of this repository.
const FOLDERS: [&str; 5] = ["contracts/", "packages/", "scripts/", "tests/", "tools/"];

/// Fails with everything that is not there.
pub fn check(tasks: &str) -> Result<()> {
    let root = project::root();
    let mut texts = Vec::new();
    for file in project::files_under(&root.join(PAGES))? {
        let name = file.strip_prefix(&root)?.to_string_lossy().into_owned();
        texts.push((name, String::from_utf8(project::read(&file)?)?));
    }
    let names: Vec<&str> = texts.iter().filter_map(|(name, _)| name.strip_prefix(PAGES)).collect();
    let contents = texts.iter().find(|(name, _)| name.ends_with("SUMMARY.md")).map_or("", |(_, text)| text);
    let mut faults = out_of_place(contents, &names);
    for name in BESIDE {
        texts.push((name.to_owned(), String::from_utf8(project::read(&root.join(name))?)?));
    }
    for (name, text) in &texts {
        faults.extend(missing(&root, tasks, text).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    ensure!(faults.is_empty(), "the handbook is not true:\n  {}", faults.join("\n  "));
    Ok(())
}

/// Pages that the table of contents lacks or lists twice.
fn out_of_place(contents: &str, pages: &[&str]) -> Vec<String> {
    let pages = pages.iter().filter(|page| **page != "SUMMARY.md");
    let listed = |page: &str| contents.matches(&format!("]({page})")).count();
    pages
        .filter_map(|page| match listed(page) {
            1 => None,
            0 => Some(format!("{page} is not in SUMMARY.md")),
            count => Some(format!("{page} stands {count} times in SUMMARY.md")),
        })
        .collect()
}

/// The files, tests and tasks that a text names and that are not there.
fn missing(root: &Path, tasks: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for span in text.split('`').skip(1).step_by(2) {
        let (path, test) = span.split_once("::").map_or((span, None), |(path, test)| (path, Some(test)));
        let is_path =
            FOLDERS.iter().any(|folder| path.starts_with(folder)) && !path.contains([' ', '<', '*', '{']);
        if !is_path {
            continue;
        }
        if !root.join(path).exists() {
            faults.push(format!("there is no {path}"));
        } else if let Some(test) = test {
            let source = std::fs::read_to_string(root.join(path)).unwrap_or_default();
            if !source.contains(&format!("fn {test}(")) {
                faults.push(format!("{path} has no test {test}"));
            }
        }
    }
    for rest in text.split("cargo xtask ").skip(1) {
        let task = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or_default();
        if !tasks.lines().any(|line| line.trim_start().split(' ').next() == Some(task)) {
            faults.push(format!("there is no task `{task}`"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_handbook_is_true() {
        check(crate::USAGE).unwrap();
    }

    #[test]
    fn every_page_has_one_place() {
        let contents = "- [A](a.txt)\n  - [B](b/c.txt)\n- [B](b/c.txt)\n";
        let faults = out_of_place(contents, &["SUMMARY.md", "a.txt", "b/c.txt", "d.txt"]);
        assert_eq!(faults, ["b/c.txt stands 2 times in SUMMARY.md", "d.txt is not in SUMMARY.md"]);
    }

    #[test]
    fn what_is_named_and_not_there_is_a_fault() {
        let said = |text: &str| missing(&project::root(), crate::USAGE, text);
        let own = "`scripts/src/handbook.rs::every_page_has_one_place`, `cargo xtask test --quick`, `bsn::entry`, `tests/chain`";
        assert_eq!(said(own), [""; 0]);
        assert_eq!(said("`scripts/src/none.rs`"), ["there is no scripts/src/none.rs"]);
        assert_eq!(said("`scripts/src/handbook.rs::none`"), ["scripts/src/handbook.rs has no test none"]);
        assert_eq!(said("```console\n$ cargo xtask none\n```"), ["there is no task `none`"]);
    }
}
