//! The commit that a release is of.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::cargo;

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id, in full.
    pub id: String,
    /// When it was made, in seconds since 1970.
    pub seconds: u64,
    /// The same, as `2026-11-30T12:00:00Z`.
    pub time: String,
}

impl Commit {
    /// What is checked out, if nothing else lies in the folder.
    pub fn of_clean_tree(root: &Path) -> Result<Self> {
        let changed = git(root, &["status", "--porcelain"])?;
        if let Some(first) = changed.lines().next() {
            let (count, file) = (changed.lines().count(), first.get(3..).unwrap_or_default());
            bail!(
                "the tree has {count} changes that are not committed, such as {file}: a release is of a commit"
            );
        }
        let shown = git(
            root,
            &["show", "--no-patch", "--format=%H %ct %cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ"],
        )?;
        match shown.split_whitespace().collect::<Vec<_>>()[..] {
            [id, seconds, time] => {
                Ok(Self { id: id.to_owned(), seconds: seconds.parse()?, time: time.to_owned() })
            }
            _ => bail!("git does not say which commit is checked out"),
        }
    }
}

fn git(root: &Path, args: &[&str]) -> Result<String> {
    let mut git = Command::new("git");
    git.args(args).current_dir(root).env("TZ", "UTC");
    cargo::output(&mut git, &format!("git does not know {}: a release needs a clone", root.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// A repository of one commit, whose time is given.
    fn repository(name: &str) -> PathBuf {
        let root = std::env::temp_dir().join(format!("bsn-release-{name}-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("a"), "1").unwrap();
        for args in [&["init", "-q"][..], &["add", "a"], &["commit", "-q", "-m", "One"]] {
            let mut git = Command::new("git");
            git.args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]);
            git.env("GIT_COMMITTER_DATE", "2026-11-30T01:02:03+02:00").args(args).current_dir(&root);
            assert!(git.status().unwrap().success(), "{args:?}");
        }
        root
    }

    #[test]
    fn a_commit_says_its_own_time_in_utc() {
        let root = repository("clean");
        let commit = Commit::of_clean_tree(&root).unwrap();
        assert_eq!((commit.id.len(), commit.time.as_str()), (40, "2026-11-29T23:02:03Z"));
        assert_eq!(commit.seconds, 1_795_993_323);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_tree_with_changes_is_refused_and_one_of_them_named() {
        for file in ["a", "new"] {
            let root = repository(&format!("dirty-{file}"));
            fs::write(root.join(file), "2").unwrap();
            let said = Commit::of_clean_tree(&root).unwrap_err().to_string();
            let expected = format!(
                "the tree has 1 changes that are not committed, such as {file}: a release is of a commit"
            );
            assert_eq!(said, expected);
            fs::remove_dir_all(root).unwrap();
        }
    }
}
