use cosmwasm_std::{DepsMut, Env, Response};

use crate::error::ContractError;
use crate::heights::{Block, anchor};
use crate::intake::queue;

/// The first call of a block gives it its anchor and its power; the second has its gas to itself and works off
/// staking items that wait.
pub fn begin_block(deps: DepsMut<'_>, env: &Env, block: &Block) -> Result<Response, ContractError> {
    let response = Response::new();
    Ok(match anchor::anchor(deps.storage, block)? {
        Some(events) => response.add_events(events),
        None => match queue::message(deps.storage, env)? {
            Some(message) => response.add_message(message),
            None => response,
        },
    })
}
