use tempfile::TempDir;

use crate::{artifact, contracts};

/// The capabilities of the demo chain, as a chain passes them to its virtual machine (PROTOCOL.md,
/// "What the chain offers a contract").
const CAPABILITIES: &str = "iterator,staking,stargate,cosmwasm_1_1,cosmwasm_1_2,cosmwasm_1_3,cosmwasm_1_4,cosmwasm_2_0,virtual_staking";

macro_rules! accepts {
    ($vm:ident, $wasm:expr) => {{
        use $vm::{Cache, CacheOptions, Size, capabilities_from_csv, testing};
        let folder = TempDir::new().expect("a temporary folder");
        let options = CacheOptions::new(
            folder.path(),
            capabilities_from_csv(CAPABILITIES),
            Size::mebi(100),
            Size::mebi(32),
        );
        // SAFETY: nobody else writes to that folder.
        #[allow(unsafe_code)]
        let cache = unsafe {
            Cache::<testing::MockApi, testing::MockStorage, testing::MockQuerier>::new(options)
                .expect("a cache")
        };
        let stored = cache.store_code($wasm, true, true);
        stored.and_then(|checksum| cache.analyze(&checksum)).map(|report| report.has_ibc_entry_points)
    }};
}

/// C-43, K26
#[test]
fn cosmwasm_vm_2_2_accepts_every_artifact() {
    for artifact in artifact::all() {
        let has_ibc =
            accepts!(cosmwasm_vm_2, &artifact.wasm).unwrap_or_else(|e| panic!("{}: {e}", artifact.name));
        let row = contracts::find(artifact.name).expect("artifacts are those of the rows");
        assert_eq!(has_ibc, row.has_ibc(), "{}", artifact.name);
    }
}

/// C-43, K26
#[test]
fn cosmwasm_vm_3_0_accepts_every_artifact() {
    for artifact in artifact::all() {
        let has_ibc =
            accepts!(cosmwasm_vm, &artifact.wasm).unwrap_or_else(|e| panic!("{}: {e}", artifact.name));
        let row = contracts::find(artifact.name).expect("artifacts are those of the rows");
        assert_eq!(has_ibc, row.has_ibc(), "{}", artifact.name);
    }
}

#[test]
fn neither_accepts_what_asks_for_a_capability_it_lacks() {
    let mut wasm = artifact::load(artifact::PROBE).wasm;
    assert!(accepts!(cosmwasm_vm_2, &wasm).is_ok() && accepts!(cosmwasm_vm, &wasm).is_ok());
    let name = b"requires_cosmwasm_2_0";
    let at = wasm.windows(name.len()).position(|window| window == name).expect("the probe requires it");
    wasm[at + name.len() - 1] = b'9';
    let errors = [
        accepts!(cosmwasm_vm_2, &wasm).expect_err("version 2.2").to_string(),
        accepts!(cosmwasm_vm, &wasm).expect_err("version 3.0").to_string(),
    ];
    for error in errors {
        assert!(error.contains("cosmwasm_2_9"), "{error}");
    }
}
