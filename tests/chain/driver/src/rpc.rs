//! CometBFT's JSON-RPC of one node.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::process;

/// A client; clones share connections.
#[derive(Debug, Clone)]
pub struct Rpc {
    agent: ureq::Agent,
    url: String,
}

/// The header of a block, as far as it is voted for.
#[derive(Debug, Clone)]
pub struct Header {
    /// Its height.
    pub height: u64,
    /// Its hash, in lower case hex.
    pub hash_hex: String,
    /// The state before it.
    pub app_hash: [u8; 32],
    /// When it was proposed, as the chain writes it.
    pub time: String,
}

/// What became of a transaction in a block.
#[derive(Debug, Clone)]
pub struct TxResult {
    /// 0 for success.
    pub code: u64,
    /// Why not.
    pub log: String,
    /// SDK gas.
    pub gas_used: u64,
    /// The data of its messages.
    pub data: Vec<u8>,
    /// Its events.
    pub events: Vec<Event>,
}

/// An event of a transaction or a block.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its type.
    pub kind: String,
    /// Its attributes in order.
    pub attributes: Vec<(String, String)>,
}

impl Event {
    /// The first attribute of this name.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// The first event of a kind that has an attribute; its value.
pub fn attribute<'a>(events: &'a [Event], kind: &str, key: &str) -> Option<&'a str> {
    events.iter().filter(|event| event.kind == kind).find_map(|event| event.get(key))
}

impl Rpc {
    /// For a node on loopback.
    pub fn new(port: u16) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(20)))
            .http_status_as_error(false)
            // The node hangs up on who says nothing for ten seconds.
            .max_idle_age(Duration::from_secs(3))
            .build()
            .into();
        Self { agent, url: format!("http://127.0.0.1:{port}/") }
    }

    /// One call.
    ///
    /// # Errors
    /// If nobody answers, or with an error.
    pub fn call(&self, method: &str, params: &Value) -> Result<Value> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut response = self
            .agent
            .post(&self.url)
            .send_json(&body)
            .with_context(|| format!("{method} at {}", self.url))?;
        let text = response.body_mut().with_config().limit(64 << 20).read_to_string()?;
        let mut answer: Value = serde_json::from_str(&text).with_context(|| format!("{method}: not JSON"))?;
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            bail!("{method}: {error}");
        }
        Ok(answer["result"].take())
    }

    /// The page of metrics at a port of the same node.
    ///
    /// # Errors
    /// If nobody answers.
    pub fn metrics(&self, port: u16) -> Result<String> {
        let url = format!("http://127.0.0.1:{port}/metrics");
        Ok(self.agent.get(&url).call()?.body_mut().read_to_string()?)
    }

    /// The last height.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn height(&self) -> Result<u64> {
        number(&self.call("status", &json!({}))?["sync_info"]["latest_block_height"])
    }

    /// The header of a height, or the last one.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn header(&self, height: Option<u64>) -> Result<Header> {
        let params = height.map_or_else(|| json!({}), |height| json!({ "height": height.to_string() }));
        let block = self.call("block", &params)?;
        let header = &block["block"]["header"];
        let app_hash = hex::decode(text(&header["app_hash"])?)?;
        Ok(Header {
            height: number(&header["height"])?,
            hash_hex: text(&block["block_id"]["hash"])?.to_lowercase(),
            app_hash: app_hash.try_into().map_err(|_| anyhow!("an app hash is not 32 bytes long"))?,
            time: text(&header["time"])?.to_owned(),
        })
    }

    /// What happened at the edges of a block, and the gas of its transactions.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn results(&self, height: u64) -> Result<(Vec<Event>, Vec<TxResult>)> {
        let ask = json!({ "height": height.to_string() });
        // A block is there a moment before its results.
        let results = process::wait_for("a block's results", Duration::from_secs(20), || {
            match self.call("block_results", &ask) {
                Ok(results) => Ok(Some(results)),
                Err(error) if error.to_string().contains("could not find results") => Ok(None),
                Err(error) => Err(error),
            }
        })?;
        let txs = results["txs_results"].as_array().map_or(&[][..], Vec::as_slice);
        let txs = txs.iter().map(tx_result).collect::<Result<_>>()?;
        Ok((events(&results["finalize_block_events"]), txs))
    }

    /// How many bytes each transaction of a block has.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn lengths(&self, height: u64) -> Result<Vec<usize>> {
        let block = self.call("block", &json!({ "height": height.to_string() }))?;
        let txs = block["block"]["data"]["txs"].as_array().map_or(&[][..], Vec::as_slice);
        txs.iter().map(|tx| Ok(STANDARD.decode(text(tx)?)?.len())).collect()
    }

    /// Puts a transaction into the mempool; gives its hash.
    ///
    /// # Errors
    /// As [`call`](Self::call), or if the node refuses it.
    pub fn broadcast(&self, tx: &[u8]) -> Result<String> {
        let answer = self.call("broadcast_tx_sync", &json!({ "tx": STANDARD.encode(tx) }))?;
        if answer["code"].as_u64() != Some(0) {
            bail!("refused by the node: {}", answer["log"].as_str().unwrap_or_default());
        }
        Ok(text(&answer["hash"])?.to_owned())
    }

    /// What became of a transaction, once it is in a block.
    ///
    /// # Errors
    /// If the hash is none.
    pub fn tx(&self, hash: &str) -> Result<Option<TxResult>> {
        let hash = STANDARD.encode(hex::decode(hash)?);
        match self.call("tx", &json!({ "hash": hash })) {
            Ok(found) => tx_result(&found["tx_result"]).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// A gRPC query through ABCI: both sides in protobuf.
    ///
    /// # Errors
    /// As [`call`](Self::call), or if the chain refuses it.
    pub fn query(&self, path: &str, data: &[u8]) -> Result<Vec<u8>> {
        self.query_at(path, data, 0)
    }

    /// The same of the state after a block, 0 for the last one.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub fn query_at(&self, path: &str, data: &[u8], height: u64) -> Result<Vec<u8>> {
        let ask = json!({ "path": path, "data": hex::encode(data), "height": height.to_string() });
        let answer = self.call("abci_query", &ask)?;
        let response = &answer["response"];
        if response["code"].as_u64().unwrap_or(0) != 0 {
            bail!("{}", response["log"].as_str().unwrap_or_default());
        }
        Ok(STANDARD.decode(response["value"].as_str().unwrap_or_default())?)
    }
}

