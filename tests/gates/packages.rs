//! What stands in `packages/` can be published, but for `bsn-testing`; nothing that stands elsewhere can.

use serde_json::Value;

use crate::artifact;
use crate::workspace::{self, Member};

/// It stands there because dApps use it, from the repository: it compiles contracts and doubles that are not published,
/// so it cannot be published itself.
const STAYS: &str = "bsn-testing";

fn ships(member: &Member) -> bool {
    member.name != STAYS && member.folder.parent() == Some(&artifact::root().join("packages"))
}

#[test]
fn every_package_says_what_a_registry_asks() {
    let mut seen = 0;
    for member in workspace::members().iter().filter(|member| ships(member)) {
        let (name, manifest) = (&member.name, &member.manifest);
        let folder = member.folder.file_name().expect("a folder has a name").to_string_lossy();
        assert_eq!(*name, format!("bsn-{folder}"));
        assert_eq!(manifest["publish"], Value::Null, "{name} cannot be published");
        assert_eq!(manifest["license"], "Apache-2.0", "{name}");
        assert!(member.folder.join("LICENSE").is_file(), "{name} comes without its licence");
        assert!(manifest["description"].as_str().is_some_and(|text| text.len() > 20), "{name}");
        for (list, most) in [("keywords", 5), ("categories", 5)] {
            let length = manifest[list].as_array().map_or(0, Vec::len);
            assert!((1..=most).contains(&length), "{name} has {length} {list}");
        }
        let readme = std::fs::read_to_string(member.folder.join("README.md")).expect("a README");
        assert!(readme.starts_with(&format!("# {name}\n")), "{name}: its README is of something else");
        seen += 1;
    }
    assert!(seen >= 10, "{seen} packages");
}

/// A dependency by its path alone would be left out of what is published, or refused.
#[test]
fn what_a_package_needs_can_be_published_too() {
    let members = workspace::members();
    for member in members.iter().filter(|member| ships(member)) {
        for dependency in member.manifest["dependencies"].as_array().expect("a list of dependencies") {
            let name = &dependency["name"];
            if dependency["kind"] == "dev" || dependency["path"] == Value::Null {
                continue;
            }
            let needed = members.iter().find(|other| *name == *other.name).expect("it is in the workspace");
            assert!(ships(needed), "{} needs {name}, which does not ship", member.name);
            assert_eq!(dependency["req"], format!("^{}", text(&needed.manifest["version"])), "{name}");
        }
    }
}

/// With a version it would have to be published first, and it may need this very package.
#[test]
fn what_only_tests_need_of_ours_is_not_asked_of_the_registry() {
    for member in workspace::members().iter().filter(|member| ships(member)) {
        for dependency in member.manifest["dependencies"].as_array().expect("a list of dependencies") {
            if dependency["kind"] == "dev" && dependency["path"] != Value::Null {
                assert_eq!(
                    dependency["req"], "*",
                    "{} names a version of {}",
                    member.name, dependency["name"]
                );
            }
        }
    }
}

/// Contracts, tools and whatever is for our own tests stay in the repository, and so does [`STAYS`].
#[test]
fn nothing_else_is_published() {
    for member in workspace::members().iter().filter(|member| !ships(member)) {
        assert_eq!(member.manifest["publish"], serde_json::json!([]), "{} could be published", member.name);
    }
}

/// Folder and name are in the table of `packages/README.md`.
#[test]
fn the_list_of_packages_is_whole() {
    let list = std::fs::read_to_string(artifact::root().join("packages/README.md")).expect("a list");
    for member in workspace::members().iter().filter(|member| ships(member)) {
        assert!(list.contains(&format!("| `{}` |", member.name)), "{} is not listed", member.name);
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
