use wasmparser::{Payload, TypeRef, Validator, WasmFeatures};

use crate::artifact;

/// The host functions of a chain without the capability `cosmwasm_2_1`.
const HOST: [&str; 17] = [
    "abort",
    "addr_canonicalize",
    "addr_humanize",
    "addr_validate",
    "db_next",
    "db_next_key",
    "db_next_value",
    "db_read",
    "db_remove",
    "db_scan",
    "db_write",
    "debug",
    "ed25519_batch_verify",
    "ed25519_verify",
    "query_chain",
    "secp256k1_recover_pubkey",
    "secp256k1_verify",
];

/// C-43
#[test]
fn artifacts_are_wasm_of_the_first_version() {
    // Neither bulk memory nor sign extension, saturating conversions, multiple values or references.
    for artifact in artifact::all() {
        let mut validator = Validator::new_with_features(WasmFeatures::WASM1);
        if let Err(error) = validator.validate_all(&artifact.wasm) {
            panic!("{}: {error}", artifact.name);
        }
    }
}

/// C-43
#[test]
fn artifacts_import_host_functions_and_nothing_else() {
    for artifact in artifact::all() {
        let imports = artifact.payloads().filter_map(|payload| match payload {
            Payload::ImportSection(imports) => Some(imports),
            _ => None,
        });
        for import in imports.flat_map(|section| section.into_imports()) {
            let import = import.expect("the artifact is wasm");
            let known = import.module == "env" && HOST.contains(&import.name);
            let is_function = matches!(import.ty, TypeRef::Func(_));
            assert!(known && is_function, "{} imports {}.{}", artifact.name, import.module, import.name);
        }
    }
}

/// C-44: a chain compiles what it is given, so a start function would run before any entry point.
#[test]
fn nothing_runs_before_an_entry_point() {
    for artifact in artifact::all() {
        let starts = artifact.payloads().any(|payload| matches!(payload, Payload::StartSection { .. }));
        assert!(!starts, "{} has a start function", artifact.name);
    }
}
