use api::bsn::Network;
use cosmwasm_std::{DepsMut, MessageInfo, Response};

use super::check_admin;
use crate::error::ContractError;
use crate::state::{ADMINS, CONFIG};

/// Proposes another admin, or none. Nothing changes until that is accepted.
pub fn update_admin(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    admin: Option<String>,
) -> Result<Response, ContractError> {
    check_admin(deps.storage, info, "propose an admin")?;
    match &admin {
        Some(admin) => {
            deps.api.addr_validate(admin)?;
        }
        None if CONFIG.load(deps.storage)?.network == Network::Mainnet => {
            return Err(ContractError::Config { reason: "mainnet needs an admin".into() });
        }
        None => {}
    }
    let mut admins = ADMINS.load(deps.storage)?;
    admins.pending = Some(admin);
    ADMINS.save(deps.storage, &admins)?;
    Ok(Response::new().add_attribute("action", "update_admin").add_attribute("sender", &info.sender))
}

/// Accepts: the proposed account, or the admin itself where it is to be none.
pub fn accept_admin(deps: DepsMut<'_>, info: &MessageInfo) -> Result<Response, ContractError> {
    let mut admins = ADMINS.load(deps.storage)?;
    let sender = Some(info.sender.to_string());
    let accepted = match &admins.pending {
        Some(successor @ Some(_)) => *successor == sender,
        Some(None) => admins.admin == sender,
        None => false,
    };
    if !accepted {
        let sender = info.sender.to_string();
        return Err(ContractError::Unauthorized { sender, what: "accept to be admin" });
    }
    admins.admin = admins.pending.take().flatten();
    ADMINS.save(deps.storage, &admins)?;
    Ok(Response::new().add_attribute("action", "accept_admin").add_attribute("sender", &info.sender))
}
