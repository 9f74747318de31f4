//! A contract that does what it is told.
//!
//! # The idea
//!
//! An embedded chain promises rollback, replies, gas limits and IBC as a real chain has them, and two
//! virtual machines promise to agree on a signature. A contract with protocol logic of its own makes a
//! poor witness to that. This one has none: every entry point takes an [`Action`], does it, and notes
//! in its [journal](journal) that it was called, so that a test reads off what survived and in what order.
//!
//! # The danger
//!
//! Anyone may make it do anything: it is not for a chain that holds value.
//!
//! # Synopsis
//!
//! ```
//! use cosmwasm_std::{from_json, testing::{message_info, mock_dependencies, mock_env}, to_json_vec, Addr};
//! use probe::{execute, query, Action, QueryMsg};
//!
//! let mut chain = mock_dependencies();
//! let anyone = message_info(&Addr::unchecked("anyone"), &[]);
//! let twice = Action::Sequence { actions: vec![Action::Count {}, Action::Count {}] };
//! execute(chain.as_mut(), mock_env(), anyone, twice).unwrap();
//! let count: u64 = from_json(query(chain.as_ref(), mock_env(), QueryMsg::Count {}).unwrap()).unwrap();
//! assert_eq!(count, 2);
//! ```

mod action;
mod ibc;
mod journal;
mod query;
mod verify;

pub use action::{Action, InstantiateMsg, MigrateMsg, SudoMsg};
pub use ibc::*;
pub use query::{QueryMsg, query};
pub use verify::{CASE_LENGTH, VerifyError};

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{DepsMut, Env, MessageInfo, Reply, Response, StdResult, SubMsgResult, from_json};

/// Starts with an empty journal.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(deps: DepsMut<'_>, _: Env, _: MessageInfo, _: InstantiateMsg) -> StdResult<Response> {
    journal::note(deps.storage, "instantiate");
    Ok(Response::new())
}

/// Does the action.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(deps: DepsMut<'_>, _: Env, _: MessageInfo, action: Action) -> StdResult<Response> {
    journal::note(deps.storage, "execute");
    action.run(deps, Response::new())
}

/// Does the action, or at a block hook the one that is armed for it.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn sudo(deps: DepsMut<'_>, _: Env, msg: SudoMsg) -> StdResult<Response> {
    journal::note(deps.storage, msg.name());
    let action = match msg {
        SudoMsg::Run(action) => Some(action),
        SudoMsg::BeginBlock { .. } | SudoMsg::EndBlock { .. } => action::armed(deps.storage)?,
    };
    action.map_or_else(|| Ok(Response::new()), |action| action.run(deps, Response::new()))
}

/// Notes the outcome, then does the action that the payload holds, if any.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn reply(deps: DepsMut<'_>, _: Env, reply: Reply) -> StdResult<Response> {
    let outcome = match reply.result {
        SubMsgResult::Ok(_) => "ok".to_owned(),
        SubMsgResult::Err(error) => format!("error: {error}"),
    };
    journal::note(deps.storage, &format!("reply {} {outcome}", reply.id));
    if reply.payload.is_empty() {
        return Ok(Response::new());
    }
    from_json::<Action>(&reply.payload)?.run(deps, Response::new())
}

/// Notes the call.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut<'_>, _: Env, _: MigrateMsg) -> StdResult<Response> {
    journal::note(deps.storage, "migrate");
    Ok(Response::new())
}
