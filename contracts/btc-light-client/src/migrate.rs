use api::btc_light_client::Network;
use api::contract_info::ContractInfo;
use cosmwasm_std::{DepsMut, Response, Storage};

use crate::error::ContractError;
use crate::state::{Chain, Config, NAME, VERSION};

pub fn migrate(deps: DepsMut) -> Result<Response, ContractError> {
    let found = ContractInfo::load(deps.storage)?;
    if found.contract != NAME {
        return Err(ContractError::OtherContract { expected: NAME, found: found.contract });
    }
    match (parse_version(&found.version), parse_version(VERSION)) {
        (Some(from), Some(to)) if from <= to => {}
        _ => return Err(ContractError::Downgrade { expected: VERSION, found: found.version }),
    }
    take_over(deps.storage)?;
    ContractInfo::save(deps.storage, NAME, VERSION)?;
    Ok(Response::new()
        .add_attribute("action", "migrate")
        .add_attribute("from_version", found.version)
        .add_attribute("to_version", VERSION))
}

/// What 0.1.0 and 0.2.0 accepted and this version does not: fewer headers kept, and on mainnet a pinned start of a period,
/// which could be a wrong one. Neither record has changed its form.
fn take_over(storage: &mut dyn Storage) -> Result<(), ContractError> {
    let config = Config::load(storage)?.with_retention();
    config.record(storage)?;
    if let (Network::Mainnet, Some(chain)) = (config.network, Chain::load(storage)?) {
        chain.unpin(storage);
    }
    Ok(())
}

/// `major.minor.patch`, which is all that this contract was ever published under.
fn parse_version(text: &str) -> Option<[u64; 3]> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    let version = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(version)
}
