//! What cargo says of the workspace and of what goes into a contract.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use crate::artifact;

/// The pure core: no cosmwasm.
pub const PURE: [&str; 10] = [
    "bsn-primitives",
    "bsn-eots",
    "bsn-merkle",
    "bsn-bitcoin-spv",
    "bsn-covenant",
    "bsn-staking",
    "bsn-standing",
    "bsn-payout",
    "bsn-finality",
    "bsn-timestamping",
];

/// A package of the workspace.
pub struct Member {
    /// Its name.
    pub name: String,
    /// The names of its dependencies other than those for tests.
    pub dependencies: Vec<String>,
    /// Its features.
    pub features: Vec<String>,
    /// Whether it is compiled to wasm.
    pub is_contract: bool,
    /// Its manifest, as cargo reads it.
    pub manifest: Value,
    /// The folder of its manifest.
    pub folder: std::path::PathBuf,
}

/// Something from outside, or from the workspace, that is compiled into a contract or runs while it is.
pub struct Ingredient {
    /// Its name.
    pub name: String,
    /// Its licence expression.
    pub licence: String,
    /// The native library it links, if any.
    pub links: Option<String>,
}

fn cargo(args: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").expect("cargo runs these tests");
    let output = Command::new(cargo).args(args).current_dir(artifact::root()).output().expect("cargo starts");
    assert!(output.status.success(), "cargo {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo speaks UTF-8")
}

/// Every package that cargo knows for any platform and for tests: ours, and those from outside.
pub fn packages() -> Vec<Value> {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--locked"]))
        .expect("cargo speaks JSON");
    metadata["packages"].as_array().expect("a list of packages").clone()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// All packages of the workspace.
pub fn members() -> Vec<Member> {
    packages().iter().filter(|package| package["source"].is_null()).map(member).collect()
}

fn member(package: &Value) -> Member {
    let dependencies = package["dependencies"].as_array().expect("a list of dependencies");
    let manifest = std::path::PathBuf::from(text(&package["manifest_path"]));
    Member {
        name: text(&package["name"]),
        dependencies: dependencies.iter().filter(|d| d["kind"] != "dev").map(|d| text(&d["name"])).collect(),
        is_contract: list(&package["targets"])
            .iter()
            .any(|target| list(&target["crate_types"]).contains(&"cdylib".into())),
        manifest: package.clone(),
        features: package["features"].as_object().expect("features").keys().cloned().collect(),
        folder: manifest.parent().expect("a manifest lies in a folder").to_path_buf(),
    }
}

/// What is compiled for wasm32 to build a contract, with the features of that very build; build scripts
/// and macros, which run at home, among it.
pub fn ingredients(contract: &str) -> Vec<Ingredient> {
    built_of(contract, "wasm32-unknown-unknown")
}

/// The same of any package, on a platform.
pub fn built_of(package: &str, platform: &str) -> Vec<Ingredient> {
    let known: BTreeMap<(String, String), Value> = packages()
        .into_iter()
        .map(|package| ((text(&package["name"]), text(&package["version"])), package))
        .collect();
    let tree = cargo(&[
        "tree",
        "--locked",
        "-p",
        package,
        "--target",
        platform,
        "-e",
        "normal,build",
        "--prefix",
        "none",
        "--no-dedupe",
        "-f",
        "{p}",
    ]);
    let mut lines: Vec<&str> = tree.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    lines.into_iter().map(|line| ingredient(&known, line)).collect()
}

/// What `cargo xtask test` builds in one call: what links a virtual machine, and everything else.
pub const CALLS: [&[&str]; 2] = [
    &["-p", "devnet", "-p", "tests"],
    &["--workspace", "--exclude", "devnet", "--exclude", "tests", "--exclude", "chain-test"],
];

/// Every package that such a call compiles, with its features, over these kinds of dependencies: `name vX.Y.Z [features]`.
pub fn features_of(packages: &[&str], kinds: &str) -> Vec<String> {
    let tree = ["tree", "--locked", "--prefix", "none", "--no-dedupe", "-e", kinds, "-f", "{p} [{f}]"];
    let tree = cargo(&[&tree[..], packages].concat());
    let mut lines: Vec<String> =
        tree.lines().map(|line| line.replace(" (proc-macro)", "").replace(" (*)", "")).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// Reads `name vX.Y.Z (more)`.
fn ingredient(known: &BTreeMap<(String, String), Value>, line: &str) -> Ingredient {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default().to_owned();
    let version = words.next().unwrap_or_default().trim_start_matches('v').to_owned();
    let package = known.get(&(name.clone(), version)).unwrap_or_else(|| panic!("cargo does not know {line}"));
    Ingredient {
        name,
        licence: text(&package["license"]),
        links: package["links"].as_str().map(str::to_owned),
    }
}
