//! A digest of everything that goes into an artifact, to skip what did not change.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Result, anyhow};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::project;

/// The resolved dependency graph for wasm32.
pub struct Graph {
    /// Package id => its metadata.
    packages: BTreeMap<String, Value>,
    /// Package id => the ids it needs to be built.
    needs: BTreeMap<String, Vec<String>>,
}

impl Graph {
    /// Asks cargo.
    pub fn load() -> Result<Self> {
        let metadata = project::metadata(&["--filter-platform", "wasm32-unknown-unknown"])?;
        let packages = list(&metadata["packages"])
            .iter()
            .map(|package| (text(&package["id"]), package.clone()))
            .collect();
        let needs = list(&metadata["resolve"]["nodes"])
            .iter()
            .map(|node| {
                let deps = list(&node["deps"]).iter().filter(|dep| is_built(dep));
                (text(&node["id"]), deps.map(|dep| text(&dep["pkg"])).collect())
            })
            .collect();
        Ok(Self { packages, needs })
    }

    /// The packages that go into `package`, itself among them.
    fn closure(&self, package: &str) -> Result<BTreeSet<&str>> {
        let start = self
            .packages
            .iter()
            .find(|(_, metadata)| metadata["name"] == package && metadata["source"].is_null())
            .map(|(id, _)| id.as_str())
            .ok_or_else(|| anyhow!("the workspace has no package {package}"))?;
        let mut found = BTreeSet::new();
        let mut open = vec![start];
        while let Some(id) = open.pop() {
            if found.insert(id) {
                open.extend(self.needs.get(id).into_iter().flatten().map(String::as_str));
            }
        }
        Ok(found)
    }

    /// A digest over the compiler, the flags and every source that goes into `package`.
    pub fn digest(&self, package: &str, toolchain: &str) -> Result<String> {
        let root = project::root();
        let mut hasher = Sha256::new();
        let mut absorb = |name: &str, bytes: &[u8]| {
            for part in [name.as_bytes(), bytes] {
                hasher.update((part.len() as u64).to_be_bytes());
                hasher.update(part);
            }
        };
        absorb("toolchain", toolchain.as_bytes());
        for file in ["Cargo.toml", "rust-toolchain.toml", "scripts/package-lock.json"] {
            absorb(file, &project::read(&root.join(file))?);
        }
        for id in self.closure(package)? {
            let metadata = &self.packages[id];
            absorb(&text(&metadata["name"]), text(&metadata["version"]).as_bytes());
            if metadata["source"].is_null() {
                for file in sources(metadata)? {
                    let shown = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().into_owned();
                    absorb(&shown, &project::read(&file)?);
                }
            }
        }
        Ok(hex::encode(hasher.finalize()))
    }
}

fn sources(metadata: &Value) -> Result<Vec<PathBuf>> {
    let manifest = PathBuf::from(text(&metadata["manifest_path"]));
    let folder = manifest.parent().unwrap_or_else(|| Path::new("."));
    let mut files = project::files_under(&folder.join("src"))?;
    files.push(manifest);
    Ok(files)
}

/// Whether a dependency is more than one for tests.
fn is_built(dep: &Value) -> bool {
    list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
