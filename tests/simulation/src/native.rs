//! The contracts without a virtual machine: their entry points, called as functions over what a chain offers.
//!
//! A block takes a tenth of what it takes in wasm. Storage is charged by the chain as ever, the contracts' own
//! computing is not; a panic is the failure of the call, as it is in wasm.

mod api;
mod oracle;
mod storage;

use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use cosmwasm_std::{
    ContractResult, Deps, DepsMut, Env, MessageInfo, QuerierWrapper, StdResult, from_json, to_json_vec,
};
use devnet::vm::{CodeFacts, Entry, Host, HostError, Vm, VmCall, VmFailure, VmOutcome};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use api::NativeApi;
pub use oracle::{Oracle, Signer};
use storage::{Asking, Backing};

/// What stands for the wasm of `bsn`.
pub const BSN: &[u8] = b"bsn, compiled natively";
/// What stands for the wasm of `btc-light-client`.
pub const LIGHT_CLIENT: &[u8] = b"btc-light-client, compiled natively";

/// The machine this program runs on.
#[derive(Debug, Clone, Default)]
pub struct Native {
    oracle: Option<Oracle>,
}

impl Native {
    /// The same without a curve: signatures are what the oracle says.
    pub fn with(oracle: &Oracle) -> Self {
        Self { oracle: Some(oracle.clone()) }
    }
}

/// What the host refused; it goes up through the contract as a trap does.
struct Trap(HostError);

impl Vm for Native {
    fn version(&self) -> &str {
        "native"
    }

    fn store(&self, wasm: &[u8]) -> Result<CodeFacts, String> {
        if wasm != BSN && wasm != LIGHT_CLIENT {
            return Err("natively there are only bsn and btc-light-client".to_owned());
        }
        let (hash, required_capabilities) = (Sha256::digest(wasm).into(), Vec::new());
        Ok(CodeFacts { hash, has_ibc_entry_points: wasm == BSN, required_capabilities })
    }

    fn call(&self, call: &VmCall<'_>, host: Rc<dyn Host>) -> VmOutcome {
        let is_bsn = *call.code == <[u8; 32]>::from(Sha256::digest(BSN));
        let mut stage = Stage {
            storage: Backing(Rc::clone(&host)),
            api: NativeApi { prefix: host.prefix(), oracle: self.oracle.clone() },
            asking: Asking(host),
        };
        let ran =
            catch_unwind(AssertUnwindSafe(
                || if is_bsn { stage.bsn(call) } else { stage.light_client(call) },
            ));
        let result = match ran {
            Ok(answer) => answer.map_err(|error| VmFailure::Failed(error.to_string())),
            Err(trap) => Err(failure(trap.as_ref())),
        };
        VmOutcome { result, gas_used: 0, gas_charged_by_host: 0, memory_pages: 0 }
    }
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

/// What a contract finds around it.
struct Stage {
    storage: Backing,
    api: NativeApi,
    asking: Asking,
}

impl Stage {
    fn deps_mut(&mut self) -> DepsMut<'_> {
        DepsMut { storage: &mut self.storage, api: &self.api, querier: QuerierWrapper::new(&self.asking) }
    }

    fn deps(&self) -> Deps<'_> {
        Deps { storage: &self.storage, api: &self.api, querier: QuerierWrapper::new(&self.asking) }
    }

    fn bsn(&mut self, call: &VmCall<'_>) -> StdResult<Vec<u8>> {
        use bsn::entry;
        let env: Env = from_json(call.env)?;
        match call.entry {
            Entry::Instantiate => {
                answered(entry::instantiate(self.deps_mut(), env, info(call)?, message(call)?))
            }
            Entry::Execute => answered(entry::execute(self.deps_mut(), env, info(call)?, message(call)?)),
            Entry::Query => answered(entry::query(self.deps(), env, message(call)?)),
            Entry::Sudo => answered(entry::sudo(self.deps_mut(), env, message(call)?)),
            Entry::Migrate => answered(entry::migrate(self.deps_mut(), env, message(call)?)),
            Entry::Reply => answered(entry::reply(self.deps_mut(), env, message(call)?)),
            Entry::IbcChannelOpen => answered(entry::ibc_channel_open(self.deps_mut(), env, message(call)?)),
            Entry::IbcChannelConnect => {
                answered(entry::ibc_channel_connect(self.deps_mut(), env, message(call)?))
            }
            Entry::IbcChannelClose => {
                answered(entry::ibc_channel_close(self.deps_mut(), env, message(call)?))
            }
            Entry::IbcPacketReceive => {
                answered(entry::ibc_packet_receive(self.deps_mut(), env, message(call)?))
            }
            Entry::IbcPacketAck => answered(entry::ibc_packet_ack(self.deps_mut(), env, message(call)?)),
            Entry::IbcPacketTimeout => {
                answered(entry::ibc_packet_timeout(self.deps_mut(), env, message(call)?))
            }
        }
    }

    fn light_client(&mut self, call: &VmCall<'_>) -> StdResult<Vec<u8>> {
        let env: Env = from_json(call.env)?;
        match call.entry {
            Entry::Instantiate => {
                answered(btc_light_client::instantiate(self.deps_mut(), env, info(call)?, message(call)?))
            }
            Entry::Execute => {
                answered(btc_light_client::execute(self.deps_mut(), env, info(call)?, message(call)?))
            }
            Entry::Query => answered(btc_light_client::query(self.deps(), env, message(call)?)),
            Entry::Migrate => answered(btc_light_client::migrate(self.deps_mut(), env, message(call)?)),
            other => panic!("the light client has no {other:?}"),
        }
    }
}

fn info(call: &VmCall<'_>) -> StdResult<MessageInfo> {
    from_json(call.info)
}

fn message<T: DeserializeOwned>(call: &VmCall<'_>) -> StdResult<T> {
    from_json(call.msg)
}

fn answered<T: Serialize, E: Display>(result: Result<T, E>) -> StdResult<Vec<u8>> {
    to_json_vec(&ContractResult::from(result))
}

/// The machine with both contracts.
pub fn machine() -> crate::Machine {
    crate::Machine { vm: Rc::new(Native::default()), bsn: BSN.to_vec(), light_client: LIGHT_CLIENT.to_vec() }
}
