use crate::contracts::{CONTRACTS, Contract};
use crate::workspace::{self, PURE};

/// The floors of the house: a package is built on lower floors only.
const FLOORS: [&[&str]; 12] = [
    &["bsn-primitives", "bsn-read-derive", "bsn-client", "grid-model", "unify"],
    &["bsn-eots", "bsn-merkle", "bsn-bitcoin-spv"],
    &["bsn-covenant", "bsn-staking", "bsn-standing", "bsn-finality", "bsn-timestamping"],
    &["bsn-api", "bsn-proto"],
    &["bsn-exports"],
    &["bsn", "btc-light-client", "probe", "escrow"],
    &["testing", "bsn-rpc"],
    &["actors"],
    &["devnet", "fuzz-bodies", "bsn-testing"],
    &["demo", "simulation"],
    &["bsn-cli"],
    &["tests", "chain-test", "xtask"],
];

/// What the pure core may take from outside.
const PURE_MAY_USE: [&str; 5] = ["hex", "k256", "serde", "sha2", "thiserror"];

/// Build tools that compile or link C.
const C_TOOLS: [&str; 6] = ["bindgen", "cc", "cmake", "pkg-config", "secp256k1-sys", "vcpkg"];

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

/// The data tables of Unicode, in `unicode-ident`: a part of macros, not of the wasm.
const LICENCES_OF_MACROS: [(&str, &str); 1] = [("unicode-ident", "Unicode-3.0")];

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&name))
}

/// C-44
#[test]
fn every_package_is_built_on_lower_floors_only() {
    for member in workspace::members() {
        let own = floor(&member.name).unwrap_or_else(|| panic!("{} is on no floor", member.name));
        for dependency in &member.dependencies {
            if let Some(other) = floor(dependency) {
                assert!(other < own, "{} must not depend on {dependency}", member.name);
            }
        }
    }
}

/// C-44
#[test]
fn the_pure_core_takes_nothing_else_from_outside() {
    for member in workspace::members().iter().filter(|member| PURE.contains(&member.name.as_str())) {
        for dependency in &member.dependencies {
            let allowed = PURE_MAY_USE.contains(&dependency.as_str()) || PURE.contains(&dependency.as_str());
            assert!(allowed, "{} must not depend on {dependency}", member.name);
        }
    }
}

/// C-44
#[test]
fn no_c_code_goes_into_a_contract() {
    for Contract { name: contract, .. } in &CONTRACTS {
        for ingredient in workspace::ingredients(contract) {
            let name = ingredient.name;
            assert!(!C_TOOLS.contains(&name.as_str()), "{contract} is built with {name}");
            assert_eq!(ingredient.links, None, "{contract} contains {name}, which links a native library");
        }
    }
}

/// C-44
#[test]
fn everything_in_a_contract_is_free_to_use() {
    for Contract { name: contract, .. } in &CONTRACTS {
        for ingredient in workspace::ingredients(contract) {
            assert!(
                is_free(&ingredient.name, &ingredient.licence),
                "{contract} contains {} under {:?}",
                ingredient.name,
                ingredient.licence
            );
        }
    }
}

/// Whether an SPDX expression without nested parentheses leaves a choice that is allowed.
fn is_free(name: &str, expression: &str) -> bool {
    let allowed = |licence: &str| {
        LICENCES.contains(&licence.trim()) || LICENCES_OF_MACROS.contains(&(name, licence.trim()))
    };
    let choice = |text: &str| text.replace('/', " OR ").split(" OR ").any(allowed);
    let mut parts =
        expression.split(" AND ").map(|part| part.trim().trim_start_matches('(').trim_end_matches(')'));
    parts.all(choice)
}

#[test]
fn a_licence_is_read_as_spdx_means_it() {
    for free in ["MIT", "MIT/Apache-2.0", "GPL-3.0-only OR MIT", "(MIT OR GPL-3.0-only) AND ISC"] {
        assert!(is_free("any", free), "{free}");
    }
    for other in ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "BUSL-1.1", "MIT AND Unicode-3.0"] {
        assert!(!is_free("any", other), "{other}");
    }
    assert!(is_free("unicode-ident", "(MIT OR Apache-2.0) AND Unicode-3.0"));
}
