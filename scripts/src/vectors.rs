//! Which outside test vectors this checkout sees: what the tests check themselves against.

use std::path::PathBuf;

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};

use crate::{project, say};

/// Prints every vector file with its sha256, from `tests/vectors/bip340` and from `BSN_VECTORS`
/// (or `../shared/vectors`, where that is not set).
pub fn list() -> Result<()> {
    let own = project::root().join("tests/vectors/bip340");
    let named = std::env::var_os("BSN_VECTORS").map(PathBuf::from);
    let outside = named.clone().unwrap_or_else(|| project::root().join("../shared/vectors"));
    for (folder, must_exist) in [(own, false), (outside, named.is_some())] {
        let files = project::files_under(&folder)?;
        if files.is_empty() {
            if must_exist {
                bail!("BSN_VECTORS names {}, where no file is", folder.display());
            }
            say::line(&format!("none in {}", folder.display()));
            continue;
        }
        say::step(&format!("{} vector files in {}", files.len(), folder.display()));
        for path in files {
            let bytes = project::read(&path)?;
            let name = path.strip_prefix(&folder).unwrap_or(&path).display();
            println!("{}  {:>9}  {name}", hex::encode(Sha256::digest(&bytes)), say::thousands(bytes.len()));
        }
    }
    Ok(())
}
