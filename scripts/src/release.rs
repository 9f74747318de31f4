//! A release: a folder that a stranger can check without believing whoever made it.
//!
//! # The idea
//!
//! All files but the program are made of a commit alone, with tools that the commit pins. So checking a release is making it again
//! and comparing: `--verify` runs the code that made it, and names the first file that differs. `SHA256SUMS` lists every file,
//! and is what is signed.
//!
//! # The danger
//!
//! A time, a folder's name or an order of entries that gets into a file makes two honest builds differ, and a comparison that always
//! fails teaches nobody anything. The only time here is the commit's. And a comparison with what a cache holds compares nothing:
//! `--verify` builds the contracts in a copy of the sources, with a target folder of its own.
//!
//! `--snapshot` makes all of it of a commit that is no release: its notes are what is unreleased, its artifacts need not be kept, and
//! `BUILDINFO.json` says that it is one. So the whole way is tried on any day, and not first on the day of a release.
//!
//! | file | what |
//! |---|---|
//! | `<contract>.wasm` | each contract that chains keep state of |
//! | `schema.tar.gz`, `monitoring.tar.gz` | `schema/`, `tools/cli/monitoring/` |
//! | `dashboard.html`, `final.html` | the pages of `bsn serve` |
//! | `bsn-client-<version>.tgz` | the npm package |
//! | `RELEASE_NOTES.md` | the version's part of the changelog |
//! | `BUILDINFO.json` | commit, tools, hashes of locks, checksums of the contracts: `bsn verify` reads it |
//! | `sbom.cdx.json` | what all of it is made of, as CycloneDX |
//! | `bsn-<platform>.tar.gz` | the program: not compared, since a linker is not pinned |
//! | `SHA256SUMS`, `SHA256SUMS.sig` | the checksums, and who vouches for them |

mod archive;
mod assets;
mod build_info;
mod commit;
mod compare;
mod notes;
mod program;
mod registry;
mod sbom;
mod signature;
mod sums;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::{project, reproduce, say, wasm};
use assets::Asset;
use commit::Commit;

const USAGE: &str = "cargo xtask release [--snapshot] [--out FOLDER] [--key FILE], or cargo xtask release --verify FOLDER [--signers FILE]";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Task {
    Make { is_snapshot: bool, out: Option<PathBuf>, key: Option<PathBuf> },
    Verify { folder: PathBuf, signers: Option<PathBuf> },
}

/// A version, or what will be one.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edition {
    /// The workspace's version.
    version: String,
    /// Whether it is what a commit has before that version is released.
    is_snapshot: bool,
}

impl std::fmt::Display for Edition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", if self.is_snapshot { "snapshot of" } else { "release" }, self.version)
    }
}

/// Makes a release, or checks one.
pub fn release(args: &[String]) -> Result<()> {
    match parse(args)? {
        Task::Make { is_snapshot, out, key } => make(is_snapshot, out, key.as_deref()),
        Task::Verify { folder, signers } => verify(&folder, signers.as_deref()),
    }
}

fn parse(args: &[String]) -> Result<Task> {
    let (mut out, mut key, mut folder, mut signers, mut is_snapshot) = (None, None, None, None, false);
    let mut args = args.iter();
    while let Some(flag) = args.next() {
        if flag == "--snapshot" {
            ensure!(!is_snapshot, "{flag} was given twice");
            is_snapshot = true;
            continue;
        }
        let slot = match flag.as_str() {
            "--out" => &mut out,
            "--key" => &mut key,
            "--verify" => &mut folder,
            "--signers" => &mut signers,
            other => bail!("`cargo xtask release` knows no `{other}`: {USAGE}"),
        };
        let path = args.next().with_context(|| format!("{flag} needs a path: {USAGE}"))?;
        ensure!(slot.replace(PathBuf::from(path)).is_none(), "{flag} was given twice");
    }
    match (folder, out, key, signers) {
        (None, out, key, None) => Ok(Task::Make { is_snapshot, out, key }),
        (Some(folder), None, None, signers) if !is_snapshot => Ok(Task::Verify { folder, signers }),
        _ => bail!("these flags do not go together: {USAGE}"),
    }
}

