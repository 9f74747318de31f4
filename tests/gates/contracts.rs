//! What is known of each contract: a row each.
//!
//! A contract that is not here is found by [`every_contract_has_a_row`], and a row asks for all that a chain's operator
//! would: how big it may be, and what it can be called for.

use crate::{artifact, workspace};

/// A row.
#[derive(Debug)]
pub struct Contract {
    /// The package, and the name of its artifact.
    pub name: &'static str,
    /// How many bytes its artifact must stay below. The number may only fall.
    pub limit: usize,
    /// Its entry points, sorted.
    pub entry_points: &'static [&'static str],
    /// Whether a chain is meant to run it; the others are for tests.
    pub ships: bool,
}

/// What stock chains take: 800 KiB.
pub const CHAIN_LIMIT: usize = 800 * 1024;

/// All of them.
pub const CONTRACTS: [Contract; 5] = [
    Contract { name: artifact::BSN, limit: CHAIN_LIMIT, entry_points: &ALL_ENTRY_POINTS, ships: true },
    Contract {
        name: artifact::LIGHT_CLIENT,
        limit: 240_000,
        entry_points: &["execute", "instantiate", "migrate", "query"],
        ships: true,
    },
    Contract {
        name: artifact::STAKING,
        limit: 550_000,
        entry_points: &["execute", "instantiate", "migrate", "query", "reply"],
        ships: true,
    },
    Contract { name: artifact::PROBE, limit: CHAIN_LIMIT, entry_points: &ALL_ENTRY_POINTS, ships: false },
    Contract {
        name: artifact::ESCROW,
        limit: 240_000,
        entry_points: &["execute", "instantiate", "query"],
        ships: false,
    },
];

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

impl Contract {
    /// Whether it can have a channel.
    pub fn has_ibc(&self) -> bool {
        self.entry_points.contains(&"ibc_channel_open")
    }
}

/// The row of a package, if that is a contract.
pub fn find(package: &str) -> Option<&'static Contract> {
    CONTRACTS.iter().find(|contract| contract.name == package)
}

#[test]
fn every_contract_has_a_row() {
    let mut built = workspace::members();
    built.retain(|member| member.is_contract);
    let mut names: Vec<_> = built.iter().map(|member| member.name.as_str()).collect();
    let mut rows: Vec<_> = CONTRACTS.iter().map(|contract| contract.name).collect();
    names.sort_unstable();
    rows.sort_unstable();
    assert_eq!(names, rows, "packages that become wasm, and rows");
}

#[test]
fn every_row_has_an_artifact_and_every_artifact_a_row() {
    let checksums = artifact::root().join("artifacts/checksums.txt");
    let checksums = std::fs::read_to_string(checksums).expect("run `cargo xtask wasm` first");
    let mut built: Vec<_> =
        checksums.lines().filter_map(|line| line.split_once("  ")?.1.strip_suffix(".wasm")).collect();
    let mut rows: Vec<_> = CONTRACTS.iter().map(|contract| contract.name).collect();
    built.sort_unstable();
    rows.sort_unstable();
    assert_eq!(built, rows, "add it to CONTRACTS in scripts/src/project.rs");
}
