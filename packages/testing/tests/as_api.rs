//! The client's JSON and its raw layouts are the contract's.

use api::bsn::{self, raw};
use bsn_client::{Deployment, FinalityStatus, LastFinalBlock, Query};
use serde::{de::DeserializeOwned, Serialize};
use serde_json::{json, Value};

/// Reads and writes JSON as both have it: both must give it back.
fn same<Client: Serialize + DeserializeOwned, Api: Serialize + DeserializeOwned>(json: &Value) {
    let client: Client = serde_json::from_value(json.clone()).unwrap();
    let api: Api = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(&serde_json::to_value(client).unwrap(), json, "the client");
    assert_eq!(&serde_json::to_value(api).unwrap(), json, "the contract");
}

/// The values of an enum in the schema, so that a new one is not missed here.
fn values(name: &str) -> Vec<Value> {
    let idl: Value = serde_json::from_str(include_str!("../../../schema/bsn.json")).unwrap();
    let any = idl["responses"]["finality_status"]["definitions"][name]["oneOf"].as_array().unwrap().clone();
    any.iter().flat_map(|one| one["enum"].as_array().unwrap().clone()).collect()
}

#[test]
fn questions() {
    let asked = serde_json::to_value(Query::FinalityStatus { height: 7 }).unwrap();
    assert_eq!(
        asked,
        serde_json::to_value(bsn::QueryMsg::FinalityStatus(bsn::AtHeight { height: 7 })).unwrap()
    );
    let asked = serde_json::to_value(Query::LastFinalBlock {}).unwrap();
    assert_eq!(asked, serde_json::to_value(bsn::QueryMsg::LastFinalBlock(bsn::Empty {})).unwrap());
}

#[test]
fn answers() {
    let [blocks, votes, reasons] = ["BlockFinality", "VoteState", "SkipReason"].map(values);
    assert_eq!((blocks.len(), votes.len(), reasons.len()), (4, 5, 5));
    for block in &blocks {
        for vote in &votes {
            same::<FinalityStatus, bsn::FinalityStatusResponse>(
                &json!({"height": 1, "block": block, "vote": {"state": vote}}),
            );
        }
    }
    for reason in &reasons {
        same::<FinalityStatus, bsn::FinalityStatusResponse>(
            &json!({"height": 1, "block": "pending", "vote": {"state": "skipped", "reason": reason}}),
        );
    }
    let certificate = json!({"total_power": "340282366920938463463374607431768211455", "voted_power": "0",
        "ranked_power": "12", "unbroken_since": 9});
    same::<FinalityStatus, bsn::FinalityStatusResponse>(&json!({"height": u64::MAX, "block": "final",
        "certified_by": 101, "vote": {"state": "quorum", "voted_power": "70", "total_power": "100"},
        "gap_before": 3, "certificate": certificate, "block_hash_hex": "aa", "app_hash_hex": "bb"}));
    same::<LastFinalBlock, bsn::LastFinalBlockResponse>(
        &json!({"height": 1, "block_hash_hex": "aa", "certified_by": 2, "certificate": certificate}),
    );
    same::<LastFinalBlock, bsn::LastFinalBlockResponse>(
        &json!({"height": 1, "block_hash_hex": "aa", "certified_by": 2}),
    );
}

#[test]
fn no_number_is_taken_for_power() {
    for wrong in [
        json!(1),
        json!("-1"),
        json!("+1"),
        json!(""),
        json!("1.0"),
        json!("340282366920938463463374607431768211456"),
    ] {
        let power = serde_json::from_value::<bsn_client::Amount>(wrong.clone());
        assert!(power.is_err(), "{wrong}");
    }
}

#[test]
fn raw_layouts() {
    use bsn_client::raw as client;
    assert_eq!(client::FINALITY_KEY, raw::FINALITY_KEY);
    assert_eq!(client::anchor_key(258), raw::anchor_key(258));
    let mut record = [0; 24];
    record[raw::LAST_FINALIZED_HEIGHT].copy_from_slice(&9_u64.to_be_bytes());
    record[raw::LAST_FINAL_BLOCK].copy_from_slice(&8_u64.to_be_bytes());
    let read = client::progress(&record).unwrap();
    assert_eq!((read.last_quorum, read.last_final), (Some(9), Some(8)));
    let mut anchor = [0; 70];
    anchor[raw::ANCHOR_APP_HASH].fill(1);
    anchor[raw::ANCHOR_BLOCK_HASH].fill(2);
    let read = client::anchor(&anchor).unwrap();
    assert_eq!((read.app_hash, read.block_hash), ([1; 32], [2; 32]));
}

#[test]
fn deployments() {
    let example: Value = serde_json::from_str(include_str!("../../../deployments/example-1.json")).unwrap();
    same::<Deployment, api::Deployment>(&example);
    let read: Deployment = serde_json::from_value(example.clone()).unwrap();
    assert_eq!(read.bsn(), Ok(example["bsn"]["address"].as_str().unwrap()));
    let mut unfinished = read.clone();
    unfinished.bsn.address = None;
    assert_eq!(unfinished.bsn().unwrap_err().to_string(), "the deployment on example-1 is not finished");
    let newer = Deployment { version: 2, ..read };
    assert_eq!(newer.bsn().unwrap_err().to_string(), "the deployment is of version 2, only 1 is known");
}
