//! What would be sent to the registry of Rust's packages, without sending it.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{cargo, project, say};

/// Packs every package that can be published, as the registry would get it, each with the others that it needs. Nothing is
/// compiled: the tests have done that.
pub fn rehearse() -> Result<()> {
    let names = publishable()?;
    ensure!(!names.is_empty(), "no package can be published");
    let mut publish = cargo::cargo("publish");
    publish.args(["--dry-run", "--no-verify", "--locked", "--quiet"]);
    names.iter().for_each(|name| {
        publish.args(["-p", name]);
    });
    cargo::run(&mut publish, "a package cannot be published as it is, see above")?;
    say::line(&format!("{} packages can be published: {}", names.len(), names.join(", ")));
    Ok(())
}

/// The packages of the workspace that may be published. `tests/gates/packages.rs` says what is asked of them.
fn publishable() -> Result<Vec<String>> {
    let metadata = project::metadata(&["--no-deps"])?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let may = packages.iter().filter(|package| package["publish"] == Value::Null);
    Ok(may.filter_map(|package| package["name"].as_str()).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_of_dapps_can_be_published_and_the_contracts_cannot() {
        let names = publishable().unwrap();
        assert!(names.iter().any(|name| name == "bsn-client"), "{names:?}");
        assert!(!names.iter().any(|name| ["bsn", "bsn-cli", "xtask"].contains(&name.as_str())), "{names:?}");
    }
}
