//! The bill of materials: what each artifact is made of, as CycloneDX 1.5 in JSON.
//!
//! Written by hand over what cargo and npm say. The types of the crate `cyclonedx-bom` bring readers and writers of XML, clocks and
//! random ids for the hundred lines below, and a random id or the time of day must not be in it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::commit::Commit;
use crate::cargo;
use crate::project::{self, CONTRACTS};

/// Its file.
pub const FILE: &str = "sbom.cdx.json";
/// Of npm's packages what is in the files that ship (`packages/client-ts/THIRD_PARTY.md`); the others build and test.
const BUNDLED: [&str; 1] = ["node_modules/@noble/hashes"];
/// The platform whose program is listed.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// What a package has to do with an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// It is in it.
    Linked,
    /// It runs while it is built.
    Builds,
}

/// A name and a version.
type Key = (String, String);

/// The bill, in one order always.
pub fn of(commit: &Commit, version: &str) -> Result<String> {
    let mut parts: BTreeMap<Key, BTreeMap<String, Part>> = BTreeMap::new();
    for (package, target, artifact) in artifacts() {
        for (edges, part) in [("normal,build", Part::Builds), ("normal,no-proc-macro", Part::Linked)] {
            for key in tree(&package, target, edges)? {
                parts.entry(key).or_default().insert(artifact.clone(), part);
            }
        }
    }
    let metadata = project::metadata(&["--locked"])?;
    let lock = String::from_utf8(project::read(&project::root().join("Cargo.lock"))?)?;
    let (mut components, dependencies) = crates(&metadata, &parts, &checksums(&lock));
    components.extend(npm()?);
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": commit.time,
            "component": {
                "type": "application", "bom-ref": "release", "name": "bsn", "version": version,
                "licenses": [{ "expression": "Apache-2.0" }],
                "properties": [{ "name": "bsn:commit", "value": commit.id }],
            },
        },
        "components": components,
        "dependencies": dependencies,
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&bill)?))
}

/// Package, platform and name of each artifact.
fn artifacts() -> Vec<(String, &'static str, String)> {
    let kept = CONTRACTS.iter().filter(|contract| contract.is_kept);
    let wasm = |it: &project::Contract| {
        (it.package.to_owned(), "wasm32-unknown-unknown", format!("{}.wasm", it.package))
    };
    kept.map(wasm).chain([("bsn-cli".to_owned(), PLATFORM, "bsn".to_owned())]).collect()
}

/// What cargo builds a package of, with the features of that very build.
fn tree(package: &str, target: &str, edges: &str) -> Result<BTreeSet<Key>> {
    let mut tree = cargo::cargo("tree");
    tree.args([
        "--locked",
        "-p",
        package,
        "--target",
        target,
        "-e",
        edges,
        "--prefix",
        "none",
        "--no-dedupe",
        "-f",
        "{p}",
    ]);
    let said = cargo::output(&mut tree, &format!("cargo does not say what {package} is built of"))?;
    let key = |line: &str| {
        let mut words = line.split(' ');
        Some((words.next()?.to_owned(), words.next()?.trim_start_matches('v').to_owned()))
    };
    Ok(said.lines().filter_map(key).collect())
}

/// The sha256 of each package from outside.
fn checksums(lock: &str) -> BTreeMap<Key, String> {
    let field = |package: &str, name: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    let packages = lock.split("[[package]]").skip(1);
    packages
        .filter_map(|it| Some(((field(it, "name")?, field(it, "version")?), field(it, "checksum")?)))
        .collect()
}

/// Components, and what each needs.
fn crates(
    metadata: &Value,
    parts: &BTreeMap<Key, BTreeMap<String, Part>>,
    checksums: &BTreeMap<Key, String>,
) -> (Vec<Value>, Vec<Value>) {
    let mut components = BTreeMap::new();
    let mut refs: BTreeMap<&str, String> = BTreeMap::new();
    for package in list(&metadata["packages"]) {
        let key = (text(&package["name"]), text(&package["version"]));
        let Some(uses) = parts.get(&key) else { continue };
        let is_ours = package["source"].is_null();
        let reference =
            if is_ours { format!("{}@{}", key.0, key.1) } else { format!("pkg:cargo/{}@{}", key.0, key.1) };
        refs.insert(package["id"].as_str().unwrap_or_default(), reference.clone());
        let mut component = component(
            &key.0,
            &key.1,
            &reference,
            package["license"].as_str(),
            uses.values().any(|part| *part == Part::Linked),
        );
        if !is_ours {
            component["purl"] = json!(reference);
        }
        if let Some(sum) = checksums.get(&key) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
        }
        let property = |(artifact, part): (&String, &Part)| {
            let name = if *part == Part::Linked { "bsn:linked-into" } else { "bsn:builds" };
            json!({ "name": name, "value": artifact })
        };
        component["properties"] = uses.iter().map(property).collect();
        components.insert(reference, component);
    }
    let mut dependencies = BTreeMap::new();
    for node in list(&metadata["resolve"]["nodes"]) {
        let Some(own) = refs.get(node["id"].as_str().unwrap_or_default()) else { continue };
        let needed = list(&node["deps"])
            .iter()
            .filter(|dep| list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev"));
        let needed: BTreeSet<&String> = needed.filter_map(|dep| refs.get(dep["pkg"].as_str()?)).collect();
        dependencies.insert(own, json!({ "ref": own, "dependsOn": needed }));
    }
    (components.into_values().collect(), dependencies.into_values().collect())
}

