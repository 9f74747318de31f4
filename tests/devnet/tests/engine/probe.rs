//! A chain with one or two probes on it.

use devnet::{Chain, Genesis, TxError, TxReport};
use serde_json::{Value, json};

pub struct World {
    pub chain: Chain,
    pub user: String,
    pub code: u64,
    pub probe: String,
    pub other: String,
}

pub fn wasm() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../artifacts/probe.wasm");
    std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}: run `cargo xtask wasm` first"))
}

pub fn world() -> World {
    world_from(Genesis::default())
}

pub fn world_from(genesis: Genesis) -> World {
    let mut chain = Chain::new(genesis);
    let user = chain.account("user");
    let code = chain.store_code(&user, &wasm()).unwrap();
    let mut start = |label| chain.instantiate(&user, code, &json!({}), label, Some(&user)).unwrap().0;
    let (probe, other) = (start("probe"), start("other"));
    World { chain, user, code, probe, other }
}

impl World {
    /// The probe does an action.
    pub fn run(&mut self, action: Value) -> Result<TxReport, TxError> {
        self.chain.execute(&self.user, &self.probe, &action)
    }

    pub fn count(&self, contract: &str) -> u64 {
        self.chain.query(contract, &json!({ "count": {} })).unwrap()
    }

    /// The journal, without the line of the instantiation.
    pub fn journal(&self, contract: &str) -> Vec<String> {
        let lines: Vec<String> = self.chain.query(contract, &json!({ "journal": {} })).unwrap();
        assert_eq!(lines[0], "instantiate");
        lines[1..].to_vec()
    }
}

/// A `CosmosMsg` that lets `contract` do an action.
pub fn call(contract: &str, action: &Value) -> Value {
    let msg = cosmwasm_std::to_json_binary(action).unwrap();
    json!({ "wasm": { "execute": { "contract_addr": contract, "msg": msg, "funds": [] } } })
}

/// A submessage; `then` is what the reply does.
pub fn submessage(msg: Value, reply_on: &str, then: Option<&Value>) -> Value {
    let payload = then.map_or_else(Default::default, |then| cosmwasm_std::to_json_binary(then).unwrap());
    json!({ "id": 7, "payload": payload, "msg": msg, "gas_limit": null, "reply_on": reply_on })
}

pub fn count() -> Value {
    json!({ "count": {} })
}

pub fn fail(text: &str) -> Value {
    json!({ "fail": { "error": text } })
}

pub fn sequence(actions: &[Value]) -> Value {
    json!({ "sequence": { "actions": actions } })
}

pub fn submessages(messages: &[Value]) -> Value {
    json!({ "submessages": { "messages": messages } })
}

pub fn write(entries: u32, bytes: u32) -> Value {
    json!({ "write": { "entries": entries, "bytes": bytes } })
}
