use api::bsn::BitcoinHealth;
use cosmwasm_std::{Deps, Env};

use crate::bitcoin::LightClient;
use crate::error::ContractError;
use crate::host;
use crate::state::{BITCOIN, CONFIG, Progress};

/// How Bitcoin is, as the light client knows it at this moment.
pub fn health(deps: Deps<'_>, env: &Env) -> Result<BitcoinHealth, ContractError> {
    let address = CONFIG.load(deps.storage)?.btc_light_client;
    let tip = address.and_then(|address| LightClient { querier: deps.querier, address: &address }.tip());
    Ok(BitcoinHealth {
        tip_height: tip.map(|tip| tip.height.get()),
        tip_age_s: tip.map(|tip| host::now(env).since(tip.time.into()).get()),
        refused: BITCOIN.may_load(deps.storage)?.unwrap_or_default().refused,
        expiring: Progress::load(deps.storage)?.expiring,
    })
}
