use cosmwasm_std::testing::{MockQuerier, mock_dependencies, mock_env};
use cosmwasm_std::{Binary, ContractResult, CosmosMsg, Event, SubMsgResponse, SystemResult, WasmQuery};

use super::*;
use crate::ibc::tests::config;
use crate::state::Config;

fn with(config: &Config, has_client: bool) -> Result<SubMsg, ContractError> {
    let mut deps = mock_dependencies();
    CONFIG.save(&mut deps.storage, config).unwrap();
    let verified = VerifiedStake { code_id: 9, settings: Binary::from(b"anything") };
    message(&deps.storage, &mock_env(), has_client, verified)
}

#[test]
fn it_is_made_with_this_contract_as_its_admin_and_then_migrated() {
    let this = mock_env().contract.address.to_string();
    let made = with(&config(), true).unwrap();
    let CosmosMsg::Wasm(WasmMsg::Instantiate2 { admin, code_id, msg, salt, .. }) = made.msg else { panic!() };
    assert_eq!((admin, code_id, &salt[..]), (Some(this), 9, &b"btc-staking"[..]));
    assert_eq!((&msg[..], made.id), (&b"anything"[..], VERIFIER_REPLY));
    assert!(with(&config(), false).unwrap_err().to_string().contains("needs a light client"));

    let bound = Config { stake_verifier: Some("it".into()), ..config() };
    let migrated = with(&bound, true).unwrap();
    let CosmosMsg::Wasm(WasmMsg::Migrate { contract_addr, new_code_id, msg }) = migrated.msg else {
        panic!()
    };
    assert_eq!((contract_addr.as_str(), new_code_id, &msg[..]), ("it", 9, &b"anything"[..]));
}

#[test]
fn its_address_is_the_one_that_the_chain_says() {
    let said = |event: Event| {
        #[allow(deprecated, reason = "chains fill it")]
        let response = SubMsgResponse { events: vec![event], data: None, msg_responses: vec![] };
        Reply { id: 7, payload: Binary::default(), gas_used: 0, result: SubMsgResult::Ok(response) }
    };
    let good = Event::new("instantiate").add_attribute("_contract_address", "it");
    assert_eq!(instantiated(said(good), "address").unwrap(), "it");
    for bad in [Event::new("instantiate"), Event::new("execute").add_attribute("_contract_address", "it")] {
        assert!(matches!(instantiated(said(bad), "address"), Err(ContractError::NotFound { .. })));
    }
}

/// It has nothing yet, something, and something that cannot be read.
#[test]
fn what_waits_is_read_where_it_can_be() {
    let asked = |totals: &'static [u8]| {
        let mut querier: MockQuerier = MockQuerier::default();
        querier.update_wasm(move |query| {
            let WasmQuery::Raw { contract_addr, key } = query else { panic!() };
            assert_eq!((contract_addr.as_str(), &key[..]), ("it", TOTALS_KEY));
            SystemResult::Ok(ContractResult::Ok(totals.into()))
        });
        health(QuerierWrapper::new(&querier), "it")
    };
    let none = VerifiedHealth { waiting: 0, waiting_since: None, unsent: 0 };
    assert_eq!(asked(&[]), Some(none));
    let some = VerifiedHealth { waiting: 3, waiting_since: Some(7), unsent: 1 };
    assert_eq!(asked(&[3, 7, 1]), Some(some));
    assert_eq!(asked(&[3, 7]), None);
}

/// Half of the shortest unbonding time, and never less than Bitcoin itself may need.
#[test]
fn a_tip_is_too_old_after_half_of_the_unbonding_time() {
    let after = |blocks: &'static [u8]| {
        let mut querier: MockQuerier = MockQuerier::default();
        querier.update_wasm(move |_| SystemResult::Ok(ContractResult::Ok(blocks.into())));
        stale_after(QuerierWrapper::new(&querier), "it").map(Seconds::get)
    };
    assert_eq!(after(&[3, 0xf0]), Some(504 * 600));
    assert_eq!(after(&[0, 73]), Some(36 * 600));
    assert_eq!(after(&[0, 71]), Some(6 * 3_600));
    assert_eq!(after(&[0, 1]), Some(6 * 3_600));
    assert_eq!((after(&[]), after(&[1])), (None, None));
}
