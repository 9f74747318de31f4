//! Keeps a tagged artifact, so that the migration from it stays tested for ever.

use anyhow::{Result, bail};

use crate::project::CONTRACTS;
use crate::{project, say, wasm};

/// Builds the artifacts and copies them, with their checksums, to `tests/fixtures/<version>`, which must not be there yet.
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
    let kept: Vec<String> = CONTRACTS
        .iter()
        .filter(|contract| contract.is_kept)
        .map(|contract| format!("{}.wasm", contract.package))
        .collect();
    for name in &kept {
        project::write(&folder.join(name), project::read(&project::artifacts().join(name))?)?;
    }
    let checksums = project::read(&project::artifacts().join("checksums.txt"))?;
    let checksums = String::from_utf8(checksums)?;
    let lines: String = checksums
        .split_inclusive('\n')
        .filter(|line| kept.iter().any(|name| line.trim_end().ends_with(&format!("  {name}"))))
        .collect();
    project::write(&folder.join("checksums.txt"), lines)?;
    say::line(&format!("kept in {}: commit it with the tag", folder.display()));
    Ok(())
}
