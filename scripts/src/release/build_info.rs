//! What a release was made of and with: enough to make it again, and to know its contracts on a chain.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::Edition;
use super::assets::Asset;
use super::commit::Commit;
use super::sums::sha256;
use crate::{cargo, project};

/// Its file.
pub const FILE: &str = "BUILDINFO.json";
/// Files that pin what is built with.
const LOCKS: [&str; 4] = [
    "Cargo.lock",
    "rust-toolchain.toml",
    "scripts/package-lock.json",
    "packages/client-ts/package-lock.json",
];

/// The content of that file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildInfo(Value);

impl BuildInfo {
    /// Of what is checked out, with the tools of this machine.
    pub fn here(commit: &Commit, edition: &Edition) -> Result<Self> {
        let locks: BTreeMap<&str, String> = LOCKS
            .into_iter()
            .map(|lock| Ok((lock, sha256(&project::read(&project::root().join(lock))?))))
            .collect::<Result<_>>()?;
        Ok(Self(json!({
            "version": edition.version,
            "snapshot": edition.is_snapshot,
            "commit": commit.id,
            "commit_time": commit.time,
            "made_with": { "rustc": rustc()?, "wasm_opt": wasm_opt()? },
            "locks": locks,
        })))
    }

    /// The same, with the checksums and sizes of the contracts among these files.
    pub fn with_contracts(self, assets: &[Asset]) -> Self {
        let wasm = assets.iter().filter_map(|asset| Some((asset.name.strip_suffix(".wasm")?, asset)));
        let contracts: BTreeMap<&str, Value> = wasm
            .map(|(name, asset)| {
                (name, json!({ "sha256": sha256(&asset.bytes), "bytes": asset.bytes.len() }))
            })
            .collect();
        let Self(mut info) = self;
        info["contracts"] = json!(contracts);
        Self(info)
    }

    /// As it is written.
    pub fn to_text(&self) -> Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(&self.0)?))
    }

    /// Whether it is of no release.
    pub fn is_snapshot(&self) -> bool {
        self.0["snapshot"] == true
    }

    /// Whether what is checked out here, with the tools that are here, can make that release again.
    pub fn is_made_here(&self, commit: &Commit, edition: &Edition) -> Result<()> {
        let id = self.0["commit"].as_str().unwrap_or("no commit");
        ensure!(
            id == commit.id,
            "the release is of {id}, and {} is checked out: `git checkout {id}`",
            commit.id
        );
        self.is_like(&Self::here(commit, edition)?)
    }

    fn is_like(&self, here: &Self) -> Result<()> {
        for path in ["/version", "/commit_time", "/made_with/rustc", "/made_with/wasm_opt", "/locks"] {
            let (theirs, ours) = (self.0.pointer(path), here.0.pointer(path));
            let shown =
                |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), ToString::to_string);
            let name = path.trim_start_matches('/').replace('/', ".");
            ensure!(
                theirs == ours,
                "{FILE} says that {name} is {}, and here it is {}",
                shown(theirs),
                shown(ours)
            );
        }
        Ok(())
    }
}

/// What a release says of itself.
pub fn of_release(folder: &Path) -> Result<BuildInfo> {
    let bytes = project::read(&folder.join(FILE))?;
    Ok(BuildInfo(serde_json::from_slice(&bytes).with_context(|| format!("{FILE} is not JSON"))?))
}

/// The compiler, without the machine that it runs on.
fn rustc() -> Result<String> {
    let mut rustc = Command::new("rustc");
    rustc.arg("-vV").current_dir(project::root());
    let said = cargo::output(&mut rustc, "rustc does not say its version")?;
    let first = said.lines().next().context("rustc does not say its version")?;
    let llvm = said.lines().find(|line| line.starts_with("LLVM version: ")).unwrap_or_default();
    Ok(format!("{first}, {llvm}"))
}

/// The version of binaryen that is pinned.
fn wasm_opt() -> Result<String> {
    let lock: Value = serde_json::from_slice(&project::read(&project::scripts().join("package-lock.json"))?)?;
    let version = lock["packages"]["node_modules/binaryen"]["version"].as_str();
    Ok(format!("binaryen {}", version.context("scripts/package-lock.json pins no binaryen")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(version: &str) -> Edition {
        Edition { version: version.to_owned(), is_snapshot: false }
    }

    fn commit() -> Commit {
        Commit { id: "ab".repeat(20), seconds: 1, time: "1970-01-01T00:00:01Z".to_owned() }
    }

    #[test]
    fn it_names_commit_tools_locks_and_contracts() {
        let wasm = [
            Asset { name: "bsn.wasm".to_owned(), bytes: b"wasm".to_vec() },
            Asset { name: "x.html".to_owned(), bytes: vec![] },
        ];
        let info = BuildInfo::here(&commit(), &edition("0.3.0")).unwrap().with_contracts(&wasm).0;
        assert!(info["made_with"]["rustc"].as_str().unwrap().starts_with("rustc 1."), "{info}");
        assert_eq!(info["made_with"]["wasm_opt"], "binaryen 132.0.0");
        assert_eq!(info["locks"]["Cargo.lock"].as_str().unwrap().len(), 64);
        let expected = json!({ "bsn": { "sha256": sha256(b"wasm"), "bytes": 4 } });
        assert_eq!((&info["contracts"], &info["snapshot"]), (&expected, &json!(false)));
    }

    #[test]
    fn a_snapshot_says_that_it_is_one() {
        let snapshot = Edition { is_snapshot: true, ..edition("0.3.0") };
        assert!(BuildInfo::here(&commit(), &snapshot).unwrap().is_snapshot());
        assert!(!BuildInfo::here(&commit(), &edition("0.3.0")).unwrap().is_snapshot());
        assert_eq!(
            [snapshot, edition("0.3.0")].map(|it| it.to_string()),
            ["snapshot of 0.3.0", "release 0.3.0"]
        );
    }

    #[test]
    fn another_commit_or_compiler_is_named() {
        let theirs = BuildInfo::here(&commit(), &edition("0.3.0")).unwrap();
        theirs.is_made_here(&commit(), &edition("0.3.0")).unwrap();
        let other = Commit { id: "cd".repeat(20), ..commit() };
        let said = theirs.is_made_here(&other, &edition("0.3.0")).unwrap_err().to_string();
        assert!(said.ends_with(&format!("is checked out: `git checkout {}`", commit().id)), "{said}");
        let mut older = theirs.clone();
        older.0["made_with"]["rustc"] = "rustc 1.81.0".into();
        let said = older.is_made_here(&commit(), &edition("0.3.0")).unwrap_err().to_string();
        assert!(
            said.starts_with("BUILDINFO.json says that made_with.rustc is \"rustc 1.81.0\", and here it is "),
            "{said}"
        );
        let said = theirs.is_made_here(&commit(), &edition("0.4.0")).unwrap_err().to_string();
        assert!(said.contains("version"), "{said}");
    }
}
