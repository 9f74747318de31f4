use std::time::{Duration, SystemTime};

use base64::prelude::{Engine, BASE64_STANDARD};
use prost::Message;
use serde::Deserialize;
use serde_json::{json, Value};

use super::http::{self, Client};
use super::RpcError;
use crate::Error;

/// The contract that is asked.
pub struct Contract<'a> {
    pub chain_id: &'a str,
    pub address: &'a str,
}

/// What a node's contract says.
pub struct Answer {
    /// Which node's.
    pub node: String,
    /// As of the state after which block.
    pub height: u64,
    /// The bytes of the answer.
    pub value: Vec<u8>,
}

/// `cosmwasm.wasm.v1.QuerySmartContractStateRequest`, and `QueryRawContractStateRequest`, which is alike.
#[derive(Message)]
struct Request {
    #[prost(string, tag = "1")]
    address: String,
    #[prost(bytes = "vec", tag = "2")]
    query_data: Vec<u8>,
}

/// What answers either.
#[derive(Message)]
struct Response {
    #[prost(bytes = "vec", tag = "1")]
    data: Vec<u8>,
}

#[derive(Deserialize)]
struct Reply {
    id: u64,
    result: Option<Value>,
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Status {
    node_info: NodeInfo,
    sync_info: SyncInfo,
}

#[derive(Deserialize)]
struct NodeInfo {
    network: String,
}

#[derive(Deserialize)]
struct SyncInfo {
    latest_block_height: String,
    latest_block_time: String,
    catching_up: bool,
}

#[derive(Deserialize)]
struct Queried {
    response: QueriedResponse,
}

#[derive(Deserialize)]
struct QueriedResponse {
    #[serde(default)]
    code: u32,
    #[serde(default)]
    log: String,
    value: Option<String>,
    #[serde(default)]
    height: String,
}

/// Asks one node, and looks whether it is of the chain and keeps up.
pub async fn ask(
    http: &Client,
    node: &str,
    contract: &Contract<'_>,
    path: &'static str,
    data: &[u8],
    max_age: Duration,
) -> Result<Answer, RpcError> {
    let request = Request { address: contract.address.to_owned(), query_data: data.to_vec() };
    let body = json!([
        {"jsonrpc": "2.0", "id": 0, "method": "status", "params": {}},
        {"jsonrpc": "2.0", "id": 1, "method": "abci_query", "params": {"path": path, "data": hex::encode(request.encode_to_vec())}},
    ]);
    let (status, bytes) = http::post(http, node, body.to_string()).await?;
    let replies = serde_json::from_slice::<Vec<Reply>>(&bytes);
    let replies = replies.map_err(|error| match status.is_success() {
        false => RpcError::bad(node, status),
        true => RpcError::bad(node, error),
    })?;
    let latest = follows(node, contract.chain_id, &result(node, &replies, 0)?, max_age)?;
    answer(node, contract, result(node, &replies, 1)?, latest)
}

fn result<T: serde::de::DeserializeOwned>(node: &str, replies: &[Reply], id: u64) -> Result<T, RpcError> {
    let reply = replies.iter().find(|reply| reply.id == id);
    let reply = reply.ok_or_else(|| RpcError::bad(node, "an answer is missing"))?;
    if let Some(error) = &reply.error {
        return Err(RpcError::bad(node, error));
    }
    let result = reply.result.clone().unwrap_or_default();
    serde_json::from_value(result).map_err(|error| RpcError::bad(node, error))
}

/// The node's last block, if the node is of the chain and keeps up.
fn follows(node: &str, chain_id: &str, status: &Status, max_age: Duration) -> Result<u64, RpcError> {
    let sync = &status.sync_info;
    if status.node_info.network != chain_id {
        let (expected, found) = (chain_id.to_owned(), status.node_info.network.clone());
        return Err(RpcError::WrongNetwork { node: node.to_owned(), expected, found });
    }
    let height = sync.latest_block_height.parse().map_err(|error| RpcError::bad(node, error))?;
    let behind = |why: String| Err(RpcError::Behind { node: node.to_owned(), height, why });
    if sync.catching_up {
        return behind("it is catching up".to_owned());
    }
    let time =
        humantime::parse_rfc3339(&sync.latest_block_time).map_err(|error| RpcError::bad(node, error))?;
    let age = SystemTime::now().duration_since(time).unwrap_or_default();
    if age > max_age {
        return behind(format!("its last block is {} seconds old", age.as_secs()));
    }
    Ok(height)
}

fn answer(node: &str, contract: &Contract<'_>, queried: Queried, latest: u64) -> Result<Answer, RpcError> {
    let response = queried.response;
    if response.code != 0 {
        let contract = contract.address.to_owned();
        return Err(match response.log.contains("no such contract") {
            true => Error::NoSuchContract { contract },
            false => Error::Refused { contract, query: "the question", reason: response.log },
        }
        .into());
    }
    let height: u64 = response.height.parse().map_err(|error| RpcError::bad(node, error))?;
    // A block may be made between the two calls of one POST, and the state that is asked may be one behind.
    if height == 0 || height.abs_diff(latest) > 2 {
        return Err(RpcError::lies(node, format!("it answers at {height}, and its last block is {latest}")));
    }
    let value = BASE64_STANDARD.decode(response.value.unwrap_or_default());
    let value = value.map_err(|error| RpcError::bad(node, error))?;
    let data = Response::decode(&value[..]).map_err(|error| RpcError::bad(node, error))?.data;
    Ok(Answer { node: node.to_owned(), height, value: data })
}
