mod items;
mod params;
mod payout;
mod trust;

use api::btc_staking::{ConfigResponse, QueryMsg, SelfStakeTerms};
use api::write::json;
use cosmwasm_std::{Binary, Deps};
use primitives::FpPublicKey;

use crate::error::ContractError;
use crate::parse;
use crate::state::{CONFIG, Config, SelfStake};
use items::Page;

pub fn query(deps: Deps<'_>, msg: QueryMsg) -> Result<Binary, ContractError> {
    let storage = deps.storage;
    Ok(match msg {
        QueryMsg::Config {} => json(&config(CONFIG.load(storage)?)),
        QueryMsg::Item { txid, output } => json(&items::item(storage, parse::outpoint(&txid, output)?)?),
        QueryMsg::Items { after_txid, after_output, limit } => {
            json(&items::page(storage, &Page::parse(after_txid, after_output, limit)?, |_| true)?)
        }
        QueryMsg::Staker { staker_pk_hex, after_txid, after_output, limit } => {
            let (key, page) = (parse::key(&staker_pk_hex)?, Page::parse(after_txid, after_output, limit)?);
            json(&items::page(storage, &page, |item| item.staker == key)?)
        }
        QueryMsg::Fp { fp_pubkey_hex, after_txid, after_output, limit } => {
            let (key, page) = (parse::key(&fp_pubkey_hex)?, Page::parse(after_txid, after_output, limit)?);
            json(&items::page(storage, &page, |item| item.fp() == key)?)
        }
        QueryMsg::Params { family, start_after } => json(&params::params(storage, family, start_after)?),
        QueryMsg::SlashingData { txid, output } => {
            json(&items::slashing_data(deps, parse::outpoint(&txid, output)?)?)
        }
        QueryMsg::Trust {} => json(&trust::trust(storage)?),
        QueryMsg::Payout { staker_pk_hex } => json(&payout::payout(storage, &parse::key(&staker_pk_hex)?)?),
        QueryMsg::Rewards { txid, output } => {
            json(&payout::rewards(storage, parse::outpoint(&txid, output)?)?)
        }
        QueryMsg::StakerRewards { staker_pk_hex, after_txid, after_output, limit } => {
            let (key, page) = (parse::key(&staker_pk_hex)?, Page::parse(after_txid, after_output, limit)?);
            json(&payout::staker(storage, &key, &page)?)
        }
        QueryMsg::FpRewards { fp_pubkey_hex } => {
            json(&payout::fp(storage, &FpPublicKey::from_hex(&fp_pubkey_hex)?)?)
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
        self_stake: config.self_stake.map(|SelfStake { min_sats, min_timelock, exit_time }| SelfStakeTerms {
            min_sats,
            min_timelock,
            exit_time,
        }),
    }
}
