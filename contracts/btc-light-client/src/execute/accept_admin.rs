use cosmwasm_std::{DepsMut, MessageInfo, Response};

use crate::error::ContractError;
use crate::state::{Admin, Pending};

pub fn accept_admin(deps: DepsMut, info: MessageInfo) -> Result<Response, ContractError> {
    let Admin { current, pending } = Admin::load(deps.storage)?;
    let sender = info.sender;

    let next = match pending {
        Pending::Nothing => return Err(ContractError::NothingProposed),
        Pending::Transfer(proposed) if proposed == sender => Some(proposed),
        Pending::Renounce if current.as_ref() == Some(&sender) => None,
        _ => return Err(ContractError::Unauthorized { sender, action: "accept the change of admin" }),
    };

    Admin { current: next, pending: Pending::Nothing }.record(deps.storage)?;
    Ok(Response::new().add_attribute("action", "accept_admin").add_attribute("sender", sender))
}
