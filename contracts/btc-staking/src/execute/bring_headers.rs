use api::btc_staking::Ancestry;
use cosmwasm_std::{DepsMut, Response};

use crate::chain::Chain;
use crate::error::{AncestryError, ContractError};
use crate::parse;
use crate::proofs::{self, MIN_BROUGHT};
use crate::state::{BROUGHT, Brought, Config};

#[inline(never)]
pub fn bring_headers(
    deps: DepsMut<'_>,
    config: &Config,
    ancestry: &Ancestry,
) -> Result<Response, ContractError> {
    let way_down = parse::way_down(ancestry)??;
    let got = way_down.headers.len();
    if got < MIN_BROUGHT {
        let most = parse::MAX_HEADERS;
        return Err(AncestryError::Count { got, least: MIN_BROUGHT, most }.into());
    }
    let chain = Chain::new(deps.querier, &config.light_client);
    let lowest = proofs::descend(deps.storage, &chain, &way_down)??;

    BROUGHT.save(deps.storage, lowest.hash.as_bytes(), &Brought::from(&lowest))?;
    Ok(Response::new()
        .add_attribute("action", "bring_headers")
        .add_attribute("height", lowest.height.to_string())
        .add_attribute("hash", lowest.hash.to_string()))
}
