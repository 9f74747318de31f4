use cosmwasm_std::{DepsMut, Env, Response};

use crate::error::ContractError;
use crate::intake::{quarantine, queue};

/// Tries items again that could not be applied, and works off some of those that wait. Anybody may ask.
pub fn retry_quarantined(deps: DepsMut<'_>, env: &Env, ids: &[u64]) -> Result<Response, ContractError> {
    let mut done = queue::work_off(deps.storage, deps.api, env)?;
    done.add(quarantine::retry(deps.storage, deps.api, ids)?);
    Ok(Response::new()
        .add_attribute("action", "retry_quarantined")
        .add_attributes(done.attributes())
        .add_attribute("gone", done.gone.to_string())
        .add_events(done.events)
        .add_submessages(done.messages))
}
