//! Where things are.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cargo;

/// A contract that becomes an artifact.
#[derive(Debug, Clone, Copy)]
pub struct Contract {
    /// The cargo package.
    pub package: &'static str,
    /// The cargo profile that it is built with.
    pub profile: &'static str,
    /// Whether chains keep state of it: then each released artifact is kept too, for migrations to start from.
    pub is_kept: bool,
}

/// The profile of what must be small.
const SMALL: &str = "release";

/// Every contract, a row each; the probe is only for tests of the virtual machines themselves, the escrow an
/// example. Of btc-staking no release has an artifact yet, so none is kept.
pub const CONTRACTS: [Contract; 5] = [
    Contract { package: "bsn", profile: SMALL, is_kept: true },
    Contract { package: "btc-light-client", profile: SMALL, is_kept: true },
    Contract { package: "btc-staking", profile: "staking", is_kept: true },
    Contract { package: "probe", profile: SMALL, is_kept: false },
    Contract { package: "escrow", profile: SMALL, is_kept: false },
];

impl Contract {
    /// The library as cargo names its file.
    pub fn library(&self) -> String {
        self.package.replace('-', "_")
    }
}

/// The workspace's folder. Cargo's word at run time goes first: a target folder may outlive a checkout.
pub fn root() -> PathBuf {
    let scripts = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&scripts).parent().unwrap_or_else(|| Path::new(".")).to_path_buf()
}

/// What cargo says of the workspace, with these arguments.
pub fn metadata(args: &[&str]) -> Result<Value> {
    let mut command = cargo::cargo("metadata");
    command.args(["--format-version", "1"]).args(args);
    let json = cargo::output(&mut command, "cargo cannot read the workspace's manifests")?;
    serde_json::from_str(&json).context("cargo metadata is not JSON")
}

/// The version of what the workspace releases.
pub fn version() -> Result<String> {
    let metadata = metadata(&["--no-deps"])?;
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let bsn = packages.iter().find(|package| package["name"] == CONTRACTS[0].package);
    let version = bsn.and_then(|package| package["version"].as_str());
    version.map(str::to_owned).context("the workspace has no contract with a version")
}

/// Where finished wasm goes.
pub fn artifacts() -> PathBuf {
    root().join("artifacts")
}

/// The package of the pinned wasm-opt.
pub fn scripts() -> PathBuf {
    root().join("scripts")
}

/// Cargo's folder for what it builds.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Reads a file, naming it when it cannot.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file, naming it when it cannot.
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// All files under a folder, sorted; nothing if it does not exist.
pub fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in
            std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?
        {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}
