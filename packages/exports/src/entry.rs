//! One function a kind of entry point; pointers are to regions, see the crate's head.

use core::marker::PhantomData;

use api::read::{Json, Read};
use api::write;
use cosmwasm_std::{
    Binary, ContractResult, Deps, DepsMut, Empty, Env, MessageInfo, OwnedDeps, Response, from_json,
};
use serde::Serialize;

use crate::host::{ChainApi, ChainQuerier, ChainStorage};
use crate::memory;

type ChainDeps = OwnedDeps<ChainStorage, ChainApi, ChainQuerier, Empty>;

/// Calls `instantiate` or `execute`.
pub fn with_sender<M: Read, E: ToString>(
    function: &dyn Fn(DepsMut<'_>, Env, MessageInfo, M) -> Result<Response, E>,
    env: u32,
    info: u32,
    msg: u32,
) -> u32 {
    call(env, msg, |deps, env, msg| text(function(deps.as_mut(), env, read(info)?, msg)))
}

/// Calls `sudo`, `reply`, `migrate` or one of IBC's.
pub fn without_sender<M: Read, R: Serialize, E: ToString>(
    function: &dyn Fn(DepsMut<'_>, Env, M) -> Result<R, E>,
    env: u32,
    msg: u32,
) -> u32 {
    call(env, msg, |deps, env, msg| text(function(deps.as_mut(), env, msg)))
}

/// Calls `query`.
pub fn query<M: Read, E: ToString>(
    function: &dyn Fn(Deps<'_>, Env, M) -> Result<Binary, E>,
    env: u32,
    msg: u32,
) -> u32 {
    call(env, msg, |deps, env, msg| text(function(deps.as_ref(), env, msg)))
}

fn call<M: Read, R: Serialize>(
    env: u32,
    msg: u32,
    function: impl FnOnce(&mut ChainDeps, Env, M) -> Result<R, String>,
) -> u32 {
    let mut deps = OwnedDeps {
        storage: ChainStorage,
        api: ChainApi,
        querier: ChainQuerier,
        custom_query_type: PhantomData,
    };
    let result = read(env).and_then(|env| function(&mut deps, env, read(msg)?));
    memory::give(write::json(&ContractResult::from(result)).unwrap_or_default().into())
}

fn text<R, E: ToString>(result: Result<R, E>) -> Result<R, String> {
    result.map_err(|error| error.to_string())
}

fn read<T: Read>(region: u32) -> Result<T, String> {
    T::read(tree(region)?).map_err(|error| error.to_string())
}

#[inline(never)]
fn tree(region: u32) -> Result<Json, String> {
    from_json(memory::take(region)).map_err(|error| error.to_string())
}
