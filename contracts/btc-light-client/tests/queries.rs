//! The answers as JSON, to the letter.

mod common;

use api::btc_light_client::{ExecuteMsg, MigrateMsg, Network};
use bitcoin_spv::{Header, MerkleRoot};
use btc_light_client::ContractError;
use common::{World, branch, chain, legacy_instantiate, mainnet, pinned};
use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env};
use serde_json::json;

#[test]
fn a_header_looks_as_the_incumbents() {
    let Some(headers) = mainnet() else { return };
    let world = World::new(|msg| {
        msg.network = Network::Mainnet;
        msg.checkpoint = Some(pinned(0, &headers[0], None));
    });
    let expected = json!({
        "header": {
            "version": 1,
            "prev_blockhash": "0000000000000000000000000000000000000000000000000000000000000000",
            "merkle_root": "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b",
            "time": 1_231_006_505,
            "bits": 486_604_799,
            "nonce": 2_083_236_893,
        },
        "hash": "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
        "height": 0,
        "cum_work": "4295032833",
    });
    for query in [
        r#"{"btc_base_header":{}}"#,
        r#"{"btc_tip_header":{}}"#,
        r#"{"btc_header":{"height":0}}"#,
        r#"{"btc_header_by_hash":{"hash":"000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"}}"#,
    ] {
        assert_eq!(world.query(query).unwrap(), expected, "{query}");
    }
    assert_eq!(world.query(r#"{"btc_headers":{}}"#).unwrap(), json!({"headers": [expected]}));
}

#[test]
fn the_legacy_configuration_has_the_incumbents_fields() {
    let mut deps = mock_dependencies();
    let creator = deps.api.addr_make("creator");
    let msg = serde_json::json!({
        "network": "regtest", "btc_confirmation_depth": 1, "checkpoint_finalization_timeout": 2, "future": [],
    });
    let msg = serde_json::from_value(msg).unwrap();
    btc_light_client::instantiate(deps.as_mut(), mock_env(), message_info(&creator, &[]), msg).unwrap();
    let query = |text| {
        let answer =
            btc_light_client::query(deps.as_ref(), mock_env(), serde_json::from_str(text).unwrap()).unwrap();
        serde_json::from_slice::<serde_json::Value>(&answer).unwrap()
    };
    assert_eq!(
        query(r#"{"config":{"unknown":1}}"#),
        json!({
            "network": "regtest", "btc_confirmation_depth": 1, "checkpoint_finalization_timeout": 2,
            "babylon_contract_address": creator.as_str(), "submitters": [],
            "retained_headers": 8_064, "max_headers": 2_000,
        })
    );
    assert_eq!(query(r#"{"admin":{}}"#), json!({"admin": null, "pending_renounce": false}));
    assert_eq!(query(r#"{"btc_headers":{}}"#), json!({"headers": []}));
    assert_eq!(
        query(r#"{"rules":{}}"#),
        json!({"network": "regtest", "submitters": "listed_and_admin", "max_future_s": 7_200, "rebases": 0})
    );
}

#[test]
fn pages_have_ten_headers_and_thirty_at_most() {
    let world = World::started(5, &chain(49));
    let heights = |query: &str| -> Vec<u64> {
        let answer = world.query(query).unwrap();
        answer["headers"].as_array().unwrap().iter().map(|h| h["height"].as_u64().unwrap()).collect()
    };
    assert_eq!(heights(r#"{"btc_headers":{}}"#), (5..15).collect::<Vec<_>>());
    assert_eq!(heights(r#"{"btc_headers":{"limit":1000}}"#), (5..35).collect::<Vec<_>>());
    assert_eq!(heights(r#"{"btc_headers":{"start_after":20,"limit":3}}"#), [21, 22, 23]);
    assert_eq!(heights(r#"{"btc_headers":{"start_after":20,"limit":3,"reverse":true}}"#), [19, 18, 17]);
    assert_eq!(heights(r#"{"btc_headers":{"reverse":true,"limit":2}}"#), [54, 53]);
    assert_eq!(heights(r#"{"btc_headers":{"start_after":54}}"#), [] as [u64; 0]);
    assert_eq!(heights(r#"{"btc_headers":{"start_after":4294967295}}"#), [] as [u64; 0]);
    assert_eq!(heights(r#"{"btc_headers":{"limit":0}}"#), [] as [u64; 0]);
}

/// A block of two transactions at height 2 of four.
fn world_with_block(root: [u8; 32]) -> (World, Header) {
    let base = common::genesis();
    let mut block = Header { prev_hash: base.hash(), time: (base.time.get() + 600).into(), ..base };
    block.merkle_root = MerkleRoot::from_bytes(root);
    while !block.bits.target().unwrap().is_met_by(&block.hash()) {
        block.nonce += 1;
    }
    let headers = [&[base, block][..], &branch(&block, common::EASY, 2, 1)].concat();
    (World::started(1, &headers), block)
}

#[test]
fn inclusion_is_proven_at_a_depth() {
    // Block 170: the first payment, and its coinbase.
    let coinbase = "b1fea52486ce0c62bb442b530a3f0132b826c74e473d1f2c220bfa78111c5082";
    let payment = "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16";
    let root =
        MerkleRoot::from_display_hex("7dac2c5666815c17a3b36427de37bb9d2e2c5ccec3f8633eb91a4205cb4c10ff");
    let (world, block) = world_with_block(*root.unwrap().as_bytes());
    let ask = |txid: &str, index: u32, proof: &[&str], depth: u32| {
        let query = json!({"is_included": {
            "txid": txid, "block_hash": block.hash().to_string(), "index": index, "proof": proof, "min_depth": depth,
        }});
        world.query(&query.to_string()).unwrap()
    };
    assert_eq!(ask(payment, 1, &[coinbase], 2), json!({"included": true, "depth": 2}));
    assert_eq!(ask(coinbase, 0, &[payment], 0), json!({"included": true, "depth": 2}));
    assert_eq!(
        ask(payment, 1, &[coinbase], 3),
        json!({"included": false, "depth": 2, "reason": "block is 2 deep, less than 3"})
    );
    for (txid, index, proof) in [
        (payment, 0, &[coinbase][..]),
        (coinbase, 1, &[payment]),
        (payment, 3, &[coinbase]),
        (payment, 1, &[payment]),
        (payment, 0, &[]),
        (payment, 1, &[coinbase; 16]),
    ] {
        let answer = ask(txid, index, proof, 0);
        assert_eq!((&answer["included"], &answer["depth"]), (&json!(false), &json!(2)), "{answer}");
        assert!(answer["reason"].is_string());
    }
    let unknown = json!({"is_included": {
        "txid": payment, "block_hash": payment, "index": 1, "proof": [coinbase], "min_depth": 0, "more": 1,
    }});
    let answer = world.query(&unknown.to_string()).unwrap();
    assert_eq!((&answer["included"], &answer["depth"]), (&json!(false), &json!(null)));
    let malformed = json!({"is_included": {"txid": "zz", "block_hash": payment, "index": 1, "proof": []}});
    assert!(matches!(world.query(&malformed.to_string()), Err(ContractError::Parse(_))));
}

#[test]
fn the_tip_is_zero_deep() {
    let headers = chain(4);
    let world = World::started(7, &headers);
    for (n, header) in headers.iter().enumerate() {
        let query = format!(r#"{{"confirmations":{{"hash":"{}"}}}}"#, header.hash());
        assert_eq!(world.query(&query).unwrap(), json!({"height": 7 + n, "depth": 4 - n}));
    }
}

#[test]
fn every_value_of_the_configuration_has_bounds() {
    type Set = fn(&mut api::btc_light_client::InstantiateMsg, u32);
    let table: [(&str, Set, u32, u32); 5] = [
        ("retained_headers", |msg, n| msg.retained_headers = Some(n), 2_018, 20_000),
        ("max_headers", |msg, n| msg.max_headers = Some(n), 100, 4_000),
        ("btc_confirmation_depth", |msg, n| msg.btc_confirmation_depth = n, 1, 8_063),
        ("checkpoint_finalization_timeout", |msg, n| msg.checkpoint_finalization_timeout = n, 1, 17_984),
        ("submitters", |msg, n| msg.submitters = Some(vec![msg.admin.clone().unwrap(); n as usize]), 0, 32),
    ];
    for (name, set, least, most) in table {
        for (value, ok) in [(least, true), (most, true), (most + 1, false)] {
            assert_eq!(World::try_new(|msg| set(msg, value)).is_ok(), ok, "{name} = {value}");
        }
        let Some(below) = least.checked_sub(1) else { continue };
        match World::try_new(|msg| set(msg, below)).map(|_| ()) {
            Err(ContractError::OutOfBounds { field, got, .. }) => assert_eq!((field, got), (name, below)),
            other => panic!("{name}: {other:?}"),
        }
    }
}

/// Blocks of minimum difficulty exist on all test networks but signet.
#[test]
fn where_minimum_difficulty_exists_a_period_and_w_are_kept() {
    for (network, least) in [
        (Network::Mainnet, 144),
        (Network::Signet, 144),
        (Network::Testnet, 2_116),
        (Network::Testnet4, 2_116),
        (Network::Regtest, 2_116),
    ] {
        let keeping = |retained| {
            World::try_new(|msg| {
                msg.network = network;
                msg.checkpoint_finalization_timeout = 100;
                msg.retained_headers = Some(retained);
            })
        };
        assert!(keeping(least).is_ok(), "{network:?}");
        match keeping(least - 1).map(|_| ()) {
            Err(ContractError::OutOfBounds { field: "retained_headers", least: demanded, .. }) => {
                assert_eq!(demanded, least, "{network:?}");
            }
            other => panic!("{network:?}: {other:?}"),
        }
    }
    // Nobody has to say so: a deep w keeps more by itself.
    let world = World::new(|msg| msg.checkpoint_finalization_timeout = 9_000);
    assert_eq!(world.query(r#"{"config":{}}"#).unwrap()["retained_headers"], 11_016);
}

#[test]
fn an_update_is_checked_like_an_instantiation_and_changes_only_what_it_names() {
    let mut world = World::new(|_| {});
    let admin = world.admin.clone();
    let update = |text: &str| serde_json::from_str::<ExecuteMsg>(text).unwrap();
    let before = world.query(r#"{"config":{}}"#).unwrap();
    let refused = world.execute(&admin, update(r#"{"update_config":{"btc_confirmation_depth":0}}"#));
    assert!(matches!(refused, Err(ContractError::OutOfBounds { field: "btc_confirmation_depth", .. })));
    let refused = world.execute(&admin, update(r#"{"update_config":{"submitters":["?"]}}"#));
    assert!(matches!(refused, Err(ContractError::Std(_))));
    world
        .execute(&admin, update(r#"{"update_config":{"checkpoint_finalization_timeout":7,"x":0}}"#))
        .unwrap();
    let mut expected = before;
    expected["checkpoint_finalization_timeout"] = json!(7);
    assert_eq!(world.query(r#"{"config":{}}"#).unwrap(), expected);
}

#[test]
fn only_its_own_earlier_versions_migrate() {
    let mut deps = mock_dependencies();
    let creator = deps.api.addr_make("creator");
    let msg = legacy_instantiate(Network::Regtest);
    btc_light_client::instantiate(deps.as_mut(), mock_env(), message_info(&creator, &[]), msg).unwrap();
    let mut migrate = |name: &str, version: &str| {
        cw2::set_contract_version(&mut deps.storage, name, version).unwrap();
        btc_light_client::migrate(deps.as_mut(), mock_env(), MigrateMsg {})
    };
    assert!(migrate("btc-light-client", btc_light_client::VERSION).is_ok());
    assert!(migrate("btc-light-client", "0.0.9").is_ok());
    assert!(matches!(migrate("btc-staking", "0.0.9"), Err(ContractError::OtherContract { .. })));
    for later in ["1.0.0", "0.3.1", "1.0.0-rc.3", "", "0.1", "0.1.0.0"] {
        assert!(
            matches!(migrate("btc-light-client", later), Err(ContractError::Downgrade { .. })),
            "{later}"
        );
    }
}
