//! Under which licences everything is that is built, linked or run here: of each member of the workspace, of what it needs, and of npm.
//!
//! Three circles. What is linked into a contract or builds it is the narrowest. The program that is released, and what is published, may
//! besides be under licences that ask for little more. What only tests run may be under those, too, and what is under another is named
//! here, with its reason.

use std::path::Path;

use serde_json::Value;

use crate::artifact;
use crate::contracts::{CONTRACTS, Contract};
use crate::workspace::{self, Ingredient};

/// In a contract.
const LICENCES: [&str; 8] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
];

/// In tools and tests besides.
const LICENCES_OF_TOOLS: [&str; 4] = ["CDLA-Permissive-2.0", "MPL-2.0", "Unicode-3.0", "Zlib"];

/// The data tables of Unicode, in `unicode-ident`: a part of macros, not of the wasm.
const LICENCES_OF_MACROS: [(&str, &str); 1] = [("unicode-ident", "Unicode-3.0")];

/// A package that only tests run, and why it may although its licence is on no list.
struct Taken {
    name: &'static str,
    says: &'static str,
    why: &'static str,
}

const TAKEN_IN_TESTS: [Taken; 2] = [
    Taken {
        name: "hex_lit",
        says: "MITNFA",
        why: "MIT, and no false attribution; a part of the oracle `bitcoin`",
    },
    Taken {
        name: "wasmer-compiler-singlepass",
        says: "",
        why: "Business Source License 1.1, which gives use that is not production; cosmwasm-vm needs it, and tests run that",
    },
];

/// Packages of npm for tests alone, which ts-codegen brings.
const TAKEN_OF_NPM: [Taken; 16] = [
    Taken { name: "@chain-registry/types", says: FILE, why: "MIT, in its file" },
    Taken { name: "@chain-registry/v2", says: FILE, why: "MIT, in its file" },
    Taken { name: "@chain-registry/v2-types", says: FILE, why: "MIT, in its file" },
    Taken { name: "@cosmwasm/ts-codegen", says: FILE, why: "MIT or Apache-2.0, in its files" },
    Taken { name: "@cosmwasm/ts-codegen-ast", says: FILE, why: "MIT or Apache-2.0, in its files" },
    Taken { name: "@cosmwasm/ts-codegen-types", says: FILE, why: "MIT or Apache-2.0, in its files" },
    Taken { name: "ast-stringify", says: FILE, why: "MIT, in its file" },
    Taken { name: "fuzzy", says: "", why: "MIT, in its manifest's old form" },
    Taken { name: "jackspeak", says: BLUE_OAK, why: PERMISSIVE },
    Taken { name: "minimatch", says: BLUE_OAK, why: PERMISSIVE },
    Taken { name: "minipass", says: BLUE_OAK, why: PERMISSIVE },
    Taken { name: "package-json-from-dist", says: BLUE_OAK, why: PERMISSIVE },
    Taken { name: "path-scurry", says: BLUE_OAK, why: PERMISSIVE },
    Taken { name: "rechoir", says: "", why: "MIT, in its manifest's old form" },
    Taken { name: "rx-lite", says: "", why: "Apache-2.0, in its manifest's old form" },
    Taken { name: "rx-lite-aggregates", says: "", why: "Apache-2.0, in its manifest's old form" },
];
const FILE: &str = "SEE LICENSE IN LICENSE";
const BLUE_OAK: &str = "BlueOak-1.0.0";
const PERMISSIVE: &str = "permissive, and for a tool that ships nowhere";

/// C-44
#[test]
fn everything_in_a_contract_is_free_to_use() {
    for Contract { name: contract, .. } in &CONTRACTS {
        for Ingredient { name, licence, .. } in workspace::ingredients(contract) {
            assert!(is_free(&name, &licence, &[]), "{contract} contains {name} under {licence:?}");
        }
    }
}

/// Whoever runs it, in production too.
#[test]
fn everything_in_the_program_that_is_released_is_free_to_use() {
    let built = workspace::built_of("bsn-cli", "x86_64-unknown-linux-gnu");
    assert!(built.len() > 100, "{}", built.len());
    for Ingredient { name, licence, .. } in built {
        assert!(is_free(&name, &licence, &LICENCES_OF_TOOLS), "bsn contains {name} under {licence:?}");
    }
}

