use api::btc_light_client::{InstantiateMsg, Network, PinnedHeader};
use api::contract_info::ContractInfo;
use bitcoin_spv::{Header, U256, Work};
use cosmwasm_std::{DepsMut, MessageInfo, Response};

use crate::error::ContractError;
use crate::parse::{check_no_funds, own_work, parse_addresses, parse_base};
use crate::state::{Admin, Base, Chain, Config, NAME, Pending, VERSION};

pub fn instantiate(deps: DepsMut, info: MessageInfo, msg: InstantiateMsg) -> Result<Response, ContractError> {
    let InstantiateMsg {
        network,
        btc_confirmation_depth,
        checkpoint_finalization_timeout,
        admin,
        submitters,
        retained_headers,
        max_headers,
        checkpoint,
    } = msg;
    check_no_funds(&info)?;
    let config = Config {
        network,
        babylon: info.sender,
        btc_confirmation_depth,
        checkpoint_finalization_timeout,
        submitters: parse_addresses(deps.api, &submitters.unwrap_or_default())?,
        retained_headers: retained_headers.unwrap_or(Config::RETAINED_HEADERS),
        max_headers: max_headers.unwrap_or(Config::MAX_HEADERS),
    };
    let config = match retained_headers {
        Some(_) => config.check()?,
        None => config.with_retention().check()?,
    };
    let admin = admin.map(|admin| deps.api.addr_validate(&admin)).transpose()?;
    let base = checkpoint.map(parse_pinned).transpose()?;
    check_pin(network, base.as_ref())?;

    ContractInfo::save(deps.storage, NAME, VERSION)?;
    config.record(deps.storage)?;
    Admin { current: admin, pending: Pending::Nothing }.record(deps.storage)?;
    if let Some(base) = base {
        Chain::begin(deps.storage, &base, &config.params())?;
    }
    Ok(Response::new().add_attribute("action", "instantiate"))
}

/// Refuses to pin a period's first header on mainnet. Nothing but the sender's word vouches for that header, and it alone
/// decides the next target: with a wrong one the true header at the next retarget would be refused for ever. A rebase
/// corrects that on other networks; mainnet has none. To have the first new target exact, begin at a period's first header.
fn check_pin(network: Network, base: Option<&Base>) -> Result<(), ContractError> {
    if network == Network::Mainnet && base.is_some_and(|base| base.period_start.is_some()) {
        return Err(ContractError::NotOnMainnet { action: "pinning a period's first header" });
    }
    Ok(())
}

fn parse_pinned(pinned: PinnedHeader) -> Result<Base, ContractError> {
    let PinnedHeader { height, header_hex, work, period_start_header_hex } = pinned;
    let header = Header::from_hex(&header_hex)?;
    let work = match work {
        Some(text) => U256::from_decimal(&text)
            .map(Work::new)
            .ok_or_else(|| ContractError::Work { culprit: text.chars().take(80).collect() })?,
        None => own_work(&header),
    };
    parse_base(height, header, work, period_start_header_hex)
}
