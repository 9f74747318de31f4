use bsn_rpc::proto::{Message, Name};

use super::*;
use crate::deploy::facts::TransferFacts;

const GOV: &str = "bbnc10d07y265gmmuvt4z0w9aw880jnsr700jhzdlm7";

fn artifacts() -> Artifacts {
    let of = |name, byte| Artifact { name, size: 9, gz: vec![byte; 3], checksum: [byte; 32], release: None };
    let staking = Some(of("btc-staking.wasm", 3));
    Artifacts { bsn: of("bsn.wasm", 1), light_client: of("btc-light-client.wasm", 2), staking }
}

fn codes() -> Each<u64> {
    Each { bsn: 7, light_client: 8, staking: Some(9) }
}

#[test]
fn addresses_are_those_that_wasmd_gives() {
    // wasmd's own vector (x/wasm/keeper/addresses_test.go), through the same function.
    let checksum = hex::decode("13a1fc994cc6d1c81b746ee0c0ff6f90043875e0bf1d9be6b7d779fc978dc2a5").unwrap();
    let creator = hex::decode("9999999999aaaaaaaaaabbbbbbbbbbcccccccccc").unwrap();
    let made =
        instantiate2_address(&checksum, &CanonicalAddr::from(creator), &hex::decode("61").unwrap()).unwrap();
    assert_eq!(
        hex::encode(made.as_slice()),
        "5e865d3e45ad3e961f77fd77d46543417ced44d924dc3e079b5415ff6775f847"
    );
    let gov = address::of_module("bbnc", "gov").unwrap();
    let to = Addresses::of(&artifacts(), "bbnc", &gov, "bsn").unwrap().contracts;
    let other = Addresses::of(&artifacts(), "bbnc", &gov, "bsn2").unwrap().contracts;
    assert_ne!(to.bsn, other.bsn);
    // Those of the others hang on the contract's.
    assert_ne!(to.light_client, other.light_client);
    assert_ne!(to.staking, other.staking);
    assert!(Addresses::of(&artifacts(), "bbnc", &gov, "").is_err());
    assert!(Addresses::of(&artifacts(), "bbnc", &gov, &"x".repeat(65)).is_err());
}

#[test]
fn the_instantiate_message_says_what_both_chains_say() {
    let text = "[bsn]\nnetwork = \"mainnet\"\nics20_channel = \"channel-7\"\nknobs = { reward_interval = 60 }\n\
                [bsn.checkpoint]\nheight = 838656\nheader_hex = \"00\"\n";
    let file = File::parse(text, "bsn.toml").unwrap();
    let transfer = TransferFacts { connection: "connection-4".to_owned(), ..TransferFacts::default() };
    let chain = ChainFacts {
        id: "app-1".to_owned(),
        governance: GOV.to_owned(),
        transfer: Some(transfer),
        ..ChainFacts::default()
    };
    let babylon = BabylonFacts { id: "bbn-1".to_owned(), depths: Some((10, 300)), ..BabylonFacts::default() };
    let message = instantiate(&file, &chain, Some(&babylon), &codes()).unwrap();
    let expected = [
        ("network", json!("mainnet")),
        ("btc_confirmation_depth", json!(10)),
        ("checkpoint_finalization_timeout", json!(300)),
        ("btc_light_client_code_id", json!(8)),
        ("admin", json!(GOV)),
        ("connection_id", json!("connection-4")),
        ("babylon_chain_id", json!("bbn-1")),
        ("reward_interval", json!(60)),
        ("destination_module", json!("btcstaking")),
    ];
    for (field, value) in expected {
        assert_eq!(message[field], value, "{field}");
    }
    let client = STANDARD.decode(message["btc_light_client_msg"].as_str().unwrap()).unwrap();
    let client: Value = serde_json::from_slice(&client).unwrap();
    assert_eq!((&client["checkpoint"]["height"], &client["admin"]), (&json!(838_656), &json!(GOV)));
    // It is what the contract reads.
    let read: api::bsn::InstantiateMsg = cosmwasm_std::from_json(message.to_string()).unwrap();
    assert_eq!((read.reward_interval, read.ics20_channel_id.as_str()), (Some(60), "channel-7"));
    let read: api::btc_light_client::InstantiateMsg = cosmwasm_std::from_json(client.to_string()).unwrap();
    assert_eq!(read.checkpoint.unwrap().height, 838_656);
    let said = instantiate(&File::default(), &chain, None, &codes()).unwrap_err().to_string();
    assert_eq!(said, "`bsn.network` is not set in bsn.toml");
}

