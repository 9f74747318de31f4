//! The example of `deployments/<chain-id>.json`, and what is no such file.

use bsn_api::Deployment;
use cosmwasm_std::{from_json, to_json_vec};
use serde_json::Value;

fn example() -> Value {
    serde_json::from_str(include_str!("../../../deployments/example-1.json")).unwrap()
}

#[test]
fn the_example_is_read_and_written_as_it_is() {
    let read: Deployment = from_json(example().to_string()).unwrap();
    let written: Value = serde_json::from_slice(&to_json_vec(&read).unwrap()).unwrap();
    assert_eq!(written, example());
    assert_eq!(example()["chain_id"], "example-1");
}

#[test]
fn what_a_client_needs_must_be_there_and_the_rest_may_be_absent() {
    for needed in ["version", "chain_id", "bitcoin", "bsn"] {
        let mut without = example();
        without.as_object_mut().unwrap().remove(needed);
        let refusal = from_json::<Deployment>(without.to_string()).unwrap_err().to_string();
        assert!(refusal.contains(&format!("{needed}: missing")), "{refusal}");
    }
    let least = r#"{"version":1,"chain_id":"a","bitcoin":"regtest","bsn":{},"of_another_tool":{"step":3}}"#;
    let least: Deployment = from_json(least).unwrap();
    assert_eq!((least.rpc.len(), least.bsn.address, least.babylon), (0, None, None));
}
