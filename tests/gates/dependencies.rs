use crate::contracts::{CONTRACTS, Contract};
use crate::workspace::{self, PURE};

/// The floors of the house: a package is built on lower floors only.
const FLOORS: [&[&str]; 12] = [
    &["bsn-primitives", "bsn-read-derive", "bsn-records", "bsn-client", "grid-model", "unify"],
    &["bsn-eots", "bsn-merkle", "bsn-bitcoin-spv"],
    &["bsn-covenant", "bsn-staking", "bsn-standing", "bsn-payout", "bsn-finality", "bsn-timestamping"],
    &["bsn-api", "bsn-proto"],
    &["bsn-exports"],
    &["bsn", "btc-light-client", "btc-staking", "probe", "escrow"],
    &["vectors", "bsn-rpc"],
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
