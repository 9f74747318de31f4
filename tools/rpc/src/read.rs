//! Blocks, results and transactions, as CometBFT writes them.

use std::time::{Duration, Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::proto::Message;
use crate::proto::cosmos::base::abci::v1beta1::TxMsgData;
use crate::proto::cosmwasm::wasm::v1::MsgExecuteContractResponse;
use crate::{Client, Error, Node, Result};

/// A block is there a moment before its results.
const RESULTS_WAIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(150);

/// What a node says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Which node said it.
    pub node: String,
    /// Its chain.
    pub chain_id: String,
    /// Its name.
    pub moniker: String,
    /// CometBFT's version.
    pub version: String,
    /// Its last height.
    pub height: u64,
    /// The first height that it has kept.
    pub earliest_height: u64,
    /// When the last block was proposed, in nanoseconds since 1970.
    pub time_nanos: i128,
    /// Whether it is still loading blocks.
    pub is_catching_up: bool,
}

/// The header of a block, as far as it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its chain.
    pub chain_id: String,
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TxResult {
    /// Its hash in upper case hex, where the answer says it.
    pub hash: String,
    /// In which block, where the answer says it.
    pub height: u64,
    /// 0 for success.
    pub code: u32,
    /// Whose code that is.
    pub codespace: String,
    /// Why not.
    pub log: String,
    /// SDK gas that it was allowed.
    pub gas_wanted: u64,
    /// SDK gas.
    pub gas_used: u64,
    /// The data of its messages.
    pub data: Vec<u8>,
    /// Its events.
    pub events: Vec<Event>,
}

/// An event of a transaction or a block.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// What a contract answered to the first message of a transaction, by its `TxMsgData`; nothing where that is none.
pub fn answer_of(data: &[u8]) -> Option<Vec<u8>> {
    let data = TxMsgData::decode(data).ok()?;
    let first = data.msg_responses.first().map(|any| any.value.clone());
    #[expect(deprecated, reason = "chains before 0.46 of the SDK fill this alone")]
    let older = || data.data.first().map(|message| message.data.clone());
    let answer = first.or_else(older)?;
    Some(MsgExecuteContractResponse::decode(answer.as_slice()).ok()?.data)
}

/// The hash of a transaction, in upper case hex.
pub fn tx_hash(tx: &[u8]) -> String {
    hex::encode_upper(Sha256::digest(tx))
}

/// One answer of one node, read field by field.
struct Answer<'a> {
    node: &'a Node,
    method: &'a str,
    value: &'a Value,
}

impl<'a> Answer<'a> {
    /// The value at a path of names, without which the answer is no use.
    fn at(&self, path: &str) -> Result<&'a Value> {
        let found = path.split('.').try_fold(self.value, |value, name| value.get(name));
        found.ok_or_else(|| self.node.malformed(self.method, path))
    }

    fn text(&self, path: &str) -> Result<String> {
        let text = self.at(path)?.as_str().map(str::to_owned);
        text.ok_or_else(|| self.node.malformed(self.method, path))
    }

    fn number(&self, path: &str) -> Result<u64> {
        number(self.at(path)?).ok_or_else(|| self.node.malformed(self.method, path))
    }
}

impl Status {
    pub(crate) fn parse(node: &Node, value: &Value) -> Result<Self> {
        let answer = Answer { node, method: "status", value };
        let time = answer.text("sync_info.latest_block_time")?;
        Ok(Self {
            node: node.name().to_owned(),
            chain_id: answer.text("node_info.network")?,
            moniker: answer.text("node_info.moniker").unwrap_or_default(),
            version: answer.text("node_info.version").unwrap_or_default(),
            height: answer.number("sync_info.latest_block_height")?,
            earliest_height: answer.number("sync_info.earliest_block_height").unwrap_or(1),
            time_nanos: nanos(&time)
                .ok_or_else(|| node.malformed("status", "sync_info.latest_block_time"))?,
            is_catching_up: answer.at("sync_info.catching_up")?.as_bool().unwrap_or(true),
        })
    }
}

impl Header {
    fn parse(node: &Node, value: &Value) -> Result<Self> {
        let answer = Answer { node, method: "block", value };
        let bytes = hex::decode(answer.text("block.header.app_hash")?).ok();
        let app_hash = bytes.and_then(|bytes| bytes.try_into().ok());
        Ok(Self {
            chain_id: answer.text("block.header.chain_id")?,
            height: answer.number("block.header.height")?,
            hash_hex: answer.text("block_id.hash")?.to_lowercase(),
            app_hash: app_hash.ok_or_else(|| node.malformed("block", "block.header.app_hash"))?,
            time: answer.text("block.header.time")?,
        })
    }

    /// When it was proposed, in nanoseconds since 1970; `None` if the chain wrote no time.
    pub fn nanos(&self) -> Option<i128> {
        nanos(&self.time)
    }

