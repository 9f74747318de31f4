use crate::artifact;
use crate::contracts::{CHAIN_LIMIT, CONTRACTS};

/// C-43
#[test]
fn every_artifact_is_smaller_than_800_kib() {
    for artifact in artifact::all() {
        assert!(artifact.wasm.len() < CHAIN_LIMIT, "{} has {} bytes", artifact.name, artifact.wasm.len());
    }
}

/// C-43
#[test]
fn no_contract_grows() {
    for contract in &CONTRACTS {
        let size = artifact::load(contract.name).wasm.len();
        assert!(
            size < contract.limit,
            "{} has {size} bytes: share the shapes of messages, or move a stateless part out",
            contract.name
        );
    }
}
