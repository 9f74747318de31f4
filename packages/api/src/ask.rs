//! Questions to other contracts and modules of the chain, and what they answered, written and read by the code that messages go through:
//! cosmwasm-std's own functions carry a writer and a parser for each.

use cosmwasm_std::{
    Binary, ContractResult, Empty, QuerierWrapper, QueryRequest, StdError, StdResult, SubMsgResponse,
    SystemResult, WasmQuery, from_json,
};

use crate::read::{Json, Read};
use crate::write;

/// What the chain answers.
///
/// # Errors
/// What the chain or the asked says against the question, or where in the answer something does not fit.
pub fn ask<T: Read>(querier: QuerierWrapper<'_>, question: &QueryRequest<Empty>) -> StdResult<T> {
    T::read(tree(querier, question)?).map_err(|error| StdError::msg(error.to_string()))
}

/// A record of another contract; `None` where it has none, or an empty one.
///
/// # Errors
/// What the chain says against the question.
pub fn raw(querier: QuerierWrapper<'_>, contract: &str, key: &[u8]) -> StdResult<Option<Vec<u8>>> {
    let question = WasmQuery::Raw { contract_addr: contract.into(), key: key.into() };
    let record = bytes(querier, &question.into())?;
    Ok((!record.is_empty()).then(|| record.into()))
}

/// What a contract answered to a message that another sent, still wrapped: chains below CosmWasm 2.0 fill `data` alone, later
/// ones the first of `msg_responses`, too.
pub fn answered(response: &SubMsgResponse) -> Option<&Binary> {
    #[allow(deprecated, reason = "chains below CosmWasm 2.0 fill `data` alone")]
    let data = response.data.as_ref();
    response.msg_responses.first().map(|first| &first.value).or(data)
}

#[inline(never)]
fn tree(querier: QuerierWrapper<'_>, question: &QueryRequest<Empty>) -> StdResult<Json> {
    from_json(bytes(querier, question)?)
}

#[inline(never)]
fn bytes(querier: QuerierWrapper<'_>, question: &QueryRequest<Empty>) -> StdResult<Binary> {
    match querier.raw_query(&write::json(question)?) {
        SystemResult::Err(error) => Err(StdError::msg(format!("Querier system error: {error}"))),
        SystemResult::Ok(ContractResult::Err(error)) => {
            Err(StdError::msg(format!("Querier contract error: {error}")))
        }
        SystemResult::Ok(ContractResult::Ok(answer)) => Ok(answer),
    }
}
