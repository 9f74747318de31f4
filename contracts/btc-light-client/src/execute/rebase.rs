use api::btc_light_client::Network;
use bitcoin_spv::Header;
use cosmwasm_std::{DepsMut, MessageInfo, Response};

use crate::error::ContractError;
use crate::{
    parse::{own_work, parse_base},
    state::{Admin, Chain, Config, record_rebase},
};

/// Costs about 2,500 SDK gas per header kept: lower `retained_headers` and let a few messages prune
/// first where that is too much for one block.
pub fn rebase(
    deps: DepsMut,
    info: MessageInfo,
    height: u32,
    header_hex: &str,
    period_start_header_hex: Option<String>,
) -> Result<Response, ContractError> {
    let header = Header::from_hex(header_hex)?;
    let base = parse_base(height, header, own_work(&header), period_start_header_hex)?;
    Admin::load(deps.storage)?.check(&info.sender, "rebase")?;
    let config = Config::load(deps.storage)?;
    if config.network == Network::Mainnet {
        return Err(ContractError::NotOnMainnet { action: "rebase" });
    }
    let old = Chain::load_started(deps.storage)?;

    Chain::clear(deps.storage);
    let mut chain = Chain::begin(deps.storage, &base, &config.params())?;
    chain.highest = chain.highest.max(old.highest);
    chain.record(deps.storage);
    let count = record_rebase(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "rebase")
        .add_attribute("sender", info.sender)
        .add_attribute("height", base.height.to_string())
        .add_attribute("hash", chain.context.hash.to_string())
        .add_attribute("rebases", count.to_string()))
}
