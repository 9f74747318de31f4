//! The wasm that is deployed.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::codes::{Code, Each};

/// The checksums of what was released: name, release, sha256.
const RELEASED: [(&str, &str); 2] = [
    ("0.1.0", include_str!("../../../../tests/fixtures/0.1.0/checksums.txt")),
    ("0.2.0", include_str!("../../../../tests/fixtures/0.2.0/checksums.txt")),
];

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its name.
    pub name: &'static str,
    /// How many bytes it has.
    pub size: usize,
    /// As it is sent: compressed.
    pub gz: Vec<u8>,
    /// The sha256 of the file, as the chain names it.
    pub checksum: [u8; 32],
    /// The release that it is of, if that is known.
    pub release: Option<String>,
}

/// All that a deployment has.
pub type Artifacts = Each<Artifact>;

/// The folder that is read where none is named.
const FOLDER: &str = "artifacts";

impl Artifact {
    /// In hexadecimal.
    pub fn checksum_hex(&self) -> String {
        hex::encode(self.checksum)
    }

    fn of(name: &'static str, wasm: &[u8], built: &str) -> Result<Self> {
        let checksum: [u8; 32] = Sha256::digest(wasm).into();
        let hex = hex::encode(checksum);
        let own = (is_listed(built, &hex)).then(|| env!("CARGO_PKG_VERSION").to_owned());
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(wasm).context("cannot compress")?;
        let gz = encoder.finish().context("cannot compress")?;
        Ok(Self {
            name,
            size: wasm.len(),
            gz,
            checksum,
            release: release_of(&hex).map(str::to_owned).or(own),
        })
    }
}

impl Artifacts {
    /// From a folder, or from [`FOLDER`].
    ///
    /// # Errors
    /// If a file cannot be read, or is not the one that `SHA256SUMS` or `checksums.txt` beside it names.
    pub fn read(folder: Option<&Path>, has_staking: bool) -> Result<Self> {
        let folder = folder.unwrap_or_else(|| Path::new(FOLDER));
        let list = ["SHA256SUMS", "checksums.txt"].into_iter().find(|name| folder.join(name).is_file());
        let list = list.unwrap_or("checksums.txt");
        let built = std::fs::read_to_string(folder.join(list)).unwrap_or_default();
        Self::make(has_staking, |code: Code| {
            let name = code.wasm();
            let path = folder.join(name);
            let wasm = std::fs::read(&path)
                .with_context(|| format!("cannot read {}: name the folder by --artifacts", path.display()))?;
            let artifact = Artifact::of(name, &wasm, &built)?;
            if built.lines().any(|line| line.ends_with(name)) && !is_listed(&built, &artifact.checksum_hex())
            {
                bail!("{} is not the file that {list} beside it names", path.display());
            }
            Ok(artifact)
        })
    }

    /// The file of a code.
    ///
    /// # Errors
    /// If this deployment has none of it.
    pub fn require(&self, code: Code) -> Result<&Artifact> {
        self.get(code).with_context(|| format!("{} is not deployed", code.wasm()))
    }

    /// The checksum of each, as a proposal says it.
    pub fn sums(&self) -> String {
        let each = self.iter().map(|(code, it)| format!("{}: {}", code.wasm(), it.checksum_hex()));
        each.collect::<Vec<_>>().join("; of ")
    }
}

/// The release that a checksum is of.
pub fn release_of(checksum_hex: &str) -> Option<&'static str> {
    RELEASED.into_iter().find(|(_, list)| is_listed(list, checksum_hex)).map(|(release, _)| release)
}

fn is_listed(list: &str, checksum_hex: &str) -> bool {
    list.lines().any(|line| line.split_whitespace().next() == Some(checksum_hex))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(release: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(release)
    }

    #[test]
    fn a_release_is_known_by_its_checksums() {
        let read = Artifacts::read(Some(&fixture("0.2.0")), false).unwrap();
        assert_eq!((read.bsn.size, read.bsn.release.as_deref()), (785_551, Some("0.2.0")));
        assert_eq!(read.light_client.release.as_deref(), Some("0.2.0"));
        // Both fit into one transaction.
        assert!(read.bsn.gz.len() + read.light_client.gz.len() < 500_000);
    }

    #[test]
    fn another_file_than_its_checksum_says_is_refused() {
        let folder = std::env::temp_dir().join(format!("bsn-artifacts-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for name in ["bsn.wasm", "btc-light-client.wasm"] {
            std::fs::write(folder.join(name), name).unwrap();
        }
        assert_eq!(Artifacts::read(Some(&folder), false).unwrap().bsn.release, None);
        let of = |name: &str| hex::encode(Sha256::digest(name));
        let list =
            |bsn: &str| format!("{bsn}  bsn.wasm\n{}  btc-light-client.wasm\n", of("btc-light-client.wasm"));
        std::fs::write(folder.join("checksums.txt"), list(&of("bsn.wasm"))).unwrap();
        assert_eq!(
            Artifacts::read(Some(&folder), false).unwrap().bsn.release.as_deref(),
            Some(env!("CARGO_PKG_VERSION"))
        );
        std::fs::write(folder.join("checksums.txt"), list(&of("other"))).unwrap();
        let said = Artifacts::read(Some(&folder), false).unwrap_err().to_string();
        assert!(said.ends_with("bsn.wasm is not the file that checksums.txt beside it names"), "{said}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