/// A chain that goes without Babylon, with everything that the contracts ask.
const ALONE: &str = r#"
[bsn]
network = "mainnet"
k = 10
w = 100
stake_source = "bitcoin"
grid = 600
knobs = { finality_activation_height = 5000 }
[staking.self_stake]
min_sats = 100000
min_timelock = 8064
exit_time = 1008
"#;

#[test]
fn without_babylon_the_message_has_none_of_its_fields_and_what_verifies_stake() {
    let file = File::parse(ALONE, "bsn.toml").unwrap();
    let chain = ChainFacts { id: "app-1".to_owned(), governance: GOV.to_owned(), ..ChainFacts::default() };
    let message = instantiate(&file, &chain, None, &codes()).unwrap();
    for (field, value) in [
        ("stake_source", json!("bitcoin")),
        ("ics20_channel_id", json!("")),
        ("destination_module", json!("")),
        ("grid", json!(600)),
        ("babylon_chain_id", Value::Null),
        ("connection_id", Value::Null),
    ] {
        assert_eq!(message[field], value, "{field}");
    }
    // It is what the contracts read.
    let read: api::bsn::InstantiateMsg = cosmwasm_std::from_json(message.to_string()).unwrap();
    let verified = read.verified_stake.unwrap();
    assert_eq!((verified.code_id, read.finality_activation_height), (9, Some(5_000)));
    let staking: api::btc_staking::InstantiateMsg = cosmwasm_std::from_json(&verified.settings).unwrap();
    assert_eq!(staking.governance.as_deref(), Some(GOV));
    assert_eq!(staking.self_stake.unwrap().exit_time, 1_008);
}

#[test]
fn who_may_bring_headers_is_told_to_the_light_client() {
    let text = format!("{}\n", ALONE.replace("grid = 600", "grid = 600\nsubmitters = [\"app1me\"]"));
    let file = File::parse(&text, "bsn.toml").unwrap();
    let message = instantiate(&file, &ChainFacts::default(), None, &codes()).unwrap();
    let client = STANDARD.decode(message["btc_light_client_msg"].as_str().unwrap()).unwrap();
    let read: api::btc_light_client::InstantiateMsg = cosmwasm_std::from_json(client).unwrap();
    assert_eq!((read.submitters, read.checkpoint), (Some(vec!["app1me".to_owned()]), None));
}

#[test]
fn only_the_caps_change_and_only_upwards() {
    let now = Params {
        max_gas_begin_blocker: 500_000,
        max_gas_end_blocker: 9_000_000,
        btc_staking_portion: "7".to_owned(),
    };
    let update: MsgUpdateParams = prost::Message::decode(hooks(GOV, &now).value.as_slice()).unwrap();
    let params = update.params.unwrap();
    assert_eq!((params.max_gas_begin_blocker, params.max_gas_end_blocker), (HOOK_CAP, 9_000_000));
    assert_eq!(params.btc_staking_portion, "7");
}

#[test]
fn the_guard_leaves_everything_as_it_is() {
    let any = guard(GOV, "bbnc1contract", Code::Bsn.label());
    assert_eq!(any.type_url, wasm::MsgUpdateContractLabel::type_url());
    let read = wasm::MsgUpdateContractLabel::decode(any.value.as_slice()).unwrap();
    assert_eq!(
        (read.sender.as_str(), read.new_label.as_str(), read.contract.as_str()),
        (GOV, "bsn", "bbnc1contract")
    );
}
