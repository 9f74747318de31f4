//! This contract's own source, as far as it says who writes a table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What the doc of a table says.
pub struct Declared<'a> {
    pub name: &'a str,
    /// The files that it names before it speaks of deletion.
    pub writers: BTreeSet<String>,
    /// Those that it names after that.
    pub deleters: BTreeSet<String>,
}

impl Declared<'_> {
    /// `code` is without white space.
    pub fn is_written_in(&self, code: &str) -> bool {
        let aliases = aliases(code, self.name);
        let names = aliases.iter().map(String::as_str).chain([self.name]);
        let calls = |name| [format!("{name}.save("), format!("{name}.save_raw("), format!("Some(&{name})")];
        names.flat_map(calls).any(|call| has_word(code, &call))
            || code.contains(&format!("append(storage,{}.letter()", self.name))
    }

    pub fn is_deleted_in(&self, code: &str) -> bool {
        let by_letter = |verb| {
            let argument = format!("storage,{}.letter()", self.name);
            [format!("{verb}({argument}"), format!("{verb}(deps.{argument}")]
        };
        has_word(code, &format!("{}.remove(", self.name))
            || code.contains(&format!("Some(&{})", self.name))
            || ["remove_raw", "remove_superseded", "forget"]
                .into_iter()
                .flat_map(by_letter)
                .any(|call| code.contains(&call))
    }
}

/// Other names under which a file of `state` declares the records of a table.
fn aliases(code: &str, table: &str) -> Vec<String> {
    // `COMMITMENTS` with what 0.1.0 did not store.
    let placed = table == "COMMITMENTS" && code.contains("PLACED.save(");
    placed.then(|| "PLACED".to_owned()).into_iter().collect()
}

fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        before.is_none_or(|before| !before.is_ascii_uppercase() && before != '_')
    })
}

/// The tables in the source of `state.rs`.
pub fn tables(source: &str) -> Vec<Declared<'_>> {
    let mut doc = String::new();
    let mut found = Vec::new();
    for line in source.lines() {
        if let Some(text) = line.strip_prefix("///") {
            doc.push_str(text);
            continue;
        }
        let declared = line.strip_prefix("pub const ").and_then(|rest| rest.split_once(": "));
        if let Some((name, kind)) = declared
            && (kind.starts_with("Item<") || kind.starts_with("Table<") || kind.starts_with("Words<"))
        {
            let said = doc.split_once("Written by ").unwrap_or_else(|| panic!("{name}: no writer")).1;
            let deletion = ["Deleted", "deleted", "Never"].iter().filter_map(|word| said.find(word)).min();
            let (writers, deleters) =
                said.split_at(deletion.unwrap_or_else(|| panic!("{name}: no deletion")));
            found.push(Declared { name, writers: quoted(writers), deleters: quoted(deleters) });
        }
        doc.clear();
    }
    assert!(found.len() > 40, "only {} tables are found", found.len());
    found
}

/// What stands in backticks and is a file of `src`.
fn quoted(text: &str) -> BTreeSet<String> {
    let is_file = |name: &&str| Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{name}.rs")).exists();
    text.split('`').skip(1).step_by(2).filter(is_file).map(str::to_owned).collect()
}

/// Every file of `src` by its path without ending.
pub fn all() -> BTreeMap<String, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeMap::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&src).unwrap().with_extension("");
                let name = name.to_str().unwrap().replace('\\', "/");
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

/// The code of every file but the tests, without comments and white space.
pub fn rooms() -> BTreeMap<String, String> {
    let is_test = |name: &str| name.split('/').any(|part| part == "tests");
    let code = |text: &str| {
        let production = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = production.lines().map(|line| line.split("//").next().unwrap_or_default());
        lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect()
    };
    all().into_iter().filter(|(name, _)| !is_test(name)).map(|(name, text)| (name, code(&text))).collect()
}

/// The names of the files whose code is so.
pub fn files(sources: &BTreeMap<String, String>, is_so: impl Fn(&str) -> bool) -> BTreeSet<String> {
    sources.iter().filter(|(_, code)| is_so(code)).map(|(name, _)| name.clone()).collect()
}

/// A byte literal of one letter, if there is any.
pub fn letter_in(code: &str) -> Option<String> {
    ["b'", "b\""].into_iter().find_map(|start| {
        code.match_indices(start).find_map(|(at, _)| {
            let mut rest = code[at + 2..].chars();
            let (letter, quote) = (rest.next()?, rest.next()?);
            let is_word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let is_literal = (letter.is_ascii_alphabetic() || letter.is_ascii_digit() && start == "b'")
                && start.ends_with(quote)
                && !is_word;
            is_literal.then(|| format!("{start}{letter}{quote}"))
        })
    })
}
