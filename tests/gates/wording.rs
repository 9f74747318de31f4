//! Words that made readers stop. What to write instead stands beside each.

use std::path::Path;

use crate::artifact;

const REFUSED: [(&str, &str); 15] = [
    ("behind the door", "after parsing"),
    ("came under", "registered under"),
    ("crumbs", "many small ones"),
    ("dear", "expensive"),
    ("dearer", "more expensive"),
    ("dearest", "most expensive"),
    ("laid over", "merged into"),
    ("mend", "correct, fill, repair"),
    ("mended", "corrected, filled, repaired"),
    ("mends", "corrects, fills, repairs"),
    ("nobody's", "say what it belongs to, or that it is none"),
    ("put away", "retired, closed"),
    ("spoil", "cost, fail, be refused alone"),
    ("spoils", "costs, fails, is refused alone"),
    ("wedges", "blocks"),
];

/// What is written before this rule, and this rule.
const EXEMPT: [&str; 2] = ["CHANGELOG.md", "tests/gates/wording.rs"];

#[test]
fn the_worst_words_are_not_written() {
    let root = artifact::root();
    let mut found = Vec::new();
    let mut files = 0;
    read(&root, &mut |path, text| {
        let name = path.strip_prefix(&root).unwrap_or(path).display().to_string();
        if EXEMPT.contains(&name.as_str()) {
            return;
        }
        files += 1;
        for (number, line) in text.lines().enumerate() {
            found.extend(
                refused(line)
                    .map(|(word, better)| format!("{name}:{}: `{word}`, better: {better}", number + 1)),
            );
        }
    });
    assert!(files > 500, "only {files} files were read");
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn a_word_is_found_as_a_whole_and_in_any_case() {
    assert_eq!(refused("The Dearest hook").next(), Some(("dearest", "most expensive")));
    assert_eq!(refused("it was laid over it").next().map(|found| found.0), Some("laid over"));
    assert_eq!(refused("recommends amends").next(), None);
}

fn refused(line: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let line = line.to_lowercase();
    REFUSED.into_iter().filter(move |(word, _)| {
        let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        line.match_indices(word).any(|(at, _)| {
            let (before, after) = (line.get(..at), line.get(at + word.len()..));
            !is_part(before.and_then(|text| text.chars().next_back()))
                && !is_part(after.and_then(|text| text.chars().next()))
        })
    })
}

/// Hands over each text in the repository, but for what is generated or not ours.
fn read(folder: &Path, take: &mut impl FnMut(&Path, &str)) {
    const SKIPPED: [&str; 8] =
        ["target", "node_modules", "dist", "artifacts", "schema", "fixtures", "bip340", "corpus"];
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                read(&path, take);
            }
        } else if [".rs", ".md", ".mjs", ".ts", ".js", ".html", ".go", ".toml", ".sh", ".proto"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            take(&path, &std::fs::read_to_string(&path).expect("text is readable"));
        }
    }
}
