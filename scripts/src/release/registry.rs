//! What would be sent to the registry of Rust's packages, without sending it.

use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{cargo, project, say};

/// How cargo says that nobody answers.
const UNREACHABLE: [&str; 5] = [
    "Could not resolve host",
    "Couldn't resolve host",
    "Could not connect",
    "Couldn't connect",
    "Timeout was reached",
];

/// Packs every package that can be published, as the registry would get it, each with the others that it needs. Nothing is
/// compiled: the tests have done that. Where no registry answers, a line says so: what is released does not depend on it.
pub fn rehearse() -> Result<()> {
    let names = publishable()?;
    ensure!(!names.is_empty(), "no package can be published");
    let mut publish = cargo::cargo("publish");
    publish.args(["--dry-run", "--no-verify", "--locked", "--quiet"]);
    names.iter().for_each(|name| {
        publish.args(["-p", name]);
    });
    let out = publish.stderr(Stdio::piped()).output().context("cannot start cargo")?;
    let said = String::from_utf8_lossy(&out.stderr);
    if out.status.success() {
        say::line(&format!("{} packages can be published: {}", names.len(), names.join(", ")));
    } else if let Some(why) = unreachable(&said) {
        say::line(&format!("not rehearsed, for the registry of Rust's packages does not answer: {why}"));
    } else {
        eprint!("{said}");
        bail!("a package cannot be published as it is, see above");
    }
    Ok(())
}

/// The line in which cargo says that it reached no registry.
fn unreachable(said: &str) -> Option<&str> {
    said.lines().map(str::trim).find(|line| UNREACHABLE.iter().any(|words| line.contains(words)))
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
    fn a_registry_that_does_not_answer_is_told_from_a_package_that_is_wrong() {
        let away = "error: failed to update registry `x`\n\nCaused by:\n  [6] Could not resolve hostname (Could not resolve host: index.example)\n";
        assert!(unreachable(away).unwrap().starts_with("[6] Could not resolve"));
        let wrong = "error: all dependencies must have a version specified when publishing.\n";
        assert_eq!(unreachable(wrong), None);
    }

    #[test]
    fn the_packages_of_dapps_can_be_published_and_the_contracts_cannot() {
        let names = publishable().unwrap();
        assert!(names.iter().any(|name| name == "bsn-client"), "{names:?}");
        assert!(!names.iter().any(|name| ["bsn", "bsn-cli", "xtask"].contains(&name.as_str())), "{names:?}");
    }
}
