use api::bsn::InjectedItem;
use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use proto::btcstaking::{ActiveBtcDelegation, NewFinalityProvider, UnbondedBtcDelegation};
use proto::decode::RawItem;

use super::{check_admin, check_regtest};
use crate::error::ContractError;
use crate::intake;
use crate::state::CONFIG;

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
    let done = intake::apply_items(deps.storage, deps.api, env, &config, items)?;
    Ok(Response::new()
        .add_attribute("action", "btc_staking")
        .add_attributes(done.attributes())
        .add_events(done.events)
        .add_submessages(done.messages))
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

#[cfg(test)]
mod tests {
    use api::bsn::Network;
    use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env};

    use super::*;
    use crate::execute::slash;
    use crate::ibc::tests::config;
    use crate::state::{ADMINS, Admins, CHANNELS, COUNTERS, Channels, Config, Counters, Progress};

    fn fp(seed: u8) -> InjectedItem {
        let key = eots::SecretKey::from_slice(&[seed; 32]).unwrap();
        let btc_pk_hex = primitives::FpPublicKey::from(key.public_key()).to_string();
        let fp = format!(r#"{{"btc_pk_hex":"{btc_pk_hex}","consumer_id":"07-tendermint-0"}}"#);
        cosmwasm_std::from_json(fp).unwrap()
    }

    /// Who makes stake by a message: nobody on a live network, and on regtest its admin.
    #[test]
    fn only_regtests_admin_injects_and_slashes() {
        let networks =
            [Network::Mainnet, Network::Testnet, Network::Testnet4, Network::Signet, Network::Regtest];
        for network in networks {
            for sender in ["admin", "stranger"] {
                let mut deps = mock_dependencies();
                let (env, may) = (mock_env(), network == Network::Regtest && sender == "admin");
                let [admin, sender] = ["admin", sender].map(|name| deps.api.addr_make(name));
                CONFIG.save(&mut deps.storage, &Config { network, ..config() }).unwrap();
                ADMINS.save(&mut deps.storage, &Admins { admin: Some(admin.into()), pending: None }).unwrap();
                COUNTERS.save(&mut deps.storage, &Counters::default()).unwrap();
                CHANNELS.save(&mut deps.storage, &Channels::default()).unwrap();
                Progress::default().save(&mut deps.storage).unwrap();
                let known = vec![finality_provider(fp(6))];
                intake::apply_items(&mut deps.storage, &deps.api, &env, &config(), known).unwrap();

                let info = message_info(&sender, &[]);
                let injected = btc_staking(deps.as_mut(), &env, &info, vec![fp(7)], vec![], vec![]);
                assert_eq!(injected.is_ok(), may, "{network:?} {sender}");
                assert_eq!(COUNTERS.load(&deps.storage).unwrap().providers, 1 + u32::from(may));
                let slashed = slash::slash(deps.as_mut(), &env, &info, &fp(6).btc_pk_hex);
                assert_eq!(slashed.is_ok(), may, "{network:?} {sender}");
            }
        }
    }
}
