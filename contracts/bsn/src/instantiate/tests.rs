use super::*;
use crate::config::DENOMS_MAX;
use crate::state::CONFIG;
use cosmwasm_std::testing::{MockApi, MockQuerier, MockStorage, message_info, mock_dependencies, mock_env};
use cosmwasm_std::{CosmosMsg, OwnedDeps, Querier, QuerierResult, SystemError, SystemResult, from_json};

const LEGACY: &str = r#"{"network":"regtest","btc_confirmation_depth":1,"checkpoint_finalization_timeout":2,
    "consumer_name":"n","consumer_description":"d","ics20_channel_id":"channel-0","destination_module":"btcstaking",
    "btc_staking_code_id":3,"btc_finality_code_id":4,"babylon_tag":"01020304"EXTRA}"#;

fn deps() -> OwnedDeps<MockStorage, MockApi, MockQuerier> {
    let mut deps = mock_dependencies();
    deps.querier.staking.update("stake", &[], &[]);
    deps
}

fn started(extra: &str) -> Result<Progress, ContractError> {
    let mut deps = deps();
    let info = message_info(&deps.api.addr_make("creator"), &[]);
    let msg: InstantiateMsg = from_json(LEGACY.replace("EXTRA", extra)).unwrap();
    instantiate(deps.as_mut(), &mock_env(), &info, msg)?;
    Ok(Progress::load(&deps.storage).unwrap())
}