fn tx_result(tx: &Value) -> Result<TxResult> {
    Ok(TxResult {
        code: tx["code"].as_u64().unwrap_or(0),
        log: tx["log"].as_str().unwrap_or_default().to_owned(),
        gas_used: number(&tx["gas_used"])?,
        data: STANDARD.decode(tx["data"].as_str().unwrap_or_default())?,
        events: events(&tx["events"]),
    })
}

fn events(list: &Value) -> Vec<Event> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let attributes = |event: &Value| {
        let list = event["attributes"].as_array().map_or(&[][..], Vec::as_slice);
        list.iter().map(|one| (word(&one["key"]), word(&one["value"]))).collect()
    };
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    list.iter().map(|event| Event { kind: word(&event["type"]), attributes: attributes(event) }).collect()
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().ok_or_else(|| anyhow!("expected text, got {value}"))
}

fn number(value: &Value) -> Result<u64> {
    let given = value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok());
    given.ok_or_else(|| anyhow!("expected a number, got {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_as_cometbft_writes_them() {
        let tx = json!({ "code": 5, "data": "AQI=", "log": "no", "gas_wanted": "9", "gas_used": "7",
            "events": [{ "type": "wasm", "attributes": [{ "key": "a", "value": "b", "index": true }] }] });
        let read = tx_result(&tx).unwrap();
        assert_eq!((read.code, read.gas_used, read.data), (5, 7, vec![1, 2]));
        assert_eq!(attribute(&read.events, "wasm", "a"), Some("b"));
        assert_eq!(attribute(&read.events, "wasm", "b"), None);
        assert!(tx_result(&json!({ "gas_used": "x" })).is_err());
        // A transaction that did nothing has neither data nor code.
        assert_eq!(tx_result(&json!({ "gas_used": "0" })).unwrap().code, 0);
    }
}
