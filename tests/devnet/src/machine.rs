//! What a network runs on.

use std::path::Path;
use std::rc::Rc;

use crate::native::{BSN, LIGHT_CLIENT, Native, STAKING};
use crate::network::NetworkError;
use crate::vm::Vm;

/// A virtual machine, and the contracts as it stores them.
#[derive(Clone)]
pub struct Machine {
    /// The machine.
    pub vm: Rc<dyn Vm>,
    /// The code of `bsn`.
    pub bsn: Vec<u8>,
    /// The code of `btc-light-client`.
    pub light_client: Vec<u8>,
    /// The code of `btc-staking`; empty where it was not built.
    pub staking: Vec<u8>,
}

impl Machine {
    /// None: the contracts compiled natively.
    pub fn native() -> Self {
        Self::on(Native::default())
    }

    /// The same where who signed what is what somebody says.
    pub fn on(native: Native) -> Self {
        Self {
            vm: Rc::new(native),
            bsn: BSN.to_vec(),
            light_client: LIGHT_CLIENT.to_vec(),
            staking: STAKING.to_vec(),
        }
    }

    /// The default virtual machine with the artifacts of `cargo xtask wasm`.
    ///
    /// # Errors
    /// [`NetworkError::NoWasm`] where they are not there.
    #[cfg(feature = "vm")]
    pub fn wasm() -> Result<Self, NetworkError> {
        Self::of(crate::vm::vm3(), &crate::network::artifacts())
    }

    /// A virtual machine with the artifacts in a folder.
    ///
    /// # Errors
    /// [`NetworkError::NoWasm`] where they are not there.
    pub fn of(vm: Rc<dyn Vm>, artifacts: &Path) -> Result<Self, NetworkError> {
        let read = |file: &str| {
            let path = artifacts.join(file);
            std::fs::read(&path).map_err(|_| NetworkError::NoWasm { path })
        };
        // Releases of before have none.
        let staking = read("btc-staking.wasm").unwrap_or_default();
        Ok(Self { vm, bsn: read("bsn.wasm")?, light_client: read("btc-light-client.wasm")?, staking })
    }
}