#[test]
fn the_cursor_starts_where_the_contract_does_however_old_the_chain_is() {
    let now = mock_env().block.height;
    let progress = started("").unwrap();
    for at in [progress.marks.cursor, progress.marks.settled, progress.marks.judged] {
        assert_eq!(at.get(), now - 1);
    }
    assert_eq!(progress.marks.activation.get(), 1);
    let later = started(r#","finality_activation_height":99999999"#).unwrap();
    assert_eq!(later.marks.cursor.get(), 99_999_998);
}

/// A chain without x/staking.
struct NoStaking;

impl Querier for NoStaking {
    fn raw_query(&self, _: &[u8]) -> QuerierResult {
        SystemResult::Err(SystemError::UnsupportedRequest { kind: "staking".into() })
    }
}

#[test]
fn without_a_bonded_denom_the_reward_denoms_suffice() {
    let instantiated = |extra: &str| {
        let (mut storage, api) = (MockStorage::new(), MockApi::default());
        let deps = DepsMut { storage: &mut storage, api: &api, querier: QuerierWrapper::new(&NoStaking) };
        let info = message_info(&api.addr_make("creator"), &[]);
        instantiate(deps, &mock_env(), &info, from_json(LEGACY.replace("EXTRA", extra)).unwrap())?;
        Ok::<_, ContractError>(CONFIG.load(&storage).unwrap())
    };
    let config = instantiated(r#","reward_denoms":["ufee"]"#).unwrap();
    assert_eq!((config.denom.as_str(), config.reward_denoms), ("", vec!["ufee".to_owned()]));
    for none in ["", r#","reward_denoms":[]"#] {
        assert!(instantiated(none).unwrap_err().to_string().contains("staking"), "{none}");
    }
}

#[test]
fn the_address_of_the_light_client_is_known_beforehand() {
    let mut deps = deps();
    let info = message_info(&deps.api.addr_make("creator"), &[]);
    let json = LEGACY.replace("EXTRA", r#","btc_light_client_code_id":5"#);
    let response = instantiate(deps.as_mut(), &mock_env(), &info, from_json(json).unwrap()).unwrap();
    let CosmosMsg::Wasm(WasmMsg::Instantiate2 { code_id, salt, .. }) = &response.messages[0].msg else {
        panic!("{:?}", response.messages);
    };
    assert_eq!((*code_id, salt.as_slice()), (5, &b"btc-light-client"[..]));
}

#[test]
fn no_config_is_half_valid() {
    let refused = |extra: &str| started(extra).unwrap_err().to_string();
    assert!(refused(r#","reward_interval":0"#).contains("reward_interval must be from 1"));
    assert!(refused(r#","max_active_finality_providers":201"#).contains("max_active_finality_providers"));
    assert!(refused(r#","ibc_packet_timeout_days":0"#).contains("ibc_packet_timeout_days"));
    let mainnet = |extra: &str| {
        let mut deps = deps();
        let info = message_info(&deps.api.addr_make("creator"), &[]);
        let json = LEGACY.replace("regtest", "mainnet").replace("EXTRA", extra);
        let json = json.replace("\"btc_confirmation_depth\":1", "\"btc_confirmation_depth\":10");
        let json = json.replace("_timeout\":2", "_timeout\":100");
        instantiate(deps.as_mut(), &mock_env(), &info, from_json(json).unwrap()).unwrap_err().to_string()
    };
    assert!(mainnet("").contains("babylon_chain_id"));
    assert!(mainnet(r#","babylon_chain_id":"bbn-1""#).contains("admin"));
}

fn knob(name: &str, value: u64) -> Result<Progress, ContractError> {
    started(&format!(r#","{name}":{value}"#))
}

#[test]
fn every_knob_is_held_within_its_bounds_at_instantiation() {
    for finality::params::Bound { name, min, max, .. } in Params::default().bounds() {
        assert!(knob(name, min).is_ok() && knob(name, max).is_ok(), "{name}");
        let refused = |value: u64| knob(name, value).unwrap_err().to_string();
        assert!(refused(max + 1).contains(name), "{name}");
        if let Some(below) = min.checked_sub(1) {
            assert!(refused(below).contains(name), "{name}");
        }
    }
}

#[test]
fn every_other_setting_has_bounds_too() {
    let with = |from: &str, to: &str| {
        let mut deps = deps();
        let info = message_info(&deps.api.addr_make("creator"), &[]);
        let json = LEGACY.replace("EXTRA", "").replace(from, to);
        instantiate(deps.as_mut(), &mock_env(), &info, from_json(json).unwrap())
    };
    let depth = |k: u64| with("\"btc_confirmation_depth\":1", &format!("\"btc_confirmation_depth\":{k}"));
    let timeout = |w: u64| with("_timeout\":2", &format!("_timeout\":{w}"));
    for (good, bad) in [(1, 0), (10_000, 10_001)] {
        assert!(depth(good).is_ok() && depth(bad).is_err(), "k {good} {bad}");
        assert!(timeout(good).is_ok() && timeout(bad).is_err(), "w {good} {bad}");
    }
    let days = |days: u64| started(&format!(r#","ibc_packet_timeout_days":{days}"#));
    for (good, bad) in [(1, 0), (365, 366)] {
        assert!(days(good).is_ok() && days(bad).is_err(), "{good} {bad}");
    }
    let denoms = |denoms: &[String]| started(&format!(r#","reward_denoms":{denoms:?}"#));
    let many: Vec<String> = (0..=DENOMS_MAX).map(|number| format!("u{number}")).collect();
    assert!(denoms(&[]).is_ok() && denoms(&many[..DENOMS_MAX]).is_ok());
    assert!(denoms(&many).is_err(), "one too many");
    assert!(denoms(&["u".repeat(128)]).is_ok());
    for bad in [vec![String::new()], vec!["u".repeat(129)], vec!["u".to_owned(), "u".to_owned()]] {
        assert!(denoms(&bad).is_err(), "{bad:?}");
    }
    for empty in [
        ("\"consumer_name\":\"n\"", "\"consumer_name\":\" \""),
        ("\"consumer_description\":\"d\"", "\"consumer_description\":\"\""),
        ("\"channel-0\"", "\" \""),
        ("\"btcstaking\"", "\"\""),
    ] {
        assert!(matches!(with(empty.0, empty.1), Err(ContractError::Config { .. })), "{empty:?}");
    }
}

#[test]
fn a_live_network_has_floors_that_regtest_has_not() {
    let live = |network: &str, w: u64, retention: u64| {
        let mut deps = deps();
        let info = message_info(&deps.api.addr_make("creator"), &[]);
        let json = LEGACY
            .replace("regtest", network)
            .replace("_timeout\":2", &format!("_timeout\":{w}"))
            .replace("EXTRA", &format!(r#","anchor_retention_s":{retention}"#));
        instantiate(deps.as_mut(), &mock_env(), &info, from_json(json).unwrap()).is_ok()
    };
    let floor = 2 * 86_400;
    assert!(live("signet", 2, floor) && !live("signet", 2, floor - 1));
    let deep = 3 * 100 * 600;
    assert!(live("signet", 100, deep) && !live("signet", 100, deep - 1));
    assert!(live("regtest", 100, 60));
}
