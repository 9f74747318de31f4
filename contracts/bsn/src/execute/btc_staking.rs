use api::bsn::InjectedItem;
use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use proto::btcstaking::{ActiveBtcDelegation, NewFinalityProvider, UnbondedBtcDelegation};
use proto::decode::RawItem;

use super::{check_admin, check_regtest};
use crate::state::CONFIG;
use crate::{ContractError, ibc};

/// Injects finality providers and delegations, and ends some: for the daemons' own test suites, on regtest only.
pub fn btc_staking(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    new_fp: Vec<InjectedItem>,
    active_del: Vec<InjectedItem>,
    unbonded_del: Vec<InjectedItem>,
) -> Result<Response, ContractError> {
    check_regtest(deps.storage, "injecting stake")?;
    check_admin(deps.storage, info, "inject stake")?;
    let config = CONFIG.load(deps.storage)?;
    let items = (new_fp.into_iter().map(finality_provider))
        .chain(active_del.into_iter().map(delegation))
        .chain(unbonded_del.into_iter().map(undelegation))
        .collect();
    let done = ibc::apply_items(deps.storage, deps.api, env, &config, items)?;
    Ok(Response::new()
        .add_attribute("action", "btc_staking")
        .add_attributes(done.attributes())
        .add_events(done.events))
}

fn finality_provider(item: InjectedItem) -> RawItem {
    RawItem::from(&NewFinalityProvider {
        addr: item.addr,
        btc_pk_hex: item.btc_pk_hex,
        bsn_id: item.consumer_id,
        ..Default::default()
    })
}

fn delegation(item: InjectedItem) -> RawItem {
    RawItem::from(&ActiveBtcDelegation {
        staker_addr: item.staker_addr,
        btc_pk_hex: item.btc_pk_hex,
        fp_btc_pk_list: item.fp_btc_pk_list,
        start_height: item.start_height,
        end_height: item.end_height,
        total_sat: item.total_sat,
        staking_tx: item.staking_tx.into(),
        staking_output_idx: item.staking_output_idx,
        unbonding_time: item.unbonding_time,
        params_version: item.params_version,
        ..Default::default()
    })
}

fn undelegation(item: InjectedItem) -> RawItem {
    RawItem::from(&UnbondedBtcDelegation { staking_tx_hash: item.staking_tx_hash, ..Default::default() })
}
