use cosmwasm_std::{Binary, to_json_binary};
use devnet::Failure;
use serde_json::{Value, json};

use crate::probe::{World, count, world};

/// The probe asks the chain.
fn ask(w: &World, request: Value) -> Result<Value, String> {
    let answer = w.chain.query(&w.probe, &json!({ "chain": { "request": request } }));
    answer.map_err(|e: Failure| e.to_string())
}

fn smart(contract: &str, msg: &Value) -> Value {
    json!({ "wasm": { "smart": { "contract_addr": contract, "msg": to_json_binary(msg).unwrap() } } })
}

#[test]
fn a_contract_asks_another_and_its_text_stays_there() {
    let mut w = world();
    let other = w.other.clone();
    w.chain.execute(&w.user, &other, &count()).unwrap();
    assert_eq!(ask(&w, smart(&other, &json!({ "count": {} }))), Ok(json!(1)));
    let error = ask(&w, smart(&other, &json!({ "nonsense": {} }))).unwrap_err();
    assert!(error.contains("contract: codespace: wasm, code: 9"), "{error}");
    assert!(!error.contains("nonsense"), "{error}");
    let error = ask(&w, smart(&w.user, &json!({}))).unwrap_err();
    assert!(error.contains("system: No such contract"), "{error}");
}

#[test]
fn a_queried_contract_costs_the_one_that_asks() {
    let w = world();
    let direct = w.chain.query_report(&w.other, &json!({ "count": {} })).1;
    let asked = json!({ "chain": { "request": smart(&w.other, &json!({ "count": {} })) } });
    let through = w.chain.query_report(&w.probe, &asked).1;
    assert_eq!((direct.queries, direct.calls), (0, 1));
    assert_eq!((through.queries, through.calls), (1, 2));
    assert_eq!(through.storage_gas, direct.storage_gas);
    assert!(through.cosmwasm_gas > direct.cosmwasm_gas);
}

#[test]
fn the_chain_answers_for_itself() {
    let mut w = world();
    w.chain.mint(&w.user, 5, "ustake");
    let balance = json!({ "bank": { "balance": { "address": w.user, "denom": "ustake" } } });
    assert_eq!(ask(&w, balance).unwrap(), json!({ "amount": { "denom": "ustake", "amount": "5" } }));
    let bonded = json!({ "staking": { "bonded_denom": {} } });
    assert_eq!(ask(&w, bonded).unwrap(), json!({ "denom": "ustake" }));
    let info = json!({ "wasm": { "contract_info": { "contract_addr": w.other } } });
    let info = ask(&w, info).unwrap();
    assert_eq!((&info["code_id"], &info["admin"]), (&json!(w.code), &json!(w.user)));
    assert_eq!(info["pinned"], json!(false));
    w.chain.pin_code(w.code);
    let info = json!({ "wasm": { "contract_info": { "contract_addr": w.other } } });
    assert_eq!(ask(&w, info).unwrap()["pinned"], json!(true));
    let code = ask(&w, json!({ "wasm": { "code_info": { "code_id": w.code } } })).unwrap();
    assert_eq!(code["creator"], json!(w.user));
    let port = ask(&w, json!({ "ibc": { "port_id": {} } })).unwrap();
    assert_eq!(port["port_id"], json!(format!("wasm.{}", w.probe)));
}

#[test]
fn raw_keys_are_read_without_running_anything() {
    let mut w = world();
    w.run(count()).unwrap();
    let raw = json!({ "wasm": { "raw": { "contract_addr": w.probe, "key": Binary::from(b"count") } } });
    let usage = w.chain.query_report(&w.other, &json!({ "chain": { "request": raw } })).1;
    assert_eq!((usage.calls, usage.reads), (1, 1));
    assert_eq!(w.chain.query_raw(&w.probe, b"count"), Some(1u64.to_be_bytes().to_vec()));
}

#[test]
fn only_the_one_allowed_grpc_path_is_answered() {
    let w = world();
    let request = |path: &str| {
        let request = json!({ "grpc": { "path": path, "data": "" } });
        w.chain.query_report(&w.probe, &json!({ "chain": { "request": request } })).0
    };
    assert!(request("/cosmos.mint.v1beta1.Query/Params").is_ok());
    let refused = request("/cosmos.bank.v1beta1.Query/TotalSupply").unwrap_err().to_string();
    assert!(refused.contains("path is not allowed from the contract"), "{refused}");
}

#[test]
fn a_query_changes_nothing_and_sees_the_block_it_is_asked_in() {
    let mut w = world();
    w.chain.next_blocks(3);
    let env: Value = w.chain.query(&w.probe, &json!({ "env": {} })).unwrap();
    assert_eq!(env["height"], json!(3));
    w.chain.open_block();
    let env: Value = w.chain.query(&w.probe, &json!({ "env": {} })).unwrap();
    assert_eq!(env["height"], json!(4));
    assert_eq!(env["chain_id"], json!("bsn-devnet-1"));
    assert_eq!(w.journal(&w.probe), Vec::<String>::new());
}
