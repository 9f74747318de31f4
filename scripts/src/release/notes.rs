//! What changed, cut from the changelog.

use std::path::Path;

use anyhow::{Result, bail};

use super::Edition;
use crate::project;

/// The part of a version; of a snapshot, what is not released yet.
pub fn of(root: &Path, edition: &Edition) -> Result<String> {
    let changelog = String::from_utf8(project::read(&root.join("CHANGELOG.md"))?)?;
    cut(&changelog, if edition.is_snapshot { "Unreleased" } else { &edition.version })
}

/// From the heading of a version, `## 0.3.0 (2026-12-01)`, to the next one.
fn cut(changelog: &str, version: &str) -> Result<String> {
    let heading =
        |line: &&str| line.strip_prefix("## ").is_some_and(|name| name.split(' ').next() == Some(version));
    let mut lines = changelog.lines().skip_while(|line| !heading(line));
    let Some(title) = lines.next() else {
        bail!(
            "CHANGELOG.md has no entry for {version}: give what is unreleased a heading `## {version} (DATE)`"
        );
    };
    let body: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
    let body = body.join("\n");
    if body.trim().is_empty() {
        bail!("the entry of CHANGELOG.md for {version} is empty");
    }
    Ok(format!("# {}\n\n{}\n", title.trim_start_matches("## "), body.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANGELOG: &str = "# Changelog\n\n## Unreleased\n\n* c\n\n## 0.3.0 (2026-12-01)\n\n* a\n  more\n\n* b\n\n## 0.30.0\n\n## 0.2.0\n\n* old\n";

    #[test]
    fn the_part_of_a_version_is_cut_out() {
        assert_eq!(cut(CHANGELOG, "0.3.0").unwrap(), "# 0.3.0 (2026-12-01)\n\n* a\n  more\n\n* b\n");
        assert_eq!(cut(CHANGELOG, "0.2.0").unwrap(), "# 0.2.0\n\n* old\n");
        assert_eq!(cut(CHANGELOG, "Unreleased").unwrap(), "# Unreleased\n\n* c\n");
    }

    #[test]
    fn a_version_without_an_entry_is_refused() {
        let said = |version| cut(CHANGELOG, version).unwrap_err().to_string();
        assert!(said("0.4.0").starts_with("CHANGELOG.md has no entry for 0.4.0: "), "{}", said("0.4.0"));
        assert_eq!(said("0.30.0"), "the entry of CHANGELOG.md for 0.30.0 is empty");
    }
}
