use std::path::{Path, PathBuf};

use crate::contracts;
use crate::workspace::{self, Member, PURE};

/// Words of Rust that make two nodes disagree, or a node crash; clippy knows the first four too
/// (`.clippy.toml`), but only where they are spelled as a path.
const BANNED: [&str; 5] = ["HashMap", "HashSet", "f32", "f64", "unsafe"];

/// What a file has to name, and why: the reader of JSON throws such a number away, and those who write refuse it; memory crosses between the VM and the
/// contract (the head of `packages/exports` says what that relies on).
const ALLOWED: [(&str, &str); 8] = [
    ("packages/api/src/read/json.rs", "f64"),
    ("packages/api/src/write/serializer.rs", "f32"),
    ("packages/api/src/write/serializer.rs", "f64"),
    ("packages/records/src/write.rs", "f32"),
    ("packages/records/src/write.rs", "f64"),
    ("packages/exports/src/lib.rs", "unsafe"),
    ("packages/exports/src/host.rs", "unsafe"),
    ("packages/exports/src/memory.rs", "unsafe"),
];

/// C-39, C-43
#[test]
fn contracts_and_the_pure_core_are_deterministic_by_their_words() {
    for member in ours() {
        let files = rust_files(&member.folder.join("src"));
        assert!(!files.is_empty(), "{} has no source", member.name);
        for file in files {
            let source = std::fs::read_to_string(&file).expect("source is readable");
            let mut found = banned(&source);
            found
                .retain(|(_, word)| !ALLOWED.iter().any(|(path, name)| file.ends_with(path) && word == name));
            assert_eq!(found, [], "{}", file.display());
        }
    }
}

/// C-39
#[test]
fn clippy_refuses_what_is_not_deterministic() {
    let path = crate::artifact::root().join(".clippy.toml");
    let config = std::fs::read_to_string(path).expect(".clippy.toml is there");
    for path in ["std::collections::HashMap", "std::collections::HashSet", "f32", "f64"] {
        assert!(config.contains(&format!("\"{path}\"")), "{path} is not refused");
    }
    for member in ours() {
        let own = member.folder.join(".clippy.toml");
        assert!(!own.exists(), "{} would hide the workspace's rules", own.display());
    }
}

/// What a library denies outside its tests: words that panic, and numbers that lose something. Clippy's options for
/// tests know only code within `#[test]` and `#[cfg(test)]`, not the helpers of integration tests, and a package cannot
/// add lints to the workspace's. So each library says it at its head, in these words.
const DENIED: &str = "
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation
    )
)]
";

/// C-39
#[test]
fn what_ships_denies_what_can_panic() {
    // What is never deployed is for tests, and the derive runs while compiling.
    let is_for_tests = |member: &Member| contracts::find(&member.name).is_some_and(|row| !row.ships);
    let shipped =
        ours().into_iter().filter(|member| member.name != "bsn-read-derive" && !is_for_tests(member));
    for member in shipped {
        let head = std::fs::read_to_string(member.folder.join("src/lib.rs")).expect("a library");
        assert!(head.contains(DENIED), "{} does not deny at its head what the others do", member.name);
    }
}

#[test]
fn a_banned_word_is_found_in_code_and_not_in_comments_or_tests() {
    let source =
        "/// No HashMap here.\nlet a: f64 = 1;\nlet f640 = 1;\n#[cfg(test)]\nmod tests {\n use HashSet;\n}";
    assert_eq!(banned(source), [(2, "f64")]);
}

fn ours() -> Vec<Member> {
    let mut members = workspace::members();
    members.retain(|member| {
        PURE.contains(&member.name.as_str())
            || contracts::find(&member.name).is_some()
            || ["bsn-api", "bsn-exports", "bsn-proto", "bsn-read-derive", "bsn-records"]
                .contains(&member.name.as_str())
    });
    members
}

/// The banned words of a file outside comments and its tests, with their lines.
fn banned(source: &str) -> Vec<(usize, &'static str)> {
    let code = source.lines().take_while(|line| line.trim() != "#[cfg(test)]");
    let mut found = Vec::new();
    for (i, line) in code.enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        found.extend(
            words
                .find_map(|word| BANNED.into_iter().find(|banned| *banned == word))
                .map(|word| (i + 1, word)),
        );
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