    /// The header of a height, or the last one, of one node.
    ///
    /// # Errors
    /// As [`Node::call`], and where the answer is of another height.
    pub fn of(node: &Node, height: Option<u64>) -> Result<Self> {
        let params = height.map_or_else(|| json!({}), |height| json!({ "height": height.to_string() }));
        let header = Self::parse(node, &node.call("block", &params)?)?;
        if height.is_some_and(|height| height != header.height) {
            return Err(node.malformed("block", "block.header.height"));
        }
        Ok(header)
    }
}

/// A block with its transactions, those that failed too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its header.
    pub header: Header,
    /// The root over the transactions' hashes that its header names.
    pub data_hash: Vec<u8>,
    /// The bytes of each transaction.
    pub txs: Vec<Vec<u8>>,
}

impl Block {
    /// The block of a height, as one node shows it.
    ///
    /// # Errors
    /// As [`Node::call`], and where the answer is of another height.
    pub fn of(node: &Node, height: u64) -> Result<Self> {
        let value = node.call("block", &json!({ "height": height.to_string() }))?;
        let header = Header::parse(node, &value)?;
        if header.height != height {
            return Err(node.malformed("block", "block.header.height"));
        }
        let answer = Answer { node, method: "block", value: &value };
        let data_hash = hex::decode(answer.text("block.header.data_hash")?);
        let data_hash = data_hash.map_err(|_| node.malformed("block", "block.header.data_hash"))?;
        Ok(Self { header, data_hash, txs: txs_at(&answer, "block.data.txs")? })
    }
}

/// What a node says of itself.
///
/// # Errors
/// As [`Node::call`].
pub fn status_of(node: &Node) -> Result<Status> {
    Status::parse(node, &node.call("status", &json!({}))?)
}

/// The transactions that wait at a node, at most a hundred: CometBFT shows no more.
///
/// # Errors
/// As [`Node::call`].
pub fn waiting_at(node: &Node) -> Result<Vec<Vec<u8>>> {
    let value = node.call("unconfirmed_txs", &json!({ "limit": "100" }))?;
    txs_at(&Answer { node, method: "unconfirmed_txs", value: &value }, "txs")
}

fn txs_at(answer: &Answer<'_>, path: &str) -> Result<Vec<Vec<u8>>> {
    let txs = answer.at(path)?.as_array().map_or(&[][..], Vec::as_slice);
    let decoded = txs.iter().map(|tx| STANDARD.decode(tx.as_str()?).ok()).collect::<Option<_>>();
    decoded.ok_or_else(|| answer.node.malformed(answer.method, path))
}

impl Client {
    /// The header of a height, or the last one.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn header(&self, height: Option<u64>) -> Result<Header> {
        self.with_node(|node| Header::of(node, height))
    }

    /// What happened at the edges of a block, and its transactions in order. Waits for results that are not there yet.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn results(&self, height: u64) -> Result<(Vec<Event>, Vec<TxResult>)> {
        let (ask, start) = (json!({ "height": height.to_string() }), Instant::now());
        self.with_node(|node| {
            loop {
                match node.call("block_results", &ask) {
                    Err(Error::Refused { data, .. })
                        if data.contains("could not find results") && start.elapsed() < RESULTS_WAIT =>
                    {
                        std::thread::sleep(POLL);
                    }
                    answer => {
                        let value = answer?;
                        let answer = Answer { node, method: "block_results", value: &value };
                        let txs = answer.at("txs_results")?.as_array().map_or(&[][..], Vec::as_slice);
                        let read = |tx: &Value| tx_result(tx, height);
                        let txs = txs.iter().map(read).collect::<Option<Vec<_>>>();
                        let txs = txs.ok_or_else(|| node.malformed("block_results", "txs_results"))?;
                        return Ok((events(&value["finalize_block_events"]), txs));
                    }
                }
            }
        })
    }

    /// The bytes of each transaction of a block.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn txs(&self, height: u64) -> Result<Vec<Vec<u8>>> {
        self.with_node(|node| {
            let block = node.call("block", &json!({ "height": height.to_string() }))?;
            txs_at(&Answer { node, method: "block", value: &block }, "block.data.txs")
        })
    }

    /// Puts a transaction into the mempool; gives its hash. One that is in a mempool already is no error: an answer
    /// may have been lost on its way.
    ///
    /// # Errors
    /// As [`call`](Self::call), and [`Error::NotTaken`].
    pub fn broadcast(&self, tx: &[u8]) -> Result<String> {
        let ask = json!({ "tx": STANDARD.encode(tx) });
        self.with_node(|node| {
            let answer = match node.call("broadcast_tx_sync", &ask) {
                Err(Error::Refused { data, .. }) if data.contains("tx already exists in cache") => {
                    return Ok(tx_hash(tx));
                }
                answer => answer?,
            };
            let code = Answer { node, method: "broadcast_tx_sync", value: &answer }.number("code")?;
            if code == 0 {
                return Ok(tx_hash(tx));
            }
            let (codespace, log) = (word(&answer["codespace"]), word(&answer["log"]));
            Err(Error::NotTaken { code: u32::try_from(code).unwrap_or(u32::MAX), codespace, log })
        })
    }

    /// What became of a transaction, once it is in a block.
    ///
    /// # Errors
    /// As [`call`](Self::call); a node that does not know it is no error.
    pub fn tx(&self, hash: &str) -> Result<Option<TxResult>> {
        let bytes = hex::decode(hash).map_err(|error| Error::answer(hash, error))?;
        let ask = json!({ "hash": STANDARD.encode(bytes) });
        self.with_node(|node| match node.call("tx", &ask) {
            Ok(found) => {
                let height = number(&found["height"]).unwrap_or_default();
                let read = tx_result(&found["tx_result"], height);
                let read = read.map(|tx| TxResult { hash: hash.to_uppercase(), ..tx });
                read.map(Some).ok_or_else(|| node.malformed("tx", "tx_result"))
            }
            Err(Error::Refused { data, .. }) if data.contains("not found") => Ok(None),
            Err(error) => Err(error),
        })
    }

    /// Waits until a block has taken a transaction.
    ///
    /// # Errors
    /// As [`tx`](Self::tx), and [`Error::NotIncluded`]. A transaction that failed is no error here.
    pub fn wait_for_tx(&self, hash: &str, limit: Duration) -> Result<TxResult> {
        let start = Instant::now();
        loop {
            if let Some(found) = self.tx(hash)? {
                return Ok(found);
            }
            if start.elapsed() >= limit {
                return Err(Error::NotIncluded { hash: hash.to_owned(), seconds: limit.as_secs() });
            }
            std::thread::sleep(POLL);
        }
    }

    /// Transactions by their events, a page of at most 100 at a time, from 1; the newest last. Gives how many there are
    /// on all pages.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub fn tx_search(&self, query: &str, page: u32, per_page: u32) -> Result<(Vec<TxResult>, u64)> {
        let (page, per_page) = (page.to_string(), per_page.to_string());
        let ask =
            json!({ "query": query, "prove": false, "page": page, "per_page": per_page, "order_by": "asc" });
        self.with_node(|node| {
            let value = node.call("tx_search", &ask)?;
            let answer = Answer { node, method: "tx_search", value: &value };
            let list = answer.at("txs")?.as_array().map_or(&[][..], Vec::as_slice);
            let read = |tx: &Value| {
                let read = tx_result(&tx["tx_result"], number(&tx["height"])?)?;
                Some(TxResult { hash: word(&tx["hash"]), ..read })
            };
            let txs = list.iter().map(read).collect::<Option<Vec<_>>>();
            let txs = txs.ok_or_else(|| node.malformed("tx_search", "txs"))?;
            Ok((txs, answer.number("total_count")?))
        })
    }
}

