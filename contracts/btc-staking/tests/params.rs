//! Versions of parameters: the first ones, and those that are appended.

use api::btc_staking::{
    ConfigResponse, ExecuteMsg, Family, FamilyParams, InstantiateMsg, ParamsResponse, ParamsVersion,
    QueryMsg, SelfStakeTerms,
};
use btc_staking::{ContractError, entry};
use cosmwasm_std::testing::{MockApi, message_info, mock_dependencies, mock_env};
use cosmwasm_std::{ContractResult, SystemResult, from_json, to_json_binary};
use covenant::family::AppendError;

use crate::common::maker::{Maker, wire};
use crate::common::{World, config};

/// D-13, D-14, D-27
#[test]
fn parameters_are_appended() {
    let maker = Maker::new();
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let newer = Maker { version: 2, ..maker.clone() };
    let made = newer.nth(0, 1_000 + 2_016);
    assert_eq!(world.take(&made.item), "S01");

    let mut next = maker.params.clone();
    next.activation = (1_000 + 2_016).into();
    let append = |world: &mut World, params: ParamsVersion| {
        let msg = ExecuteMsg::AppendParams { family: Family::Babylon, params };
        world.send(&world.governance.clone(), msg)
    };
    let refused = |world: &mut World, params| match append(world, params) {
        Err(ContractError::Append(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&mut world, wire(3, &next)), AppendError::Version { got: 3, next: 2 });
    assert_eq!(refused(&mut world, wire(1, &next)), AppendError::Version { got: 1, next: 2 });
    let mut early = next.clone();
    early.activation = (1_000 + 2_015).into();
    let least = next.activation;
    let error = AppendError::Activation { version: 2, got: early.activation, least };
    assert_eq!(refused(&mut world, wire(2, &early)), error);

    let response = append(&mut world, wire(2, &next)).unwrap();
    assert_eq!(response.events[0].ty, "stake_params_appended");
    assert_eq!(world.trust().babylon.unwrap().version, 2);
    assert_eq!(world.take(&made.item), "waiting", "retried");
    let found: ParamsResponse =
        world.query(QueryMsg::Params { family: Family::Babylon, start_after: None }).unwrap();
    assert_eq!(found.versions, [maker.wire(), wire(2, &next)]);
    let found: ParamsResponse =
        world.query(QueryMsg::Params { family: Family::Babylon, start_after: Some(1) }).unwrap();
    assert_eq!(found.versions.len(), 1);
}

#[test]
fn only_governance_appends_and_only_where_there_is_one() {
    let maker = Maker::new();
    let mut next = maker.params.clone();
    next.activation = 9_000.into();
    let msg = ExecuteMsg::AppendParams { family: Family::Babylon, params: wire(2, &next) };
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    for sender in [world.stranger.clone(), world.bsn.clone()] {
        let refused = world.send(&sender, msg.clone());
        assert!(matches!(refused, Err(ContractError::Unauthorized { action: "append parameters", .. })));
    }
    let mut world = World::with(1_000, vec![maker.wire()], &maker.fps(), |msg| msg.governance = None);
    let refused = world.send(&world.governance.clone(), msg);
    assert!(matches!(refused, Err(ContractError::Unauthorized { .. })));
    assert_eq!(world.query::<ConfigResponse>(QueryMsg::Config {}).unwrap().governance, None);
}

/// D-14: a family that begins later begins with notice, too.
#[test]
fn a_family_without_a_version_gets_none_at_once() {
    let maker = Maker::new();
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let own = |activation: u32| {
        let mut params = maker.params.clone();
        (params.activation, params.max_fps) = (activation.into(), 1);
        ExecuteMsg::AppendParams { family: Family::Own, params: wire(1, &params) }
    };
    let refused = world.send(&world.governance.clone(), own(1_000 + 2_015));
    assert!(matches!(refused, Err(ContractError::Append(AppendError::Activation { .. }))), "{refused:?}");
    world.send(&world.governance.clone(), own(1_000 + 2_016)).unwrap();
}

/// By a `bsn` that says these depths.
fn instantiated(k: u32, w: u32, change: impl FnOnce(&mut InstantiateMsg)) -> Result<(), ContractError> {
    instantiated_by("regtest", k, w, change)
}

/// By a `bsn` of a network.
fn instantiated_on(
    network: &'static str,
    change: impl FnOnce(&mut InstantiateMsg),
) -> Result<(), ContractError> {
    instantiated_by(network, 6, 20, change)
}

fn instantiated_by(
    network: &str,
    k: u32,
    w: u32,
    change: impl FnOnce(&mut InstantiateMsg),
) -> Result<(), ContractError> {
    let network = network.to_owned();
    let (mut deps, api) = (mock_dependencies(), MockApi::default());
    let light_client = api.addr_make("light client");
    deps.querier.update_wasm(move |_| {
        let mut config: serde_json::Value = from_json(config(&light_client)).unwrap();
        config["network"] = network.clone().into();
        config["btc_confirmation_depth"] = k.into();
        config["checkpoint_finalization_timeout"] = w.into();
        SystemResult::Ok(ContractResult::Ok(to_json_binary(&config).unwrap()))
    });
    let mut msg = InstantiateMsg {
        challenge_delay: None,
        governance: None,
        families: vec![FamilyParams { family: Family::Babylon, versions: vec![Maker::new().wire()] }],
        self_stake: None,
    };
    change(&mut msg);
    let info = message_info(&api.addr_make("bsn"), &[]);
    entry::instantiate(deps.as_mut(), mock_env(), info, msg).map(|_| ())
}

#[test]
fn what_is_given_first_is_checked_with_its_culprit() {
    assert!(instantiated(6, 20, |_| {}).is_ok());
    type Change = fn(&mut InstantiateMsg);
    fn first(msg: &mut InstantiateMsg) -> &mut ParamsVersion {
        &mut msg.families[0].versions[0]
    }
    for (culprit, k, w) in [
        ("btc_confirmation_depth is 0, must be 1 to 8064", 0, 20),
        ("checkpoint_finalization_timeout is 5, must be 6 to 8064", 6, 5),
    ] {
        assert!(instantiated(k, w, |_| {}).unwrap_err().to_string().contains(culprit));
    }
    let broken: [(&str, Change); 10] = [
        ("challenge_delay is 5, must be 6 to 8064", |msg| msg.challenge_delay = Some(5)),
        ("the babylon family is given twice", |msg| msg.families.push(msg.families[0].clone())),
        ("version 3 is not the next one, 2", |msg| {
            let versions = &mut msg.families[0].versions;
            versions.push(ParamsVersion { version: 3, ..versions[0].clone() });
        }),
        ("version 2 is in force from 100 on, 101 is the earliest", |msg| {
            let versions = &mut msg.families[0].versions;
            versions.push(ParamsVersion { version: 2, ..versions[0].clone() });
        }),
        ("version 1: quorum 10 is not between 1 and 9", |msg| first(msg).covenant_quorum = 10),
        ("version 1: slashing_rate `1.5`", |msg| first(msg).slashing_rate = "1.5".into()),
        ("version 1: slashing_pk_script_hex `xy` is not hexadecimal", |msg| {
            first(msg).slashing_pk_script_hex = "xy".into();
        }),
        ("version 1: the shortest lock must not be zero", |msg| first(msg).min_staking_time_blocks = 0),
        ("version 1: covenant member", |msg| first(msg).covenant_pks_hex[0] = "ff".repeat(32)),
        ("x-only", |msg| first(msg).covenant_pks_hex[0] = "ff".repeat(31)),
    ];
    for (culprit, change) in broken {
        let error = instantiated(6, 20, change).unwrap_err().to_string();
        assert!(error.contains(culprit) || culprit == "x-only", "{culprit}: {error}");
    }
}

#[test]
fn a_migration_keeps_to_its_contract_and_never_goes_back() {
    let maker = Maker::new();
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let before = world.records();
    let migrate = |world: &mut World| {
        let msg = api::btc_staking::MigrateMsg {};
        entry::migrate(world.deps.as_mut(), mock_env(), msg)
    };
    migrate(&mut world).unwrap();
    assert_eq!(world.records(), before);
    cw2::set_contract_version(&mut world.deps.storage, "btc-staking", "99.0.0").unwrap();
    assert!(matches!(migrate(&mut world), Err(ContractError::Downgrade { .. })));
    cw2::set_contract_version(&mut world.deps.storage, "btc-light-client", "0.1.0").unwrap();
    assert!(matches!(migrate(&mut world), Err(ContractError::OtherContract { .. })));
}

/// Another one that is named, and registers before the proof comes, would have a delegation refused for ever.
#[test]
fn a_delegation_of_the_own_committee_names_one_finality_provider() {
    let own = |max_fps: u8, unbonding_time: u16, network: &'static str| {
        let mut maker = Maker::new();
        (maker.params.max_fps, maker.params.unbonding_time) = (max_fps, unbonding_time);
        instantiated_on(network, |msg| {
            msg.families = vec![FamilyParams { family: Family::Own, versions: vec![maker.wire()] }];
        })
    };
    assert!(own(1, 1_007, "regtest").is_ok());
    assert!(matches!(own(2, 1_007, "regtest"), Err(ContractError::OneFp { version: 1, got: 2 })));
    assert!(own(1, 1_008, "mainnet").is_ok(), "a week is enough");
    let short = own(1, 1_007, "mainnet").unwrap_err().to_string();
    assert!(short.contains("an unbonding time of 1007 blocks is below 1008"), "{short}");
}

#[test]
fn terms_of_self_stake_are_in_bounds() {
    let terms = |min_sats, min_timelock, exit_time, network: &'static str| {
        let terms = SelfStakeTerms { min_sats, min_timelock, exit_time };
        instantiated_on(network, |msg| msg.self_stake = Some(terms)).map_err(|error| error.to_string())
    };
    assert!(terms(1_000, 2, 1, "regtest").is_ok());
    assert!(terms(1_000, 1_009, 1_008, "mainnet").is_ok());
    for (refused, field) in [
        (terms(999, 2, 1, "regtest"), "min_sats"),
        (terms(1_000, 1, 1, "regtest"), "min_timelock"),
        (terms(1_000, 2, 0, "regtest"), "exit_time"),
        (terms(1_000, 1_009, 1_007, "mainnet"), "exit_time"),
    ] {
        assert!(refused.unwrap_err().contains(field), "{field}");
    }
}
