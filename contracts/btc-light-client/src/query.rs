mod admin;
mod config;
mod headers;
mod inclusion;
mod rules;

use api::btc_light_client::QueryMsg;
use api::write::json;
use cosmwasm_std::{Binary, Deps};

use crate::error::ContractError;

pub fn query(deps: Deps, msg: QueryMsg) -> Result<Binary, ContractError> {
    let storage = deps.storage;
    Ok(match msg {
        QueryMsg::Admin {} => json(&admin::admin(storage)?),
        QueryMsg::Config {} => json(&config::config(storage)?),
        QueryMsg::BtcBaseHeader {} => json(&headers::base(storage)?),
        QueryMsg::BtcTipHeader {} => json(&headers::tip(storage)?),
        QueryMsg::BtcHeader { height } => json(&headers::by_height(storage, height)?),
        QueryMsg::BtcHeaderByHash { hash } => json(&headers::by_hash(storage, &hash)?),
        QueryMsg::BtcHeaders { start_after, limit, reverse } => {
            json(&headers::range(storage, start_after, limit, reverse.unwrap_or_default()))
        }
        QueryMsg::Confirmations { hash } => json(&inclusion::confirmations(storage, &hash)?),
        QueryMsg::IsIncluded { txid, block_hash, index, proof, min_depth } => {
            let claim = inclusion::Claim::parse(&txid, &block_hash, index, &proof)?;
            json(&inclusion::is_included(storage, &claim, min_depth)?)
        }
        QueryMsg::Rules {} => json(&rules::rules(storage)?),
    }?)
}
