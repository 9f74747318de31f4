//! The finished wasm files, read once.

use std::path::{Path, PathBuf};

use crate::contracts::CONTRACTS;
use wasmparser::{Export, ExternalKind, Parser, Payload};

/// One file of `artifacts/`.
pub struct Artifact {
    /// The contract's package.
    pub name: &'static str,
    /// The file.
    pub wasm: Vec<u8>,
}

/// The contract of the protocol.
pub const BSN: &str = "bsn";
/// The Bitcoin light client.
pub const LIGHT_CLIENT: &str = "btc-light-client";
/// The contract that checks delegations against Bitcoin.
pub const STAKING: &str = "btc-staking";
/// The contract that does what it is told.
pub const PROBE: &str = "probe";
/// The example of a dApp.
pub const ESCROW: &str = "escrow";

/// Every artifact that `cargo xtask wasm` builds.
pub fn all() -> Vec<Artifact> {
    CONTRACTS.iter().map(|contract| load(contract.name)).collect()
}

/// One artifact.
pub fn load(name: &'static str) -> Artifact {
    let path = root().join("artifacts").join(name).with_extension("wasm");
    let wasm = std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: run `cargo xtask wasm` first", path.display()));
    Artifact { name, wasm }
}

/// The workspace's folder.
pub fn root() -> PathBuf {
    let tests = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs these tests");
    Path::new(&tests).parent().expect("tests/ is in the workspace").to_path_buf()
}

impl Artifact {
    /// The sections and function bodies.
    pub fn payloads(&self) -> impl Iterator<Item = Payload<'_>> {
        Parser::new(0).parse_all(&self.wasm).map(|payload| payload.expect("the artifact is wasm"))
    }

    /// The names of all exported functions, sorted.
    pub fn exported_functions(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.exports().filter(|e| e.kind == ExternalKind::Func).map(|e| e.name).collect();
        names.sort_unstable();
        names
    }

    fn exports(&self) -> impl Iterator<Item = Export<'_>> {
        self.payloads()
            .filter_map(|payload| match payload {
                Payload::ExportSection(exports) => Some(exports),
                _ => None,
            })
            .flatten()
            .map(|export| export.expect("the artifact is wasm"))
    }
}
