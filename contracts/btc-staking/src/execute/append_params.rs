use api::btc_staking::{Family, Network, ParamsVersion};
use cosmwasm_std::{DepsMut, MessageInfo, Response};
use covenant::family::check_appended;

use crate::chain::Chain;
use crate::error::ContractError;
use crate::event::ParamsAppended;
use crate::parse;
use crate::state::{Config, append, family_name, last_version};

#[inline(never)]
pub fn append_params(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    config: &Config,
    family: Family,
    given: &ParamsVersion,
) -> Result<Response, ContractError> {
    let (version, params) = (given.version, parse::params(given)?);
    if config.governance.as_ref() != Some(&info.sender) {
        let (sender, action) = (info.sender.clone(), "append parameters");
        return Err(ContractError::Unauthorized { sender, action });
    }
    let tip = Chain::new(deps.querier, &config.light_client).tip()?.height;
    let is_mainnet = config.network == Network::Mainnet;
    let last = last_version(deps.storage, family)?;
    let before = last.as_ref().map(|(last, record)| Ok::<_, ContractError>((*last, record.params()?)));
    let before = before.transpose()?;
    let before = before.as_ref().map(|(last, params)| (*last, params));
    parse::check_own(family, version, &params, config.network)?;
    check_appended(before, version, &params, tip, is_mainnet)?;

    append(deps.storage, family, last, version, &params)?;
    let (family, activation) = (family_name(family), params.activation);
    Ok(Response::new().add_attribute("action", "append_params").add_event(ParamsAppended {
        family,
        version,
        activation,
    }))
}
