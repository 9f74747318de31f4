use api::btc_light_client::ConfigResponse;
use cosmwasm_std::Storage;

use crate::error::ContractError;
use crate::state::Config;

pub fn config(storage: &dyn Storage) -> Result<ConfigResponse, ContractError> {
    let Config {
        network,
        babylon,
        btc_confirmation_depth,
        checkpoint_finalization_timeout,
        submitters,
        retained_headers,
        max_headers,
    } = Config::load(storage)?;
    Ok(ConfigResponse {
        network,
        btc_confirmation_depth,
        checkpoint_finalization_timeout,
        babylon_contract_address: babylon.into(),
        submitters: submitters.into_iter().map(Into::into).collect(),
        retained_headers,
        max_headers,
    })
}