/// Refuses what could not be made again: changes that are not committed, a version that the changelog does not know or whose
/// contracts are not kept.
fn make(is_snapshot: bool, out: Option<PathBuf>, key: Option<&Path>) -> Result<()> {
    let root = project::root();
    let commit = Commit::of_clean_tree(&root)?;
    let edition = Edition { version: project::version()?, is_snapshot };
    let notes = notes::of(&root, &edition)?;
    let folder = format!("{}{}", edition.version, if is_snapshot { "-snapshot" } else { "" });
    let out = out.unwrap_or_else(|| project::target().join("dist").join(folder));
    ensure!(is_empty(&out)?, "{} is not empty: a release goes into a folder of its own", out.display());
    if let Some(key) = key {
        ensure!(key.is_file(), "there is no key {}", key.display());
    }
    if !is_snapshot {
        kept_folder(&edition.version)?;
    }
    wasm::build()?;
    let mut assets = assets::of(&commit, &edition, notes, assets::contracts(&project::artifacts())?)?;
    if !is_snapshot {
        kept(&assets, &edition.version)?;
    }
    say::timed("what a registry would be sent", registry::rehearse)?;
    assets.push(program::built(&commit)?);
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    for asset in &assets {
        project::write(&out.join(&asset.name), &asset.bytes)?;
    }
    project::write(&out.join(sums::FILE), sums::of(&assets))?;
    let signed = signature::sign(&out, key)?;
    say::step(&format!("{edition}, commit {}", commit.id));
    assets.iter().for_each(|asset| {
        say::line(&format!("{:>12}  {}", say::thousands(asset.bytes.len()), asset.name));
    });
    say::line(&signed.to_string());
    say::line(&format!("in {}", out.display()));
    Ok(())
}

/// Where the artifacts of a version are kept, which migrations are tested from.
fn kept_folder(version: &str) -> Result<PathBuf> {
    let folder = project::root().join("tests/fixtures").join(version);
    ensure!(folder.is_dir(), "{version} is not kept yet: run `cargo xtask keep {version}`, and commit it");
    Ok(folder)
}

/// A released contract is one that migrations are tested from.
fn kept(assets: &[Asset], version: &str) -> Result<()> {
    let folder = kept_folder(version)?;
    for asset in assets.iter().filter(|asset| asset.name.ends_with(".wasm")) {
        let same = project::read(&folder.join(&asset.name))? == asset.bytes;
        ensure!(same, "{} is not the one that is kept in {}", asset.name, folder.display());
    }
    Ok(())
}

fn is_empty(folder: &Path) -> Result<bool> {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error).with_context(|| format!("cannot list {}", folder.display())),
    }
}

/// Sums and signature first, for they take no time; then everything is made again.
fn verify(folder: &Path, signers: Option<&Path>) -> Result<()> {
    let listed = sums::read(folder)?;
    sums::check(folder, &listed)?;
    say::line(&format!("{} files are what {} says", listed.len(), sums::FILE));
    say::line(&signature::check(folder, signers)?.to_string());
    let root = project::root();
    let commit = Commit::of_clean_tree(&root)?;
    let info = build_info::of_release(folder)?;
    let edition = Edition { version: project::version()?, is_snapshot: info.is_snapshot() };
    info.is_made_here(&commit, &edition)?;
    let notes = notes::of(&root, &edition)?;
    let contracts = reproduce::in_a_copy(|copy| assets::contracts(&copy.join("artifacts")))?;
    let again = assets::of(&commit, &edition, notes, contracts)?;
    compare::all(&again, folder)?;
    say::step(&format!("the {edition} is what {} makes: {} files compared", commit.id, again.len()));
    let others = listed.keys().filter(|name| !again.iter().any(|asset| asset.name == **name));
    others.for_each(|name| say::line(&format!("not compared: {name}, since a linker is not pinned")));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Task> {
        parse(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_release_is_made_or_checked_and_not_both() {
        let make = |is_snapshot| Task::Make { is_snapshot, out: None, key: None };
        assert_eq!(parsed(&[]).unwrap(), make(false));
        assert_eq!(parsed(&["--snapshot"]).unwrap(), make(true));
        let verify = Task::Verify { folder: "a".into(), signers: Some("b".into()) };
        assert_eq!(parsed(&["--verify", "a", "--signers", "b"]).unwrap(), verify);
        for bad in [
            &["--verify"][..],
            &["--verify", "a", "--key", "b"],
            &["--signers", "b"],
            &["--out", "a", "--out", "b"],
            &["--snapshot", "--snapshot"],
            // What it is, BUILDINFO.json says.
            &["--snapshot", "--verify", "a"],
            &["dist"],
        ] {
            assert!(parsed(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_version_that_is_not_kept_is_not_released() {
        let asset = |bytes: &[u8]| [Asset { name: "bsn.wasm".to_owned(), bytes: bytes.to_vec() }];
        let said = kept(&asset(b""), "99.0.0").unwrap_err().to_string();
        assert_eq!(said, "99.0.0 is not kept yet: run `cargo xtask keep 99.0.0`, and commit it");
        let said = kept(&asset(b"other"), "0.2.0").unwrap_err().to_string();
        assert!(said.starts_with("bsn.wasm is not the one that is kept in "), "{said}");
        let right = project::read(&project::root().join("tests/fixtures/0.2.0/bsn.wasm")).unwrap();
        kept(&asset(&right), "0.2.0").unwrap();
    }
}
