use api::btc_light_client::AdminResponse;
use cosmwasm_std::Storage;

use crate::error::ContractError;
use crate::state::{Admin, Pending};

pub fn admin(storage: &dyn Storage) -> Result<AdminResponse, ContractError> {
    let Admin { current, pending } = Admin::load(storage)?;
    Ok(AdminResponse {
        admin: current.map(Into::into),
        pending_renounce: pending == Pending::Renounce,
        pending_admin: match pending {
            Pending::Transfer(proposed) => Some(proposed.into()),
            Pending::Nothing | Pending::Renounce => None,
        },
    })
}
