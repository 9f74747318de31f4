//! Who may do what: every privileged message tried by every role.

mod common;

use api::btc_light_client::{ExecuteMsg, Network};
use btc_light_client::ContractError;
use common::{EASY, World, branch, chain, genesis, mainnet, pinned, raw};
use cosmwasm_std::{coins, testing::message_info};

const NETWORKS: [Network; 5] =
    [Network::Mainnet, Network::Testnet, Network::Testnet4, Network::Signet, Network::Regtest];

fn refused_as_unauthorized<T: std::fmt::Debug>(result: Result<T, ContractError>) -> bool {
    matches!(result, Err(ContractError::Unauthorized { .. }))
}

#[test]
fn the_first_headers_never_come_from_a_stranger() {
    for network in NETWORKS {
        let regtest = network == Network::Regtest;
        for (role, may) in [("bsn", true), ("admin", regtest), ("listed", false), ("stranger", false)] {
            let mut world = World::new(|msg| msg.network = network);
            let sender = world.deps.api.addr_make(role);
            let refused = refused_as_unauthorized(world.first(&sender, 1, &chain(3)));
            assert_eq!(refused, !may, "{role} on {network:?}");
        }
    }
}

#[test]
fn later_headers_come_from_anyone_only_where_work_is_expensive() {
    let Some(headers) = mainnet() else { return };
    for network in [Network::Mainnet, Network::Testnet, Network::Testnet4, Network::Regtest] {
        let (mainnet, regtest) = (network == Network::Mainnet, network == Network::Regtest);
        let roles = [("bsn", true), ("admin", regtest || mainnet), ("listed", true), ("stranger", mainnet)];
        for (role, may) in roles {
            let (base, next) = if regtest { (chain(1)[0], chain(1)[1]) } else { (headers[0], headers[1]) };
            let mut world = World::new(|msg| {
                msg.network = network;
                msg.checkpoint = Some(pinned(5, &base, None));
            });
            let sender = world.deps.api.addr_make(role);
            let refused = refused_as_unauthorized(world.submit(&sender, &[next]));
            assert_eq!(refused, !may, "{role} on {network:?}");
        }
    }
}

#[test]
fn a_stranger_cannot_flood_a_signet_client() {
    let mut world = World::new(|msg| msg.network = Network::Signet);
    let Some(bytes) = vectors::load("bitcoin/signet-headers-0-2015.bin") else { return };
    let headers: Vec<_> = bytes.chunks(80).map(|h| bitcoin_spv::Header::from_slice(h).unwrap()).collect();
    world.first(&world.bsn.clone(), 0, &headers[..20]).unwrap();
    let before = world.deps.storage.all();
    let (stranger, listed) = (world.stranger.clone(), world.listed.clone());
    assert!(refused_as_unauthorized(world.submit(&stranger, &headers[20..40])));
    assert_eq!(world.deps.storage.all(), before);
    world.submit(&listed, &headers[20..40]).unwrap();
}

#[test]
fn a_header_from_the_future_is_taken_from_bsn_only() {
    for (ahead, role, may) in [
        (7_200, "listed", true),
        (7_201, "listed", false),
        (7_201, "admin", false),
        (7_201, "bsn", true),
        (1_000_000, "bsn", true),
    ] {
        let mut world = World::started(1, &chain(12));
        let sender = world.deps.api.addr_make(role);
        let tip = bitcoin_spv::HeaderHash::from_bytes(world.tip().hash);
        let header = common::mine(tip, common::NOW + ahead, EASY, 7);
        assert_eq!(world.submit(&sender, &[header]).is_ok(), may, "{role} {ahead}");
    }
}

#[test]
fn only_the_admin_changes_configuration_admin_and_base() {
    let headers = chain(3);
    let messages = || {
        [
            ExecuteMsg::UpdateConfig {
                btc_confirmation_depth: Some(3),
                checkpoint_finalization_timeout: None,
                submitters: None,
                retained_headers: None,
                max_headers: None,
            },
            ExecuteMsg::UpdateAdmin { admin: None },
            ExecuteMsg::Rebase {
                height: 9,
                header_hex: hex::encode(genesis().to_bytes()),
                period_start_header_hex: None,
            },
        ]
    };
    for n in 0..messages().len() {
        for role in ["bsn", "listed", "stranger", "admin"] {
            let mut world = World::started(1, &headers);
            let before = world.deps.storage.all();
            let sender = world.deps.api.addr_make(role);
            let refused = refused_as_unauthorized(world.execute(&sender, messages()[n].clone()));
            assert_eq!(refused, role != "admin", "{role}: {:?}", messages()[n]);
            assert_eq!(refused, world.deps.storage.all() == before);
        }
    }
}

#[test]
fn without_an_admin_nobody_is() {
    let mut world = World::new(|msg| msg.admin = None);
    assert_eq!(world.query(r#"{"admin":{}}"#).unwrap()["admin"], serde_json::Value::Null);
    for role in ["bsn", "admin", "stranger"] {
        let sender = world.deps.api.addr_make(role);
        assert!(refused_as_unauthorized(world.execute(&sender, ExecuteMsg::UpdateAdmin { admin: None })));
    }
}

#[test]
fn an_admin_is_proposed_and_accepts() {
    let mut world = World::new(|_| {});
    let (admin, next, stranger) = (world.admin.clone(), world.listed.clone(), world.stranger.clone());
    let accept = || ExecuteMsg::AcceptAdmin {};
    assert!(matches!(world.execute(&admin, accept()), Err(ContractError::NothingProposed)));
    world.execute(&admin, ExecuteMsg::UpdateAdmin { admin: Some(next.to_string()) }).unwrap();
    let shown = world.query(r#"{"admin":{}}"#).unwrap();
    assert_eq!(shown["admin"], admin.as_str());
    assert_eq!(shown["pending_admin"], next.as_str());
    for other in [&admin, &stranger] {
        assert!(refused_as_unauthorized(world.execute(other, accept())));
    }
    world.execute(&next, accept()).unwrap();
    let shown = world.query(r#"{"admin":{}}"#).unwrap();
    assert_eq!(shown, serde_json::json!({"admin": next.as_str(), "pending_renounce": false}));
}

#[test]
fn renouncing_takes_two_steps_and_is_refused_on_mainnet() {
    let mut world = World::new(|_| {});
    let (admin, stranger) = (world.admin.clone(), world.stranger.clone());
    world.execute(&admin, ExecuteMsg::UpdateAdmin { admin: None }).unwrap();
    assert_eq!(world.query(r#"{"admin":{}}"#).unwrap()["pending_renounce"], true);
    assert!(refused_as_unauthorized(world.execute(&stranger, ExecuteMsg::AcceptAdmin {})));
    world.execute(&admin, ExecuteMsg::AcceptAdmin {}).unwrap();
    assert_eq!(world.query(r#"{"admin":{}}"#).unwrap()["admin"], serde_json::Value::Null);

    let mut world = World::new(|msg| msg.network = Network::Mainnet);
    let refused = world.execute(&admin, ExecuteMsg::UpdateAdmin { admin: None });
    assert!(matches!(refused, Err(ContractError::NotOnMainnet { .. })));
}

#[test]
fn funds_are_refused() {
    let mut world = World::started(1, &chain(3));
    let info = message_info(&world.bsn, &coins(1, "stake"));
    let next = branch(&chain(3)[3], EASY, 1, 1);
    let refused =
        btc_light_client::execute(world.deps.as_mut(), world.env.clone(), info, raw(&next, None, None));
    assert!(matches!(refused, Err(ContractError::Funds)));
}
