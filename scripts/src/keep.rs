//! Keeps a tagged artifact, so that the migration from it stays tested for ever.

use anyhow::{Result, bail};

use crate::{project, say, wasm};

/// What is kept of a version.
const KEPT: [&str; 3] = ["bsn.wasm", "btc-light-client.wasm", "checksums.txt"];

/// Builds the artifacts and copies them to `tests/fixtures/<version>`, which must not be there yet.
pub fn keep(args: &[String]) -> Result<()> {
    let [version] = args else { bail!("say which version: `cargo xtask keep 0.1.0`") };
    if version.is_empty() || !version.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c)) {
        bail!("`{version}` is no version");
    }
    let folder = project::root().join("tests/fixtures").join(version);
    if folder.exists() {
        bail!("{} is there already: what is tagged does not change", folder.display());
    }
    wasm::build()?;
    std::fs::create_dir_all(&folder)?;
    for name in KEPT {
        project::write(&folder.join(name), project::read(&project::artifacts().join(name))?)?;
    }
    say::line(&format!("kept in {}: commit it with the tag", folder.display()));
    Ok(())
}