fn tx_result(tx: &Value, height: u64) -> Option<TxResult> {
    Some(TxResult {
        hash: String::new(),
        height,
        code: tx["code"].as_u64().unwrap_or(0).try_into().ok()?,
        codespace: word(&tx["codespace"]),
        log: word(&tx["log"]),
        gas_wanted: number(&tx["gas_wanted"]).unwrap_or_default(),
        gas_used: number(&tx["gas_used"])?,
        data: STANDARD.decode(tx["data"].as_str().unwrap_or_default()).ok()?,
        events: events(&tx["events"]),
    })
}

fn events(list: &Value) -> Vec<Event> {
    let attributes = |event: &Value| {
        let list = event["attributes"].as_array().map_or(&[][..], Vec::as_slice);
        list.iter().map(|one| (word(&one["key"]), word(&one["value"]))).collect()
    };
    let list = list.as_array().map_or(&[][..], Vec::as_slice);
    list.iter().map(|event| Event { kind: word(&event["type"]), attributes: attributes(event) }).collect()
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// CometBFT writes 64-bit numbers as text.
fn number(value: &Value) -> Option<u64> {
    value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok())
}

fn nanos(time: &str) -> Option<i128> {
    OffsetDateTime::parse(time, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_as_cometbft_writes_them() {
        let tx = json!({ "code": 5, "data": "AQI=", "log": "no", "gas_wanted": "9", "gas_used": "7",
            "events": [{ "type": "wasm", "attributes": [{ "key": "a", "value": "b", "index": true }] }] });
        let read = tx_result(&tx, 3).unwrap();
        assert_eq!((read.code, read.gas_used, read.data, read.height), (5, 7, vec![1, 2], 3));
        assert_eq!(attribute(&read.events, "wasm", "a"), Some("b"));
        assert_eq!(attribute(&read.events, "wasm", "b"), None);
        assert!(tx_result(&json!({ "gas_used": "x" }), 3).is_none());
        // A transaction that did nothing has neither data nor code.
        assert_eq!(tx_result(&json!({ "gas_used": "0" }), 3).unwrap().code, 0);
    }

    #[test]
    fn times_are_read_with_and_without_fractions() {
        assert_eq!(nanos("1970-01-01T00:00:01Z"), Some(1_000_000_000));
        assert_eq!(nanos("1970-01-01T00:00:00.000000007Z"), Some(7));
        assert_eq!(nanos("yesterday"), None);
    }
}
