//! The artifacts of tagged versions, which migrations start from.

use std::path::{Path, PathBuf};

use cosmwasm_std_2::Checksum;

use crate::artifact;
use crate::contracts::{CONTRACTS, Contract};

fn versions() -> Vec<PathBuf> {
    let kept = artifact::root().join("tests/fixtures");
    std::fs::read_dir(kept).expect("versions are kept").map(|entry| entry.expect("it reads").path()).collect()
}

/// Releases before 0.3.0 had no contract that verifies delegations.
fn is_kept(version: &Path, contract: &Contract) -> bool {
    let older = ["0.1.0", "0.2.0"].iter().any(|older| version.ends_with(older));
    contract.ships && (!older || contract.name != artifact::STAKING)
}

/// C-35
#[test]
fn a_kept_version_is_what_was_tagged() {
    for version in versions() {
        let checksums = std::fs::read_to_string(version.join("checksums.txt")).expect("checksums are kept");
        for needed in
            CONTRACTS.iter().filter(|contract| is_kept(&version, contract)).map(|contract| contract.name)
        {
            assert!(checksums.contains(&format!("  {needed}.wasm")), "{}: {needed}", version.display());
        }
        let files = std::fs::read_dir(&version).expect("it reads").count();
        assert_eq!(checksums.lines().count() + 1, files, "{}: a line for each file", version.display());
        for line in checksums.lines() {
            let (checksum, name) = line.split_once("  ").expect("as sha256sum writes it");
            let wasm = std::fs::read(version.join(name)).expect("the artifact is kept");
            assert_eq!(Checksum::generate(&wasm).to_hex(), checksum, "{}/{name}", version.display());
        }
    }
}

/// C-35
#[test]
fn every_version_of_the_changelog_is_kept() {
    let changelog = std::fs::read_to_string(artifact::root().join("CHANGELOG.md")).expect("there is one");
    let mut released: Vec<String> = changelog
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .filter_map(|heading| heading.split(' ').next())
        .filter(|version| version.starts_with(|first: char| first.is_ascii_digit()))
        .map(str::to_owned)
        .collect();
    let mut kept: Vec<String> = versions()
        .iter()
        .filter_map(|folder| folder.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    released.sort();
    kept.sort();
    assert_eq!(released, kept);
    assert!(!kept.is_empty());
}
