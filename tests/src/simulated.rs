//! The machine of a simulation on the real wasm.

use std::path::Path;

use devnet::vm::vm3;
use simulation::Machine;

/// The default virtual machine with both artifacts.
///
/// # Errors
/// If they are not there.
pub fn machine() -> Result<Machine, String> {
    let read = |file: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts").join(file);
        std::fs::read(&path)
            .map_err(|_| format!("cannot read {}: run cargo xtask wasm first", path.display()))
    };
    Ok(Machine { vm: vm3(), bsn: read("bsn.wasm")?, light_client: read("btc-light-client.wasm")? })
}
