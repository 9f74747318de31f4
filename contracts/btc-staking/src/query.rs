mod items;
mod params;
mod payout;
mod trust;

use api::btc_staking::{ConfigResponse, QueryMsg};
use cosmwasm_std::{Binary, Deps, to_json_binary};
use primitives::FpPublicKey;

use crate::error::ContractError;
use crate::parse;
use crate::state::{CONFIG, Config};
use items::Page;

pub fn query(deps: Deps<'_>, msg: QueryMsg) -> Result<Binary, ContractError> {
    let storage = deps.storage;
    Ok(match msg {
        QueryMsg::Config {} => to_json_binary(&config(CONFIG.load(storage)?)),
        QueryMsg::Item { txid, output } => {
            to_json_binary(&items::item(storage, parse::outpoint(&txid, output)?)?)
        }
        QueryMsg::Items { after_txid, after_output, limit } => {
            to_json_binary(&items::page(storage, &Page::parse(after_txid, after_output, limit)?, |_| true)?)
        }
        QueryMsg::Staker { staker_pk_hex, after_txid, after_output, limit } => {
            let (key, page) = (parse::key(&staker_pk_hex)?, Page::parse(after_txid, after_output, limit)?);
            to_json_binary(&items::page(storage, &page, |item| item.staker == key)?)
        }
        QueryMsg::Fp { fp_pubkey_hex, after_txid, after_output, limit } => {
            let (key, page) = (parse::key(&fp_pubkey_hex)?, Page::parse(after_txid, after_output, limit)?);
            to_json_binary(&items::page(storage, &page, |item| item.fp() == key)?)
        }
        QueryMsg::Params { family, start_after } => {
            to_json_binary(&params::params(storage, family, start_after)?)
        }
        QueryMsg::SlashingData { txid, output } => {
            to_json_binary(&items::slashing_data(deps, parse::outpoint(&txid, output)?)?)
        }
        QueryMsg::Trust {} => to_json_binary(&trust::trust(storage)?),
        QueryMsg::Payout { staker_pk_hex } => {
            to_json_binary(&payout::payout(storage, &parse::key(&staker_pk_hex)?)?)
        }
        QueryMsg::Rewards { txid, output } => {
            to_json_binary(&payout::rewards(storage, parse::outpoint(&txid, output)?)?)
        }
        QueryMsg::StakerRewards { staker_pk_hex, after_txid, after_output, limit } => {
            let (key, page) = (parse::key(&staker_pk_hex)?, Page::parse(after_txid, after_output, limit)?);
            to_json_binary(&payout::staker(storage, &key, &page)?)
        }
        QueryMsg::FpRewards { fp_pubkey_hex } => {
            to_json_binary(&payout::fp(storage, &FpPublicKey::from_hex(&fp_pubkey_hex)?)?)
        }
    }?)
}

fn config(config: Config) -> ConfigResponse {
    ConfigResponse {
        bsn: config.bsn.into(),
        btc_light_client: config.light_client.into(),
        network: config.network,
        btc_confirmation_depth: config.k,
        checkpoint_finalization_timeout: config.w,
        challenge_delay: config.challenge_delay,
        governance: config.governance.map(Into::into),
    }
}
