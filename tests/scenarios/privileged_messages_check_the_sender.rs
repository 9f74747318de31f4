//! Proves: C-34, C-42
//!
//! A matrix of every message and every role: privileged ones obey only their own role, whoever else asks changes
//! nothing, and on a live network not even the admin can give anybody power.

use std::path::Path;

use devnet::network::{Network, Setup};
use serde_json::{Value, json};

use super::support::{ask, execute_as, key, power, start_with, text};

/// Who may send a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Right {
    Anybody,
    Admin,
    ProposedAdmin,
    AdminOnRegtest,
    /// The contract that verifies stake, which these networks do not have.
    Verifier,
}

/// The right to every message that there is; a message without one fails the test.
fn right(message: &str) -> Option<Right> {
    Some(match message {
        "commit_public_randomness"
        | "submit_finality_signature"
        | "submit_evidence"
        | "unjail"
        | "follow_bitcoin"
        | "retry_outbox"
        | "submit_finality_signature_range"
        | "submit_finality_signatures_at"
        | "retry_quarantined" => Right::Anybody,
        "update_admin"
        | "update_config"
        | "set_paused"
        | "resume_finality"
        | "bootstrap"
        | "excuse_grid"
        | "update_staking"
        | "update_contract_addresses"
        | "rebind_connection"
        | "resync" => Right::Admin,
        "accept_admin" => Right::ProposedAdmin,
        "btc_staking" | "slash" => Right::AdminOnRegtest,
        "stake_outcomes" | "register_finality_provider" | "bitcoin_timestamp" => Right::Verifier,
        _ => return None,
    })
}

/// The names of all messages, from the schema.
fn messages() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/bsn.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let variants = schema["execute"]["oneOf"].as_array().unwrap();
    variants.iter().map(|variant| variant["required"][0].as_str().unwrap().to_owned()).collect()
}

/// A message that is well formed and would succeed or fail for a reason of its own.
fn sample(network: &Network, message: &str) -> Value {
    let (bsn, fp) = (&network.bsn, key(network, 0));
    let body = match message {
        "update_admin" => json!({"admin": network.chain.account("successor")}),
        "accept_admin" => json!({}),
        "update_config" => json!({"reward_interval": 60}),
        "set_paused" => json!({"packet_intake": true, "rewards": true}),
        "resume_finality" => json!({"halting_height": 1, "fp_pubkeys_hex": [fp]}),
        "bootstrap" => json!({"commitments": []}),
        "excuse_grid" => json!({"through": 600}),
        "update_staking" => json!({"staking": bsn}),
        "update_contract_addresses" => json!({"btc_light_client": bsn, "finality": bsn}),
        "rebind_connection" => json!({"connection_id": "connection-9"}),
        "resync" => json!({"packet": ""}),
        "btc_staking" => json!({"new_fp": []}),
        "slash" => json!({"fp_btc_pk_hex": fp}),
        "stake_outcomes" => json!({"packed": ""}),
        "register_finality_provider" => json!({"fp_pubkey_hex": "01".repeat(32), "operator": "somebody"}),
        "bitcoin_timestamp" => json!({"height": 1, "app_hash_hex": "02".repeat(32)}),
        other => panic!("no sample of {other}"),
    };
    json!({ message: body })
}

/// Everybody there is, by role.
fn roles(network: &Network) -> Vec<(&'static str, String)> {
    let chain = &network.chain;
    vec![
        ("admin", network.admin.clone()),
        ("proposed admin", chain.account("proposed")),
        ("stranger", chain.account("stranger")),
        ("relayer", network.link.relayer.clone()),
        ("operator", network.fps[0].account("bbnc")),
        ("the contract itself", network.bsn.clone()),
        ("the chain's government", chain.module_account("gov")),
    ]
}

fn is_allowed(right: Right, role: &str, regtest: bool) -> bool {
    match right {
        Right::Anybody => true,
        Right::Admin => role == "admin",
        Right::ProposedAdmin => role == "proposed admin",
        Right::AdminOnRegtest => role == "admin" && regtest,
        Right::Verifier => false,
    }
}

fn network_on(name: &str) -> Network {
    let mut network = start_with(&[40, 30, 30], json!({ "network": name }));
    let (admin, proposed) = (network.admin.clone(), network.chain.account("proposed"));
    execute_as(&mut network, &admin, &json!({"update_admin": {"admin": proposed}})).unwrap();
    network
}

#[test]
fn every_privileged_message_obeys_its_own_role_alone() {
    for (name, regtest) in [("regtest", true), ("signet", false)] {
        let network = network_on(name);
        let before = network.chain.storage(&network.bsn);
        let mut tried = 0;
        for message in messages() {
            let right = right(&message).unwrap_or_else(|| panic!("say who may send {message}"));
            if right == Right::Anybody {
                continue;
            }
            for (role, account) in roles(&network) {
                let mut network = network.clone();
                let sample = sample(&network, &message);
                let result = execute_as(&mut network, &account, &sample);
                let refused = result.err().map(|error| error.to_string()).unwrap_or_default();
                let denied = refused.contains("Unauthorized") || refused.contains("only possible on regtest");
                assert_eq!(
                    !denied,
                    is_allowed(right, role, regtest),
                    "{name}: {message} by {role}: {refused}"
                );
                if denied {
                    assert!(
                        network.chain.storage(&network.bsn) == before,
                        "{message} by {role} left a trace"
                    );
                }
                tried += 1;
            }
        }
        assert!(tried >= 7 * 9, "{tried}");
    }
}

