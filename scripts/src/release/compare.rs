//! A release beside the same one made again.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::archive::{self, Entry};
use super::assets::Asset;
use crate::project;

/// Compares every file that was made again with the one of the release, and names the first that differs.
pub fn all(again: &[Asset], folder: &Path) -> Result<()> {
    for asset in again {
        let released = project::read(&folder.join(&asset.name))?;
        one(&asset.name, &released, &asset.bytes)?;
    }
    Ok(())
}

/// Of an archive what counts is what it holds: another zlib compresses it otherwise.
fn one(name: &str, released: &[u8], again: &[u8]) -> Result<()> {
    if released == again {
        return Ok(());
    }
    if !name.ends_with(".tar.gz") && !name.ends_with(".tgz") {
        let (theirs, ours) = (released.len(), again.len());
        let place = released.iter().zip(again).position(|(a, b)| a != b).unwrap_or_else(|| theirs.min(ours));
        bail!("{name} differs from byte {place} on: {theirs} bytes in the release, {ours} made again");
    }
    let unpacked = |bytes: &[u8]| -> Result<BTreeMap<String, Entry>> {
        let entries = archive::unpack(bytes).with_context(|| format!("{name} is no archive"))?;
        Ok(entries.into_iter().map(|entry| (entry.path.clone(), entry)).collect())
    };
    let (released, again) = (unpacked(released)?, unpacked(again)?);
    for path in released.keys().chain(again.keys()) {
        match (released.get(path), again.get(path)) {
            (Some(theirs), Some(ours)) if theirs == ours => (),
            (Some(_), Some(_)) => bail!("{name} differs in {path}"),
            (Some(_), None) => bail!("{name} holds {path}, and made again it does not"),
            (None, _) => bail!("{name} lacks {path}"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(entries: &[(&str, &str)], time: u64) -> Vec<u8> {
        let entry = |(path, text): &(&str, &str)| Entry {
            path: (*path).to_owned(),
            bytes: text.as_bytes().to_vec(),
            is_program: false,
        };
        archive::pack(entries.iter().map(entry).collect(), time).unwrap()
    }

    fn said(name: &str, released: &[u8], again: &[u8]) -> String {
        one(name, released, again).err().map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn the_first_byte_that_differs_is_named() {
        assert_eq!(said("bsn.wasm", b"abc", b"abc"), "");
        let expected = "bsn.wasm differs from byte 1 on: 3 bytes in the release, 3 made again";
        assert_eq!(said("bsn.wasm", b"abc", b"axc"), expected);
        let expected = "bsn.wasm differs from byte 3 on: 4 bytes in the release, 3 made again";
        assert_eq!(said("bsn.wasm", b"abcd", b"abc"), expected);
    }

    #[test]
    fn of_archives_the_entry_is_named_and_the_compression_does_not_count() {
        let name = "schema.tar.gz";
        let one = packed(&[("s/a", "1"), ("s/b", "2")], 1);
        assert_eq!(said(name, &one, &packed(&[("s/a", "1"), ("s/b", "2")], 2)), "");
        assert_eq!(
            said(name, &one, &packed(&[("s/a", "1"), ("s/b", "3")], 1)),
            "schema.tar.gz differs in s/b"
        );
        assert_eq!(
            said(name, &one, &packed(&[("s/a", "1")], 1)),
            "schema.tar.gz holds s/b, and made again it does not"
        );
        assert_eq!(said(name, &packed(&[("s/a", "1")], 1), &one), "schema.tar.gz lacks s/b");
        assert_eq!(said(name, b"x", &one), "schema.tar.gz is no archive");
    }
}
