//! `/rpc`: the chain's JSON-RPC, as far as it reads. Whatever sends, simulates, subscribes or looks into the node is refused
//! without a question to it.

use bsn_rpc::{Client, Error};
use serde_json::{Value, json};

/// The methods that are passed on.
const METHODS: [&str; 14] = [
    "abci_query",
    "block",
    "block_by_hash",
    "block_results",
    "block_search",
    "blockchain",
    "commit",
    "header",
    "header_by_hash",
    "health",
    "status",
    "tx",
    "tx_search",
    "validators",
];
/// How many calls a batch may hold, as CometBFT's default.
const BATCH: usize = 10;
/// JSON-RPC's own codes.
const PARSE: i64 = -32_700;
const REQUEST: i64 = -32_600;
const METHOD: i64 = -32_601;
const INTERNAL: i64 = -32_603;

/// Answers a request or a batch; `ask` passes one call on.
pub fn answer(body: &[u8], ask: &dyn Fn(&str, &Value) -> Result<Value, Error>) -> Value {
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return refusal(&json!(-1), PARSE, "Parse error. Invalid JSON", String::new());
    };
    match request {
        Value::Array(batch) if batch.is_empty() || batch.len() > BATCH => {
            refusal(&json!(-1), REQUEST, "Invalid Request", format!("a batch holds 1 to {BATCH} calls"))
        }
        Value::Array(batch) => batch.iter().map(|call| one(call, ask)).collect(),
        call => one(&call, ask),
    }
}

/// Asks the chain's nodes.
pub fn through(client: &Client) -> impl Fn(&str, &Value) -> Result<Value, Error> + use<'_> {
    |method, params| client.call(method, params)
}

fn one(call: &Value, ask: &dyn Fn(&str, &Value) -> Result<Value, Error>) -> Value {
    let id =
        call.get("id").filter(|id| id.is_number() || id.is_string()).cloned().unwrap_or_else(|| json!(-1));
    let Some(method) = call["method"].as_str() else {
        return refusal(&id, REQUEST, "Invalid Request", "there is no method".to_owned());
    };
    let params = call.get("params").filter(|params| !params.is_null()).cloned().unwrap_or_else(|| json!({}));
    if let Err(why) = allowed(method, &params) {
        return refusal(&id, METHOD, "Method not found", why);
    }
    match ask(method, &params) {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(Error::Refused { code, message, data, .. }) => refusal(&id, code, &message, data),
        Err(error) => refusal(&id, INTERNAL, "Internal error", error.to_string()),
    }
}

/// Whether a call only reads.
fn allowed(method: &str, params: &Value) -> Result<(), String> {
    if !METHODS.contains(&method) {
        let shown: String = method.chars().take(40).collect();
        return Err(format!("`{shown}` is not passed on: only {} are", METHODS.join(", ")));
    }
    if !params.is_object() {
        return Err("params are passed on by name only".to_owned());
    }
    match params.get("path").and_then(Value::as_str) {
        Some(path) if method == "abci_query" && !is_reading(path) => {
            Err("only queries and keys of the store are passed on".to_owned())
        }
        None if method == "abci_query" => Err("abci_query needs a path".to_owned()),
        _ => Ok(()),
    }
}

/// A gRPC query, `/package.Query/Method`, or `/store/NAME/key`. Others simulate, or set the node's filters.
fn is_reading(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        [service, _] => service.ends_with(".Query"),
        ["store", _, "key"] => true,
        _ => false,
    }
}

fn refusal(id: &Value, code: i64, message: &str, data: String) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message, "data": data } })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// The answer, and what the node was asked.
    fn asked(body: &str) -> (Value, Vec<String>) {
        let calls = RefCell::new(Vec::new());
        let answer = answer(body.as_bytes(), &|method, _| {
            calls.borrow_mut().push(method.to_owned());
            Ok(json!("well"))
        });
        (answer, calls.into_inner())
    }

    fn call(method: &str, params: &Value) -> (Value, Vec<String>) {
        asked(&json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params }).to_string())
    }

    #[test]
    fn what_reads_is_passed_on() {
        for method in METHODS.iter().filter(|method| **method != "abci_query") {
            assert_eq!(call(method, &json!({})).1, [*method]);
        }
        for path in ["/cosmwasm.wasm.v1.Query/SmartContractState", "/store/wasm/key"] {
            let (answer, calls) = call("abci_query", &json!({ "path": path, "data": "" }));
            assert_eq!((calls.len(), &answer["id"], &answer["result"]), (1, &json!(7), &json!("well")));
        }
    }

    #[test]
    fn what_sends_simulates_or_looks_into_the_node_never_reaches_it() {
        let methods = [
            "broadcast_tx_sync",
            "broadcast_tx_async",
            "broadcast_tx_commit",
            "broadcast_evidence",
            "check_tx",
            "unsafe_flush_mempool",
            "dial_peers",
            "subscribe",
            "net_info",
            "dump_consensus_state",
            "genesis",
            "unconfirmed_txs",
            "",
            "STATUS",
            "status ",
        ];
        for method in methods {
            let (answer, calls) = call(method, &json!({}));
            assert_eq!((calls.len(), &answer["error"]["code"]), (0, &json!(METHOD)), "{method}");
        }
        for path in [
            "/app/simulate",
            "app/simulate",
            "/p2p/filter/addr/1",
            "/cosmos.tx.v1beta1.Service/Simulate",
            "/store/wasm/subspace",
            "",
            "/a.Query/B/C",
            "//a.b/x.Query",
        ] {
            assert_eq!(call("abci_query", &json!({ "path": path })).1.len(), 0, "{path}");
        }
        assert_eq!(call("abci_query", &json!({})).1.len(), 0);
        assert_eq!(call("abci_query", &json!(["/app/simulate"])).1.len(), 0, "params by place hide the path");
    }

    #[test]
    fn bad_requests_are_answered_and_large_batches_refused() {
        assert_eq!(asked("{").0["error"]["code"], PARSE);
        assert_eq!(asked("7").0["error"]["code"], REQUEST);
        assert_eq!(asked("[]").0["error"]["code"], REQUEST);
        let batch =
            |count: usize| Value::from(vec![json!({ "id": 1, "method": "status" }); count]).to_string();
        assert_eq!(asked(&batch(BATCH)).1.len(), BATCH);
        assert_eq!(asked(&batch(BATCH + 1)).1.len(), 0);
        assert_eq!(asked(r#"{"id":{"a":1},"method":"status"}"#).0["id"], -1);
    }

    #[test]
    fn an_error_of_the_node_is_passed_on_as_it_is() {
        let refused = |_: &str, _: &Value| {
            let (node, method) = ("n".to_owned(), "tx".to_owned());
            let (message, data) = ("Internal error".to_owned(), "tx not found".to_owned());
            Err(Error::Refused { node, method, code: -32_603, message, data })
        };
        let answer = answer(br#"{"id":1,"method":"tx","params":{}}"#, &refused);
        assert_eq!(answer["error"]["data"], "tx not found");
    }
}