#[test]
fn everything_else_is_free_to_use_or_named_here_with_its_reason() {
    let mut named = Vec::new();
    for package in workspace::packages() {
        let [name, licence] = ["name", "license"].map(|field| package[field].as_str().unwrap_or_default());
        if package["source"].is_null() {
            assert_eq!(licence, "Apache-2.0", "{name} is ours");
        } else if !is_free(name, licence, &LICENCES_OF_TOOLS) {
            named.push((name.to_owned(), licence.to_owned()));
        }
    }
    assert_eq!(named, all(&TAKEN_IN_TESTS));
}

#[test]
fn every_package_of_npm_is_free_to_use_or_named_here_with_its_reason() {
    let mut named = Vec::new();
    let locks = locks(&artifact::root());
    assert_eq!(locks.len(), 4, "{locks:?}");
    for lock in locks {
        let text = std::fs::read_to_string(&lock).expect("it is readable");
        let lock: Value = serde_json::from_str(&text).expect("npm writes JSON");
        let packages = lock["packages"].as_object().expect("a list of packages");
        for (path, package) in packages.iter().filter(|(path, _)| !path.is_empty()) {
            let name = path.rsplit("node_modules/").next().unwrap_or(path);
            let licence = package["license"].as_str().unwrap_or_default();
            if !is_free(name, licence, &LICENCES_OF_TOOLS) {
                named.push((name.to_owned(), licence.to_owned()));
            }
        }
    }
    named.sort();
    named.dedup();
    assert_eq!(named, all(&TAKEN_OF_NPM));
}

/// Each with a reason.
fn all(taken: &[Taken]) -> Vec<(String, String)> {
    let reason = |it: &Taken| {
        assert!(it.why.len() > 10, "why {}?", it.name);
        (it.name.to_owned(), it.says.to_owned())
    };
    taken.iter().map(reason).collect()
}

/// The files in which npm's packages are pinned.
fn locks(folder: &Path) -> Vec<std::path::PathBuf> {
    const SKIPPED: [&str; 4] = ["target", "node_modules", "artifacts", "schema"];
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == "package-lock.json" {
            found.push(path);
        } else if path.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
            found.extend(locks(&path));
        }
    }
    found
}

/// Whether an SPDX expression without nested parentheses leaves a choice that is allowed, or one of these.
fn is_free(name: &str, expression: &str, besides: &[&str]) -> bool {
    let allowed = |licence: &str| {
        let licence = licence.trim();
        LICENCES.contains(&licence)
            || besides.contains(&licence)
            || LICENCES_OF_MACROS.contains(&(name, licence))
    };
    let choice = |text: &str| text.replace('/', " OR ").split(" OR ").any(allowed);
    let mut parts =
        expression.split(" AND ").map(|part| part.trim().trim_start_matches('(').trim_end_matches(')'));
    parts.all(choice)
}

#[test]
fn a_licence_is_read_as_spdx_means_it() {
    for free in ["MIT", "MIT/Apache-2.0", "GPL-3.0-only OR MIT", "(MIT OR GPL-3.0-only) AND ISC"] {
        assert!(is_free("any", free, &[]), "{free}");
    }
    for other in
        ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "BUSL-1.1", "MIT AND Unicode-3.0", "LGPL-2.1-only"]
    {
        assert!(!is_free("any", other, &[]), "{other}");
    }
    assert!(is_free("unicode-ident", "(MIT OR Apache-2.0) AND Unicode-3.0", &[]));
    for tool in ["MPL-2.0", "Zlib", "MIT AND Unicode-3.0", "CDLA-Permissive-2.0"] {
        assert!(is_free("any", tool, &LICENCES_OF_TOOLS) && !is_free("any", tool, &[]), "{tool}");
    }
    for never in ["", "GPL-3.0-only", "LGPL-2.1-only", "BUSL-1.1", "MPL-2.0 AND LGPL-3.0-only"] {
        assert!(!is_free("any", never, &LICENCES_OF_TOOLS), "{never}");
    }
}
