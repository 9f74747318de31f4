use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};

use super::check_admin;
use crate::error::ContractError;
use crate::state::CONFIG;

/// Scripts of the incumbent tell its contracts of each other. Ours is one, and its roots of trust change only by
/// migration: naming what is set succeeds, anything else does not (RULINGS.md, "Roots of trust").
pub fn update_addresses(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    this: &str,
    btc_light_client: Option<&str>,
) -> Result<Response, ContractError> {
    check_admin(deps.storage, info, "name contracts")?;
    let config = CONFIG.load(deps.storage)?;
    let is_ours = this == env.contract.address.as_str();
    if !is_ours || btc_light_client.is_some() && btc_light_client != config.btc_light_client.as_deref() {
        return Err(ContractError::Config { reason: "addresses change only by migration".into() });
    }
    Ok(Response::new().add_attribute("action", "update_addresses").add_attribute("sender", &info.sender))
}
