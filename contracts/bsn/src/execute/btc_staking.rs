use api::bsn::FinalityProviderItem;
use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use proto::btcstaking::NewFinalityProvider;
use proto::decode::RawItem;

use super::{check_admin, check_regtest};
use crate::state::CONFIG;
use crate::{ContractError, ibc};

/// Injects finality providers: for the daemons' own test suites, on regtest only.
pub fn btc_staking(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    new_fp: Vec<FinalityProviderItem>,
) -> Result<Response, ContractError> {
    check_regtest(deps.storage, "injecting stake")?;
    check_admin(deps.storage, info, "inject stake")?;
    let config = CONFIG.load(deps.storage)?;
    let items = new_fp
        .into_iter()
        .map(|item| {
            RawItem::from(&NewFinalityProvider {
                addr: item.addr,
                btc_pk_hex: item.btc_pk_hex,
                bsn_id: item.consumer_id,
                ..Default::default()
            })
        })
        .collect();
    let applied = ibc::apply_items(deps.storage, deps.api, env, &config, items)?;
    Ok(Response::new().add_attribute("action", "btc_staking").add_events(applied.events))
}
