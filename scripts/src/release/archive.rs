//! Archives whose bytes depend on their entries alone.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::project;

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path, with slashes.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Whether it can be run.
    pub is_program: bool,
}

/// All files below a folder, under a name.
pub fn entries_of(folder: &Path, name: &str) -> Result<Vec<Entry>> {
    let files = project::files_under(folder)?.into_iter();
    let entry = |path: std::path::PathBuf| {
        let below = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        Ok(Entry { path: format!("{name}/{below}"), bytes: project::read(&path)?, is_program: false })
    };
    files.map(entry).collect()
}

/// Packs them in the order of their paths, with one time (in seconds since 1970) for all, and no owner.
pub fn pack(mut entries: Vec<Entry>, time: u64) -> Result<Vec<u8>> {
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let gz = GzEncoder::new(Vec::new(), Compression::best());
    let mut archive = tar::Builder::new(gz);
    for Entry { path, bytes, is_program } in &entries {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(bytes.len() as u64);
        header.set_mode(if *is_program { 0o755 } else { 0o644 });
        header.set_mtime(time);
        header.set_uid(0);
        header.set_gid(0);
        archive
            .append_data(&mut header, path, bytes.as_slice())
            .with_context(|| format!("cannot pack {path}"))?;
    }
    archive.into_inner().and_then(GzEncoder::finish).context("cannot compress an archive")
}

/// What an archive holds, in its order. Times, owners and the compression do not show.
pub fn unpack(archive: &[u8]) -> Result<Vec<Entry>> {
    let mut archive = tar::Archive::new(GzDecoder::new(archive));
    let mut entries = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        let is_program = entry.header().mode()? & 0o100 != 0;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).with_context(|| format!("cannot unpack {path}"))?;
        entries.push(Entry { path, bytes, is_program });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, text: &str) -> Entry {
        Entry { path: path.to_owned(), bytes: text.as_bytes().to_vec(), is_program: path.ends_with("bsn") }
    }

    #[test]
    fn an_archive_depends_on_its_entries_alone() {
        let (a, b) = (entry("x/a", "1"), entry("x/bsn", "2"));
        let packed = pack(vec![b.clone(), a.clone()], 7).unwrap();
        assert_eq!(packed, pack(vec![a.clone(), b.clone()], 7).unwrap());
        assert_eq!(unpack(&packed).unwrap(), [a, b]);
    }

    #[test]
    fn half_an_archive_is_refused() {
        let packed = pack(vec![entry("a", &"text".repeat(1000))], 0).unwrap();
        assert!(unpack(&packed[..packed.len() / 2]).is_err());
        assert!(unpack(b"no archive").is_err());
    }
}
