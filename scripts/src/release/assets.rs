//! What a commit makes: every file of a release but the program.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::commit::Commit;
use super::{Edition, archive, build_info, sbom};
use crate::project::{self, CONTRACTS};
use crate::{cargo, say, schema, setup};

/// A file of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Asset {
    /// A file of text.
    fn of(name: &str, text: impl Into<Vec<u8>>) -> Self {
        Self { name: name.to_owned(), bytes: text.into() }
    }
}

/// The pages of `bsn serve`, in `tools/dashboard/dist`.
const PAGES: [&str; 2] = ["dashboard.html", "final.html"];

/// Makes them around these contracts, in the order in which a difference should be seen.
pub fn of(commit: &Commit, edition: &Edition, notes: String, contracts: Vec<Asset>) -> Result<Vec<Asset>> {
    let (root, version) = (project::root(), edition.version.as_str());
    let client = root.join("packages/client-ts");
    let packed =
        |folder: &Path, name: &str| archive::pack(archive::entries_of(folder, name)?, commit.seconds);
    let mut assets = contracts;
    say::timed("schema", || schema::run(true))?;
    assets.push(Asset::of("schema.tar.gz", packed(&root.join("schema"), "schema")?));
    setup::npm_packages(&client, "what the TypeScript client and the dashboard are built with")?;
    say::timed("the dashboard", || pages(&root.join("tools/dashboard")))?
        .into_iter()
        .for_each(|page| assets.push(page));
    let monitoring = root.join("tools/cli/monitoring");
    assets.push(Asset::of("monitoring.tar.gz", packed(&monitoring, "monitoring")?));
    assets.push(say::timed("the npm package", || npm(&client, version))?);
    assets.push(Asset::of("RELEASE_NOTES.md", notes));
    let info = build_info::BuildInfo::here(commit, edition)?.with_contracts(&assets);
    assets.push(Asset::of(build_info::FILE, info.to_text()?));
    assets.push(Asset::of(sbom::FILE, say::timed("the bill of materials", || sbom::of(commit, version))?));
    Ok(assets)
}

/// The contracts that chains keep state of, from a folder that they were built into.
pub fn contracts(artifacts: &Path) -> Result<Vec<Asset>> {
    let kept = CONTRACTS.into_iter().filter(|contract| contract.is_kept);
    let read = |contract: project::Contract| {
        let name = format!("{}.wasm", contract.package);
        Ok(Asset { bytes: project::read(&artifacts.join(&name))?, name })
    };
    kept.map(read).collect()
}

/// The pages that are checked in, after a look whether the sources make them.
fn pages(dashboard: &Path) -> Result<Vec<Asset>> {
    let mut node = Command::new("node");
    node.args(["scripts/build.mjs", "--check"]).current_dir(dashboard);
    cargo::run(&mut node, "the dashboard's pages are not what its sources make, see above")?;
    let page = |name: &str| Ok(Asset::of(name, project::read(&dashboard.join("dist").join(name))?));
    PAGES.into_iter().map(page).collect()
}

/// The package as npm packs it, built from its sources.
fn npm(client: &Path, version: &str) -> Result<Asset> {
    let folder = project::target().join("release-npm");
    std::fs::create_dir_all(&folder).context("cannot make the folder of the npm package")?;
    let name = format!("bsn-client-{version}.tgz");
    let file = folder.join(&name);
    let _ = std::fs::remove_file(&file);
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--pack-destination"]).arg(&folder).current_dir(client);
    cargo::run(npm.stdout(std::process::Stdio::null()), "npm cannot pack packages/client-ts, see above")?;
    ensure!(
        file.is_file(),
        "npm did not make {name}: is the version of packages/client-ts/package.json {version}?"
    );
    Ok(Asset { name, bytes: project::read(&file)? })
}
