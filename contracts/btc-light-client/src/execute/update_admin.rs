use api::btc_light_client::Network;
use cosmwasm_std::{DepsMut, MessageInfo, Response};

use crate::error::ContractError;
use crate::state::{Admin, Config, Pending};

pub fn update_admin(
    deps: DepsMut,
    info: MessageInfo,
    proposed: Option<String>,
) -> Result<Response, ContractError> {
    let admin = Admin::load(deps.storage)?;
    admin.check(&info.sender, "propose an admin")?;
    let pending = match proposed {
        Some(text) => Pending::Transfer(deps.api.addr_validate(&text)?),
        None if Config::load(deps.storage)?.network == Network::Mainnet => {
            return Err(ContractError::NotOnMainnet { action: "renouncing the admin" });
        }
        None => Pending::Renounce,
    };

    Admin { pending, ..admin }.record(deps.storage)?;
    Ok(Response::new().add_attribute("action", "update_admin").add_attribute("sender", info.sender))
}