#[test]
fn the_admin_changes_in_two_steps_both_ways() {
    let mut network = start_with(&[10], json!({"network": "signet"}));
    let (admin, successor) = (network.admin.clone(), network.chain.account("successor"));
    let accept = json!({"accept_admin": {}});
    text(execute_as(&mut network, &admin, &accept));
    execute_as(&mut network, &admin, &json!({"update_admin": {"admin": successor}})).unwrap();
    let answer = ask(&network, json!({"admin": {}}));
    assert_eq!((&answer["admin"], &answer["pending_admin"]), (&json!(admin), &json!(successor)));
    text(execute_as(&mut network, &admin, &accept));
    execute_as(&mut network, &successor, &accept).unwrap();
    text(execute_as(&mut network, &successor, &accept));
    text(execute_as(&mut network, &admin, &json!({"update_config": {}})));

    execute_as(&mut network, &successor, &json!({"update_admin": {"admin": null}})).unwrap();
    assert_eq!(ask(&network, json!({"admin": {}}))["pending_renounce"], json!(true));
    text(execute_as(&mut network, &admin, &accept));
    execute_as(&mut network, &successor, &accept).unwrap();
    assert_eq!(ask(&network, json!({"admin": {}}))["admin"], Value::Null);
    text(execute_as(&mut network, &successor, &json!({"update_config": {}})));
}

#[test]
fn no_call_of_the_admin_gives_anybody_power_on_a_live_network() {
    let mut network = network_on("signet");
    network.offline.insert(2);
    network.run(3).unwrap();
    let before: Vec<u64> = (0..3).map(|index| power(&network, index, network.chain.height())).collect();
    let admin = network.admin.clone();
    let stranger = hex_key(9);
    let fp = json!({"addr": "bbn1x", "btc_pk_hex": stranger, "consumer_id": "07-tendermint-0"});
    let mut payloads: Vec<Value> = messages()
        .iter()
        .filter(|message| matches!(right(message), Some(Right::Admin | Right::AdminOnRegtest)))
        .map(|message| sample(&network, message))
        .collect();
    payloads.push(json!({"btc_staking": {"new_fp": [fp], "active_del": [{"total_sat": 1_000_000}]}}));
    payloads
        .push(json!({"update_config": {"max_active_finality_providers": 200, "missed_blocks_window": 5}}));
    for payload in payloads {
        let _ = execute_as(&mut network, &admin, &payload);
        network.step();
    }
    for (index, before) in before.into_iter().enumerate() {
        assert!(power(&network, index, network.chain.height()) <= before, "{index}");
    }
    text(network.query::<Value>(&json!({"finality_provider": {"btc_pk_hex": stranger}})));
}

fn hex_key(byte: u8) -> String {
    format!("{byte:02x}").repeat(32)
}

#[test]
fn the_contract_answers_its_own_address_and_roots_of_trust_stay() {
    let light_client = Network::deploy(&Setup::new(7, &[])).unwrap().chain.account("a light client");
    let light_client = light_client.as_str();
    let mut network = start_with(&[10], json!({"network": "signet", "btc_light_client": light_client}));
    let (admin, bsn) = (network.admin.clone(), network.bsn.clone());
    let config = ask(&network, json!({"config": {}}));
    for name in ["babylon", "btc_staking", "btc_finality", "staking", "finality"] {
        assert_eq!(config[name], json!(bsn), "{name}");
    }
    let name = |light_client: &str, finality: &str| json!({"update_contract_addresses": {"btc_light_client": light_client, "finality": finality}});
    execute_as(&mut network, &admin, &name(light_client, &bsn)).unwrap();
    execute_as(&mut network, &admin, &json!({"update_staking": {"staking": bsn}})).unwrap();
    for other in [
        name("bbnc1other", &bsn),
        name(light_client, "bbnc1other"),
        json!({"update_staking": {"staking": "bbnc1other"}}),
    ] {
        assert!(text(execute_as(&mut network, &admin, &other)).contains("only by migration"));
    }
    assert_eq!(ask(&network, json!({"config": {}})), config);
}

#[test]
fn a_pause_of_intake_ends_by_itself_and_is_not_made_longer() {
    let mut network = start_with(&[10], json!({}));
    let admin = network.admin.clone();
    let paused = |network: &Network| ask(network, json!({"health": {}}))["paused"].clone();
    assert_eq!(paused(&network), json!([]));
    let pause = json!({"set_paused": {"packet_intake": true, "rewards": true}});
    execute_as(&mut network, &admin, &pause).unwrap();
    assert_eq!(paused(&network), json!(["packet_intake", "rewards"]));
    network.run(2).unwrap();
    assert!(network.finalized() + 2 > network.chain.height(), "finality cannot be paused");
    network.chain.skip_seconds(6 * 86_400);
    network.step();
    execute_as(&mut network, &admin, &pause).unwrap();
    network.chain.skip_seconds(86_400);
    network.run(2).unwrap();
    assert_eq!(paused(&network), json!(["rewards"]));
    let alarms = ask(&network, json!({"health": {}}))["alarms"].to_string();
    assert!(alarms.contains("rewards is paused"), "{alarms}");
    execute_as(&mut network, &admin, &json!({"set_paused": {"rewards": false}})).unwrap();
    assert_eq!(paused(&network), json!([]));
}
