use cosmwasm_std::{DepsMut, MessageInfo, Response};

use crate::error::ContractError;
use crate::parse::parse_addresses;
use crate::state::{Admin, Config};

/// What shall be different.
pub struct Changes {
    pub btc_confirmation_depth: Option<u32>,
    pub checkpoint_finalization_timeout: Option<u32>,
    pub submitters: Option<Vec<String>>,
    pub retained_headers: Option<u32>,
    pub max_headers: Option<u32>,
}

pub fn update_config(deps: DepsMut, info: MessageInfo, changes: Changes) -> Result<Response, ContractError> {
    Admin::load(deps.storage)?.check(&info.sender, "update the configuration")?;
    let submitters = changes.submitters.map(|texts| parse_addresses(deps.api, &texts)).transpose()?;
    let old = Config::load(deps.storage)?;

    let config = Config {
        network: old.network,
        babylon: old.babylon,
        btc_confirmation_depth: changes.btc_confirmation_depth.unwrap_or(old.btc_confirmation_depth),
        checkpoint_finalization_timeout: changes
            .checkpoint_finalization_timeout
            .unwrap_or(old.checkpoint_finalization_timeout),
        submitters: submitters.unwrap_or(old.submitters),
        retained_headers: changes.retained_headers.unwrap_or(old.retained_headers),
        max_headers: changes.max_headers.unwrap_or(old.max_headers),
    }
    .check()?;

    config.record(deps.storage)?;
    Ok(Response::new().add_attribute("action", "update_config").add_attribute("sender", info.sender))
}
