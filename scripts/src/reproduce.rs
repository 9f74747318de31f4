//! Whether the artifacts depend on the folder they are built in.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::{cargo, project, say, wasm};

/// What a copy needs to build the artifacts.
const SOURCES: [&str; 10] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "contracts",
    "packages",
    "rust-toolchain.toml",
    "scripts",
    "tests",
    "tools",
    ".rustfmt.toml",
];

/// Builds the artifacts once more, from a copy in another folder with a target folder of its own, and
/// compares every byte.
pub fn verify() -> Result<()> {
    wasm::build()?;
    in_a_copy(compare)
}

/// Builds the artifacts from a copy in another folder, with a target folder of its own: nothing that lies in this one is believed.
/// `look` is called with the copy before it is removed.
pub fn in_a_copy<T>(look: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let copy = std::env::temp_dir().join(format!("bsn-reproduce-{}", std::process::id()));
    let result = say::timed("building from a copy in another folder", || build_in(&copy));
    let seen = result.and_then(|()| look(&copy));
    std::fs::remove_dir_all(&copy).with_context(|| format!("cannot remove {}", copy.display()))?;
    seen
}

fn build_in(copy: &Path) -> Result<()> {
    let root = project::root();
    for name in SOURCES {
        let files = project::files_under(&root.join(name))?;
        let files = if files.is_empty() { vec![root.join(name)] } else { files };
        for file in files.iter().filter(|file| !file.components().any(|c| c.as_os_str() == "node_modules")) {
            let to = copy.join(file.strip_prefix(&root)?);
            std::fs::create_dir_all(to.parent().context("a file without a folder")?)?;
            std::fs::copy(file, &to).with_context(|| format!("cannot copy {}", file.display()))?;
        }
    }
    let mut again = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    again.args(["xtask", "wasm"]).current_dir(copy).env("CARGO_TARGET_DIR", copy.join("another-target"));
    cargo::run(&mut again, "the copy does not build")
}

fn compare(copy: &Path) -> Result<()> {
    let here = project::read(&project::artifacts().join("checksums.txt"))?;
    let there = project::read(&copy.join("artifacts/checksums.txt"))?;
    if here != there {
        bail!(
            "the artifacts depend on the folder:\nhere:\n{}there:\n{}",
            String::from_utf8_lossy(&here),
            String::from_utf8_lossy(&there)
        );
    }
    say::line("the same bytes in both folders");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// cargo loads every member before it builds one.
    #[test]
    fn a_copy_has_every_member_of_the_workspace() {
        let root = project::root().canonicalize().unwrap();
        let metadata = project::metadata(&["--no-deps"]).unwrap();
        let members = metadata["packages"].as_array().unwrap();
        assert!(members.len() > 20);
        for manifest in members.iter().map(|member| member["manifest_path"].as_str().unwrap()) {
            let below = Path::new(manifest).strip_prefix(&root).unwrap();
            let top = below.iter().next().unwrap().to_str().unwrap();
            assert!(SOURCES.contains(&top), "{manifest} is not copied");
        }
    }
}
