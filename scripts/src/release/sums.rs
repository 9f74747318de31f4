//! `SHA256SUMS`, as `sha256sum --check` reads it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use super::assets::Asset;
use super::signature;
use crate::project;

/// The name of the list.
pub const FILE: &str = "SHA256SUMS";

/// The sum of some bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The list of these files, in the order of their names.
pub fn of(assets: &[Asset]) -> String {
    let sums: BTreeMap<_, _> = assets.iter().map(|asset| (&asset.name, sha256(&asset.bytes))).collect();
    sums.into_iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect()
}

/// The list in a folder: sums by name.
pub fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let text = String::from_utf8(project::read(&folder.join(FILE))?)?;
    let line = |line: &str| {
        let (sum, name) =
            line.split_once("  ").with_context(|| format!("{FILE} has a line that is none: {line}"))?;
        ensure!(
            !name.contains(['/', '\\']) && name != "..",
            "{FILE} names {name}, which is not in its folder"
        );
        Ok((name.to_owned(), sum.to_owned()))
    };
    let sums: BTreeMap<_, _> = text.lines().map(line).collect::<Result<_>>()?;
    ensure!(!sums.is_empty(), "{FILE} is empty");
    Ok(sums)
}

/// Whether the folder holds these files and no others. The first that differs is named.
pub fn check(folder: &Path, sums: &BTreeMap<String, String>) -> Result<()> {
    for (name, sum) in sums {
        let found = sha256(&project::read(&folder.join(name))?);
        ensure!(found == *sum, "{name} is not what {FILE} says: its sha256 is {found}");
    }
    for file in project::files_under(folder)? {
        let name = file.strip_prefix(folder)?.to_string_lossy().into_owned();
        if ![FILE, signature::FILE].contains(&name.as_str()) && !sums.contains_key(&name) {
            bail!("{name} is not in {FILE}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("bsn-sums-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let assets = ["b", "a"].map(|name| Asset { name: name.to_owned(), bytes: name.as_bytes().to_vec() });
        for asset in &assets {
            fs::write(folder.join(&asset.name), &asset.bytes).unwrap();
        }
        fs::write(folder.join(FILE), of(&assets)).unwrap();
        folder
    }

    /// What is said of a folder after a change.
    fn said(name: &str, change: impl FnOnce(&Path)) -> String {
        let folder = folder(name);
        change(&folder);
        let result = read(&folder).and_then(|sums| check(&folder, &sums));
        fs::remove_dir_all(&folder).unwrap();
        result.err().map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn a_folder_is_what_its_list_says() {
        assert_eq!(said("well", |_| ()), "");
        assert_eq!(said("signed", |folder| fs::write(folder.join(signature::FILE), "x").unwrap()), "");
    }

    #[test]
    fn what_differs_is_named() {
        let changed = said("changed", |folder| fs::write(folder.join("b"), "c").unwrap());
        assert!(changed.starts_with("b is not what SHA256SUMS says: its sha256 is 2e7d"), "{changed}");
        let gone = said("gone", |folder| fs::remove_file(folder.join("a")).unwrap());
        assert!(gone.starts_with("cannot read ") && gone.ends_with("/a"), "{gone}");
        assert_eq!(
            said("more", |folder| fs::write(folder.join("c"), "c").unwrap()),
            "c is not in SHA256SUMS"
        );
        let cut = said("cut", |folder| fs::write(folder.join(FILE), "abc a\n").unwrap());
        assert_eq!(cut, "SHA256SUMS has a line that is none: abc a");
        let away = said("away", |folder| fs::write(folder.join(FILE), "ab  ../a\n").unwrap());
        assert_eq!(away, "SHA256SUMS names ../a, which is not in its folder");
        assert_eq!(said("empty", |folder| fs::write(folder.join(FILE), "").unwrap()), "SHA256SUMS is empty");
    }
}
