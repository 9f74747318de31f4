mod admin;
mod config;
mod headers;
mod inclusion;
mod rules;

use api::btc_light_client::QueryMsg;
use cosmwasm_std::{Binary, Deps, to_json_binary};

use crate::error::ContractError;

pub fn query(deps: Deps, msg: QueryMsg) -> Result<Binary, ContractError> {
    let storage = deps.storage;
    Ok(match msg {
        QueryMsg::Admin {} => to_json_binary(&admin::admin(storage)?),
        QueryMsg::Config {} => to_json_binary(&config::config(storage)?),
        QueryMsg::BtcBaseHeader {} => to_json_binary(&headers::base(storage)?),
        QueryMsg::BtcTipHeader {} => to_json_binary(&headers::tip(storage)?),
        QueryMsg::BtcHeader { height } => to_json_binary(&headers::by_height(storage, height)?),
        QueryMsg::BtcHeaderByHash { hash } => to_json_binary(&headers::by_hash(storage, &hash)?),
        QueryMsg::BtcHeaders { start_after, limit, reverse } => {
            to_json_binary(&headers::range(storage, start_after, limit, reverse.unwrap_or_default()))
        }
        QueryMsg::Confirmations { hash } => to_json_binary(&inclusion::confirmations(storage, &hash)?),
        QueryMsg::IsIncluded { txid, block_hash, index, proof, min_depth } => {
            let claim = inclusion::Claim::parse(&txid, &block_hash, index, &proof)?;
            to_json_binary(&inclusion::is_included(storage, &claim, min_depth)?)
        }
        QueryMsg::Rules {} => to_json_binary(&rules::rules(storage)?),
    }?)
}
