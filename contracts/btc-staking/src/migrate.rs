use api::contract_info::ContractInfo;
use cosmwasm_std::{DepsMut, Response};

use crate::error::ContractError;
use crate::state::{NAME, VERSION};

pub fn migrate(deps: DepsMut<'_>) -> Result<Response, ContractError> {
    let found = ContractInfo::load(deps.storage)?;
    if found.contract != NAME {
        return Err(ContractError::OtherContract { expected: NAME, found: found.contract });
    }
    match (parse_version(&found.version), parse_version(VERSION)) {
        (Some(from), Some(to)) if from <= to => {}
        _ => return Err(ContractError::Downgrade { expected: VERSION, found: found.version }),
    }
    ContractInfo::save(deps.storage, NAME, VERSION)?;
    Ok(Response::new().add_attribute("action", "migrate").add_attribute("from_version", found.version))
}

/// `major.minor.patch`.
fn parse_version(text: &str) -> Option<[u64; 3]> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    let version = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(version)
}
