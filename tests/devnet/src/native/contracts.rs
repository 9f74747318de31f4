//! The contracts that run natively, a row each.

use std::fmt::Display;

use cosmwasm_std::{
    ContractResult, Deps, DepsMut, MessageInfo, QuerierWrapper, StdResult, from_json, to_json_vec,
};
use serde::{Serialize, de::DeserializeOwned};

use super::api::NativeApi;
use super::storage::{Asking, Backing};
use crate::vm::{Entry, VmCall};

/// What stands for the wasm of `bsn`.
pub const BSN: &[u8] = b"bsn, compiled natively";
/// What stands for the wasm of `btc-light-client`.
pub const LIGHT_CLIENT: &[u8] = b"btc-light-client, compiled natively";

/// What stands for the wasm of `btc-staking`.
pub const STAKING: &[u8] = b"btc-staking, compiled natively";

/// A contract that is a part of this program.
#[derive(Clone, Copy)]
pub struct Contract {
    /// What is stored in place of its wasm: its name, a comma and more.
    pub code: &'static [u8],
    /// Whether it may have a port.
    pub has_ibc_entry_points: bool,
    /// Runs one entry point.
    pub run: fn(&mut Stage, &VmCall<'_>) -> StdResult<Vec<u8>>,
}

impl Contract {
    /// Whether this stands for its wasm: what stands for it, and behind a `#` which build of it. Builds differ in their
    /// checksum alone.
    pub fn is_built_as(&self, wasm: &[u8]) -> bool {
        wasm.strip_prefix(self.code).is_some_and(|rest| matches!(rest.first(), None | Some(b'#')))
    }

    /// Its package.
    pub fn name(&self) -> String {
        String::from_utf8_lossy(self.code).split(',').next().unwrap_or_default().to_owned()
    }
}

/// Those of this repository that a chain needs.
pub const CONTRACTS: [Contract; 3] = [
    Contract { code: BSN, has_ibc_entry_points: true, run: bsn },
    Contract { code: LIGHT_CLIENT, has_ibc_entry_points: false, run: light_client },
    Contract { code: STAKING, has_ibc_entry_points: false, run: staking },
];

/// What a contract finds around it.
pub struct Stage {
    /// Its storage.
    pub storage: Backing,
    /// The chain's functions.
    pub api: NativeApi,
    /// Questions to the chain.
    pub asking: Asking,
}

impl Stage {
    /// For the entry points that write.
    pub fn deps_mut(&mut self) -> DepsMut<'_> {
        DepsMut { storage: &mut self.storage, api: &self.api, querier: QuerierWrapper::new(&self.asking) }
    }

    /// For `query`.
    pub fn deps(&self) -> Deps<'_> {
        Deps { storage: &self.storage, api: &self.api, querier: QuerierWrapper::new(&self.asking) }
    }
}

fn bsn(stage: &mut Stage, call: &VmCall<'_>) -> StdResult<Vec<u8>> {
    use bsn::entry;
    let env = from_json(call.env)?;
    match call.entry {
        Entry::Instantiate => {
            answered(entry::instantiate(stage.deps_mut(), env, info(call)?, message(call)?))
        }
        Entry::Execute => answered(entry::execute(stage.deps_mut(), env, info(call)?, message(call)?)),
        Entry::Query => answered(entry::query(stage.deps(), env, message(call)?)),
        Entry::Sudo => answered(entry::sudo(stage.deps_mut(), env, message(call)?)),
        Entry::Migrate => answered(entry::migrate(stage.deps_mut(), env, message(call)?)),
        Entry::Reply => answered(entry::reply(stage.deps_mut(), env, message(call)?)),
        Entry::IbcChannelOpen => answered(entry::ibc_channel_open(stage.deps_mut(), env, message(call)?)),
        Entry::IbcChannelConnect => {
            answered(entry::ibc_channel_connect(stage.deps_mut(), env, message(call)?))
        }
        Entry::IbcChannelClose => answered(entry::ibc_channel_close(stage.deps_mut(), env, message(call)?)),
        Entry::IbcPacketReceive => answered(entry::ibc_packet_receive(stage.deps_mut(), env, message(call)?)),
        Entry::IbcPacketAck => answered(entry::ibc_packet_ack(stage.deps_mut(), env, message(call)?)),
        Entry::IbcPacketTimeout => answered(entry::ibc_packet_timeout(stage.deps_mut(), env, message(call)?)),
    }
}

fn light_client(stage: &mut Stage, call: &VmCall<'_>) -> StdResult<Vec<u8>> {
    use btc_light_client::{execute, instantiate, migrate, query};
    let env = from_json(call.env)?;
    match call.entry {
        Entry::Instantiate => answered(instantiate(stage.deps_mut(), env, info(call)?, message(call)?)),
        Entry::Execute => answered(execute(stage.deps_mut(), env, info(call)?, message(call)?)),
        Entry::Query => answered(query(stage.deps(), env, message(call)?)),
        Entry::Migrate => answered(migrate(stage.deps_mut(), env, message(call)?)),
        other => panic!("the light client has no {other:?}"),
    }
}

fn staking(stage: &mut Stage, call: &VmCall<'_>) -> StdResult<Vec<u8>> {
    use btc_staking::entry;
    let env = from_json(call.env)?;
    match call.entry {
        Entry::Instantiate => {
            answered(entry::instantiate(stage.deps_mut(), env, info(call)?, message(call)?))
        }
        Entry::Execute => answered(entry::execute(stage.deps_mut(), env, info(call)?, message(call)?)),
        Entry::Query => answered(entry::query(stage.deps(), env, message(call)?)),
        Entry::Migrate => answered(entry::migrate(stage.deps_mut(), env, message(call)?)),
        Entry::Reply => answered(entry::reply(stage.deps_mut(), env, message(call)?)),
        other => panic!("the contract that verifies stake has no {other:?}"),
    }
}

/// Who calls, and the coins sent along.
///
/// # Errors
/// The entry point has none.
pub fn info(call: &VmCall<'_>) -> StdResult<MessageInfo> {
    from_json(call.info)
}

/// The message, as the entry point takes it.
///
/// # Errors
/// It is none of the contract's.
pub fn message<T: DeserializeOwned>(call: &VmCall<'_>) -> StdResult<T> {
    from_json(call.msg)
}

/// What a contract gives back to a virtual machine.
///
/// # Errors
/// It is no JSON.
pub fn answered<T: Serialize, E: Display>(result: Result<T, E>) -> StdResult<Vec<u8>> {
    to_json_vec(&ContractResult::from(result))
}
