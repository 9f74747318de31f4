//! What the contract answers.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{
    Binary, ContractResult, Deps, Env, QueryRequest, StdError, StdResult, SystemResult, to_json_binary,
    to_json_vec,
};
use serde::{Deserialize, Serialize};

use crate::{action, journal, verify::verify};

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum QueryMsg {
    /// The counter, a `u64`.
    Count {},
    /// The entry points called and not rolled back, oldest first: `Vec<String>`.
    Journal {},
    /// A bitmap of which EOTS cases are valid, as base64.
    Verify {
        /// The cases, one after the other, see [`CASE_LENGTH`](crate::CASE_LENGTH).
        cases: Binary,
    },
    /// Asks the chain this and answers what it answers.
    Chain {
        /// The question.
        request: QueryRequest,
    },
    /// The block's height, time in nanoseconds and chain id, as the environment has them.
    Env {},
    /// Answers for `bsn`, to the contract that verifies stake: the JSON that was stored under this name.
    Config {},
    /// Never answers: burns all gas there is.
    Loop {},
}

/// Answers.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps<'_>, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Count {} => to_json_binary(&action::counted(deps.storage)?),
        QueryMsg::Journal {} => to_json_binary(&journal::lines(deps.storage)),
        QueryMsg::Verify { cases } => to_json_binary(&verify(deps.api, &cases)?),
        QueryMsg::Chain { request } => ask(deps, &request),
        QueryMsg::Env {} => to_json_binary(&env.block),
        QueryMsg::Config {} => Ok(deps.storage.get(b"config").unwrap_or_default().into()),
        QueryMsg::Loop {} => loop {
            core::hint::black_box(());
        },
    }
}

fn ask(deps: Deps<'_>, request: &QueryRequest) -> StdResult<Binary> {
    match deps.querier.raw_query(&to_json_vec(request)?) {
        SystemResult::Ok(ContractResult::Ok(answer)) => Ok(answer),
        SystemResult::Ok(ContractResult::Err(error)) => Err(StdError::msg(format!("contract: {error}"))),
        SystemResult::Err(error) => Err(StdError::msg(format!("system: {error}"))),
    }
}
