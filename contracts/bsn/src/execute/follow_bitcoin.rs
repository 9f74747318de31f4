use cosmwasm_std::{DepsMut, Response};

use crate::bitcoin;
use crate::error::ContractError;

/// Takes what the light client has learned. The hooks send this to ourselves; anybody may.
pub fn follow_bitcoin(deps: DepsMut<'_>) -> Result<Response, ContractError> {
    let events = bitcoin::follow(deps.storage, deps.querier)?;
    Ok(Response::new().add_attribute("action", "follow_bitcoin").add_events(events))
}
