use cosmwasm_std::{DepsMut, Env, Response};

use crate::bitcoin;
use crate::error::ContractError;
use crate::host;

/// Takes what the light client has learned. The hooks send this to ourselves; anybody may.
pub fn follow_bitcoin(deps: DepsMut<'_>, env: &Env) -> Result<Response, ContractError> {
    let events = bitcoin::follow(deps.storage, deps.querier, host::now(env))?;
    Ok(Response::new().add_attribute("action", "follow_bitcoin").add_events(events))
}
