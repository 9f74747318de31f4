use crate::artifact::{self, BSN, LIGHT_CLIENT, PROBE};

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

const ALL_ENTRY_POINTS: [&str; 12] = [
    "execute",
    "ibc_channel_close",
    "ibc_channel_connect",
    "ibc_channel_open",
    "ibc_packet_ack",
    "ibc_packet_receive",
    "ibc_packet_timeout",
    "instantiate",
    "migrate",
    "query",
    "reply",
    "sudo",
];

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
    for name in [BSN, LIGHT_CLIENT, PROBE] {
        for capability in capabilities(name) {
            assert!(OFFERED.contains(&capability.as_str()), "{name} requires {capability}");
        }
    }
}

/// C-43
#[test]
fn bsn_has_every_entry_point_that_three_contracts_had() {
    assert_eq!(entry_points(BSN), ALL_ENTRY_POINTS);
}

/// C-43
#[test]
fn the_light_client_is_no_more_than_executed_and_asked() {
    assert_eq!(entry_points(LIGHT_CLIENT), ["execute", "instantiate", "migrate", "query"]);
}

#[test]
fn the_probe_has_every_entry_point() {
    assert_eq!(entry_points(PROBE), ALL_ENTRY_POINTS);
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
