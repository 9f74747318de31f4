use crate::artifact;
use crate::contracts::CONTRACTS;

/// What the demo chain offers (PROTOCOL.md, "What the chain offers a contract"); a contract that asks for
/// more does not load there.
const OFFERED: [&str; 8] = [
    "cosmwasm_1_1",
    "cosmwasm_1_2",
    "cosmwasm_1_3",
    "cosmwasm_1_4",
    "cosmwasm_2_0",
    "iterator",
    "staking",
    "stargate",
];

/// What the virtual machine itself needs.
const RUNTIME: [&str; 3] = ["allocate", "deallocate", "interface_version_8"];

fn capabilities(name: &'static str) -> Vec<String> {
    let artifact = artifact::load(name);
    let exports = artifact.exported_functions();
    exports.iter().filter_map(|name| name.strip_prefix("requires_")).map(str::to_owned).collect()
}

fn entry_points(name: &'static str) -> Vec<String> {
    let artifact = artifact::load(name);
    let exports = artifact.exported_functions();
    let own = exports.iter().filter(|name| !name.starts_with("requires_") && !RUNTIME.contains(name));
    own.map(|name| (*name).to_owned()).collect()
}

/// C-43
#[test]
fn no_artifact_asks_for_more_than_the_demo_chain_offers() {
    for contract in &CONTRACTS {
        for capability in capabilities(contract.name) {
            assert!(OFFERED.contains(&capability.as_str()), "{} requires {capability}", contract.name);
        }
    }
}

/// C-43
#[test]
fn every_artifact_has_the_entry_points_of_its_row() {
    for contract in &CONTRACTS {
        assert_eq!(entry_points(contract.name), contract.entry_points, "{}", contract.name);
    }
}

/// C-43
#[test]
fn every_artifact_speaks_interface_version_8() {
    for artifact in artifact::all() {
        for needed in RUNTIME {
            assert!(artifact.exported_functions().contains(&needed), "{} exports no {needed}", artifact.name);
        }
    }
}