/// What the TypeScript client and the dashboard are built with.
fn npm() -> Result<Vec<Value>> {
    let path = "packages/client-ts/package-lock.json";
    let lock: Value = serde_json::from_slice(&project::read(&project::root().join(path))?)?;
    let packages = lock["packages"].as_object().with_context(|| format!("{path} lists no packages"))?;
    let outside = packages.iter().filter(|(at, _)| !at.is_empty());
    let component = |(at, package): (&String, &Value)| {
        let (name, version) = (at.rsplit("node_modules/").next().unwrap_or(at), text(&package["version"]));
        let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
        let mut component = component(
            name,
            &version,
            &format!("{purl}#{at}"),
            package["license"].as_str(),
            BUNDLED.contains(&at.as_str()),
        );
        component["purl"] = json!(purl);
        component
    };
    Ok(outside.map(component).collect())
}

fn component(name: &str, version: &str, reference: &str, licence: Option<&str>, is_in_it: bool) -> Value {
    let licence = match licence {
        Some(spdx) => json!({ "expression": spdx.replace(" / ", " OR ").replace('/', " OR ") }),
        None => json!({ "license": { "name": "in a file of the package" } }),
    };
    json!({
        "type": "library",
        "bom-ref": reference,
        "name": name,
        "version": version,
        "scope": if is_in_it { "required" } else { "excluded" },
        "licenses": [licence],
    })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_and_what_only_builds_are_told_apart() {
        let commit = Commit { id: "ab".repeat(20), seconds: 1, time: "1970-01-01T00:00:01Z".to_owned() };
        let bill = of(&commit, "0.3.0").unwrap();
        let bill: Value = serde_json::from_str(&bill).unwrap();
        assert_eq!(bill["metadata"]["timestamp"], "1970-01-01T00:00:01Z");
        let components = list(&bill["components"]);
        let find = |name: &str| {
            components.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("no {name}"))
        };
        let uses = |name: &str| -> Vec<String> {
            let uses = list(&find(name)["properties"]).iter();
            uses.map(|it| format!("{} {}", it["name"].as_str().unwrap(), it["value"].as_str().unwrap()))
                .collect()
        };
        let everywhere = ["bsn", "bsn.wasm", "btc-light-client.wasm", "btc-staking.wasm"]
            .map(|whole| format!("bsn:linked-into {whole}"));
        assert_eq!(uses("sha2"), everywhere);
        assert_eq!(find("sha2")["hashes"][0]["content"].as_str().unwrap().len(), 64);
        assert_eq!(
            (&find("serde_derive")["scope"], &find("clap")["scope"]),
            (&"excluded".into(), &"required".into())
        );
        assert_eq!(uses("clap"), ["bsn:linked-into bsn"]);
        assert_eq!(
            (&find("bsn-eots")["purl"], &find("@noble/hashes")["scope"]),
            (&Value::Null, &"required".into())
        );
        assert_eq!(find("esbuild")["scope"], "excluded");
        // Nothing for tests alone is in it, and each reference is one of a component.
        assert!(!components.iter().any(|it| it["name"] == "proptest"));
        let refs: BTreeSet<&str> = components.iter().map(|it| it["bom-ref"].as_str().unwrap()).collect();
        assert_eq!(refs.len(), components.len());
        for dependency in list(&bill["dependencies"]) {
            assert!(refs.contains(dependency["ref"].as_str().unwrap()));
            assert!(
                list(&dependency["dependsOn"]).iter().all(|needed| refs.contains(needed.as_str().unwrap()))
            );
        }
    }

    #[test]
    fn every_kind_of_licence_becomes_an_expression() {
        let licence = |text: Option<&str>| component("a", "1", "r", text, true)["licenses"][0].clone();
        assert_eq!(licence(Some("MIT/Apache-2.0")), json!({ "expression": "MIT OR Apache-2.0" }));
        assert_eq!(licence(Some("Apache-2.0 / MIT")), json!({ "expression": "Apache-2.0 OR MIT" }));
        assert_eq!(licence(None)["license"]["name"], "in a file of the package");
    }

    #[test]
    fn checksums_are_those_of_the_lock() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0\"\nchecksum = \"ab\"\n\n[[package]]\nname = \"ours\"\nversion = \"2\"\n";
        let found = checksums(lock);
        assert_eq!(found, BTreeMap::from([(("a".to_owned(), "1.0".to_owned()), "ab".to_owned())]));
    }
}
