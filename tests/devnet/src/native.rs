//! The contracts without a virtual machine: their entry points, called as functions over what a chain offers.
//!
//! A block takes a tenth of what it takes in wasm. Storage is charged by the chain as ever, the contracts' own
//! computing is not; a panic is the failure of the call, as it is in wasm.

mod api;
mod contracts;
mod storage;

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use sha2::{Digest, Sha256};

use crate::vm::{CodeFacts, CodeHash, Host, HostError, Vm, VmCall, VmFailure, VmOutcome};

use api::NativeApi;
pub use api::Recovery;
use contracts::CONTRACTS;
pub use contracts::{BSN, Contract, LIGHT_CLIENT, STAKING, Stage, answered, info, message};
use storage::{Asking, Backing};

/// The machine this program runs on.
#[derive(Clone, Default)]
pub struct Native {
    recovery: Option<Recovery>,
    /// Which contract each stored code is.
    builds: Rc<RefCell<BTreeMap<CodeHash, usize>>>,
    more: Vec<Contract>,
}

impl Native {
    /// The same without a curve: who signed what is what `recovery` says.
    pub fn with(recovery: Recovery) -> Self {
        Self { recovery: Some(recovery), ..Self::default() }
    }

    /// The same for whoever stores a contract of their own too.
    #[must_use]
    pub fn and(mut self, contract: Contract) -> Self {
        self.more.push(contract);
        self
    }

    fn contracts(&self) -> impl Iterator<Item = &Contract> {
        CONTRACTS.iter().chain(&self.more)
    }
}

/// What the host refused; it goes up through the contract as a trap does.
struct Trap(HostError);

impl Vm for Native {
    fn version(&self) -> &str {
        "native"
    }

    fn counts_gas(&self) -> bool {
        false
    }

    fn store(&self, wasm: &[u8]) -> Result<CodeFacts, String> {
        let found = self.contracts().enumerate().find(|(_, row)| row.is_built_as(wasm));
        let (index, row) = found.ok_or_else(|| {
            let names: Vec<_> = self.contracts().map(Contract::name).collect();
            format!("natively there are only {}", names.join(" and "))
        })?;
        self.builds.borrow_mut().insert(hash(wasm), index);
        let has_ibc_entry_points = row.has_ibc_entry_points;
        Ok(CodeFacts { hash: hash(wasm), has_ibc_entry_points, required_capabilities: Vec::new() })
    }

    fn call(&self, call: &VmCall<'_>, host: Rc<dyn Host>) -> VmOutcome {
        let mut stage = Stage {
            storage: Backing(Rc::clone(&host)),
            api: NativeApi { prefix: host.prefix(), recovery: self.recovery.clone() },
            asking: Asking(host),
        };
        let index = self.builds.borrow().get(call.code).copied();
        let result = match index.and_then(|index| self.contracts().nth(index)) {
            None => Err(VmFailure::Failed("natively there is no such code".to_owned())),
            Some(row) => match catch_unwind(AssertUnwindSafe(|| (row.run)(&mut stage, call))) {
                Ok(answer) => answer.map_err(|error| VmFailure::Failed(error.to_string())),
                Err(trap) => Err(failure(trap.as_ref())),
            },
        };
        VmOutcome { result, gas_used: 0, gas_charged_by_host: 0, memory_pages: 0 }
    }
}

fn hash(code: &[u8]) -> CodeHash {
    Sha256::digest(code).into()
}

fn failure(trap: &(dyn Any + Send)) -> VmFailure {
    match (trap.downcast_ref::<Trap>(), trap.downcast_ref::<String>(), trap.downcast_ref::<&str>()) {
        (Some(Trap(HostError::OutOfGas)), ..) => VmFailure::OutOfGas,
        (Some(Trap(error)), ..) => VmFailure::Failed(error.to_string()),
        (_, Some(text), _) => VmFailure::Failed(format!("panicked: {text}")),
        (.., Some(text)) => VmFailure::Failed(format!("panicked: {text}")),
        _ => VmFailure::Failed("panicked".to_owned()),
    }
}
