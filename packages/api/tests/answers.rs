//! The answers that suites, relayers and dApps read, to the letter (PROTOCOL.md, "Messages of the incumbent";
//! for ours, RULINGS.md, "When a block is final" and "Administration"). The other answers of the daemon are
//! in `wire.rs`.

use std::collections::BTreeMap;
use std::fmt::Debug;

use bsn_api::bsn::{
    ActiveFinalityProvidersResponse, AdminResponse, ConfigResponse, ConsumerHeader, DelegationsByFpResponse,
    FinalityProvidersByTotalActiveSatsResponse, FinalityProvidersResponse, FinalityStatusResponse,
    GridResponse, HealthResponse, HeightResponse, JailedFinalityProvidersResponse, LastFinalBlockResponse,
    OutboxResponse, QuarantinedResponse, TrustResponse,
};
use cosmwasm_std::{from_json, to_json_string};
use serde::{Serialize, de::DeserializeOwned};

/// It is read, and written again as it was, every name and the order of the fields included.
#[track_caller]
fn golden<T: Serialize + DeserializeOwned + Debug>(json: &str) {
    let json: String = json.lines().map(str::trim).collect();
    let read: T = from_json(&json).unwrap();
    assert_eq!(to_json_string(&read).unwrap(), json);
}

#[test]
fn providers_and_their_delegations() {
    golden::<FinalityProvidersResponse>(
        r#"{"fps":[{"addr":"bbn1","btc_pk_hex":"aa","pop":null,"slashed_height":0,"slashed_btc_height":0,"consumer_id":"c"}]}"#,
    );
    golden::<FinalityProvidersByTotalActiveSatsResponse>(
        r#"{"fps":[{"btc_pk_hex":"aa","total_active_sats":18446744073709551615,"slashed":false,"height":9}]}"#,
    );
    golden::<DelegationsByFpResponse>(r#"{"hashes":["ab","cd"]}"#);
    golden::<JailedFinalityProvidersResponse>(
        r#"{"jailed_finality_providers":[{"btc_pk_hex":"aa","jailed_until":1750000000}]}"#,
    );
    golden::<ActiveFinalityProvidersResponse>(r#"{"active_finality_providers":{"aa":2,"bb":1}}"#);
}

#[test]
fn headers_heights_and_the_admin() {
    golden::<ConsumerHeader>(
        r#"{"consumer_id":"c","hash":"aa","height":7,"time":"1750000000000000000","babylon_header_hash":"bb",
        "babylon_header_height":8,"babylon_epoch":9,"babylon_tx_hash":"cc"}"#,
    );
    golden::<HeightResponse>(r#"{"height":0}"#);
    golden::<AdminResponse>(r#"{"admin":"a","pending_renounce":false}"#);
    golden::<AdminResponse>(r#"{"admin":"a","pending_admin":"b","pending_renounce":false}"#);
    golden::<AdminResponse>(r#"{"admin":null,"pending_renounce":false}"#);
}

/// Go reads some of these by name, so each name counts; what has no value is absent, but for those that the
/// incumbent writes as null.
#[test]
fn the_config_has_the_names_of_all_three_contracts() {
    let config = written_config();
    for name in [
        "network",
        "btc_confirmation_depth",
        "checkpoint_finalization_timeout",
        "btc_light_client",
        "btc_staking",
        "btc_finality",
        "babylon",
        "staking",
        "finality",
        "consumer_name",
        "consumer_description",
        "denom",
        "ibc_packet_timeout_days",
        "destination_module",
        "finality_activation_height",
        "max_active_finality_providers",
        "min_pub_rand",
        "max_pub_rand_commit_offset",
        "reward_interval",
        "missed_blocks_window",
        "jail_duration",
    ] {
        assert!(config.contains_key(name), "{name}");
    }
    assert!(!config.contains_key("connection_id") && !config.contains_key("babylon_chain_id"));
}

fn written_config() -> BTreeMap<String, serde_json::Value> {
    let schema = include_str!("../../../schema/bsn.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let schema = &schema["responses"]["config"];
    let required = schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    let full: serde_json::Map<_, _> = required
        .map(|name| {
            let kind = &schema["properties"][name]["type"];
            let value = match kind.as_str() {
                Some("integer") => serde_json::json!(1),
                Some("array") => serde_json::json!([]),
                Some("boolean") => serde_json::json!(false),
                _ => serde_json::json!("regtest"),
            };
            (name.to_owned(), value)
        })
        .collect();
    let config: ConfigResponse = from_json(serde_json::to_vec(&full).unwrap()).unwrap();
    serde_json::from_str(&to_json_string(&config).unwrap()).unwrap()
}

#[test]
fn what_is_final() {
    golden::<FinalityStatusResponse>(
        r#"{"height":100,"block":"final","certified_by":101,"vote":{"state":"quorum","voted_power":"70","total_power":"100"},
        "gap_before":0,"block_hash_hex":"aa","app_hash_hex":"bb"}"#,
    );
    golden::<FinalityStatusResponse>(
        r#"{"height":100,"block":"final","certified_by":101,"vote":{"state":"quorum","voted_power":"70","total_power":"100"},
        "gap_before":0,"certificate":{"total_power":"100","voted_power":"70","ranked_power":"120","unbroken_since":90},
        "block_hash_hex":"aa","app_hash_hex":"bb"}"#,
    );
    golden::<FinalityStatusResponse>(
        r#"{"height":100,"block":"unknown","vote":{"state":"skipped","reason":"hook_lost"}}"#,
    );
    golden::<LastFinalBlockResponse>(r#"{"height":100,"block_hash_hex":"aa","certified_by":101}"#);
}

#[test]
fn health_names_what_applies_and_leaves_out_the_rest() {
    for (finality, channel) in [
        (
            r#""last_processed":9,"last_finalized_height":8,"last_final_block":7,
            "waiting_for":{"height":9,"voted_power":"0","total_power":"100"},"longest_gap":0,"resumed":0"#,
            r#""state":"open","channel_id":"channel-1","connection_id":"connection-0","consumer_id":"c",
            "last_packet_age_s":5,"previous":[{"channel_id":"channel-0","connection_id":"connection-0","closed_at":4}]"#,
        ),
        (r#""last_processed":0,"longest_gap":0,"resumed":0"#, r#""state":"none","previous":[]"#),
    ] {
        let health: serde_json::Value = serde_json::from_str(&format!(
            r#"{{"finality":{{{finality}}},"hooks":{{"last_begin_block":9,"last_end_block":9,"lost_recently":0}},
            "channel":{{{channel}}},"bitcoin":{{"tip_height":3,"tip_age_s":60,"refused":0,"expiring":false}},
            "timestamps":{{"height":1,"epoch":2,"trust":"t","waiting":0}},
            "staking":{{"fps":1,"active":1,"total_power":"100","ranked_power":"120","without_randomness":"20",
            "pop_trusted":0,"quarantined":0,"queued":0}},
            "paused":[],"outbox":{{"waiting":0,"refused":0}},"rewards":{{"owed":[],"undistributed":[],"handed_over":[],"burned":[]}},"alarms":[]}}"#
        ))
        .unwrap();
        let read: HealthResponse = from_json(health.to_string()).unwrap();
        let written: serde_json::Value = serde_json::from_str(&to_json_string(&read).unwrap()).unwrap();
        for part in
            ["finality", "hooks", "channel", "bitcoin", "timestamps", "staking", "paused", "outbox", "alarms"]
        {
            assert_eq!(written[part], health[part], "{part}");
        }
    }
}

#[test]
fn lists_of_what_waits_and_what_is_trusted() {
    golden::<QuarantinedResponse>(r#"{"items":[{"id":1,"kind":"new_fp","reason":"r","received_at":5}]}"#);
    golden::<OutboxResponse>(
        r#"{"items":[{"id":1,"kind":"slashing","fp_pubkey_hex":"aa","state":"waiting","tries":0}]}"#,
    );
    golden::<GridResponse>(
        r#"{"interval":600,"root":1200,"closed_through":0,"ordered_through":1200,"excused_through":0,"runway":9,"heights":[{"height":1200,"state":"root","total":0,"voted":0,"source":1200,"hash_hex":"aa","taken":5,"active":6}]}"#,
    );
    golden::<GridResponse>(
        r#"{"interval":600,"closed_through":0,"ordered_through":0,"excused_through":0,"heights":[]}"#,
    );
    golden::<TrustResponse>(r#"{"rows":[{"what":"a","how":"b","by":"c"}]}"#);
}
