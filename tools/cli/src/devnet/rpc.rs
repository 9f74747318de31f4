//! CometBFT's JSON-RPC methods, as version 0.38 answers them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bsn_rpc::proto::tendermint::google::protobuf::Timestamp;
use bsn_rpc::proto::tendermint::types;
use bsn_rpc::read::tx_hash;
use cosmwasm_std::Event;
use merkle::Tree;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::ante::Refusal;
use super::comet::{MAX_BYTES, MAX_GAS, POWER, Sealed};
use super::engine::{Engine, Outcome};
use super::params::Params;
use super::{query, search};

/// The CometBFT that is spoken.
pub const VERSION: &str = "0.38.21";
/// JSON-RPC's code for a method that is not there.
pub const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const INTERNAL: i64 = -32603;
/// How many headers `blockchain` shows at once.
const HEADERS: u64 = 20;

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RpcError {
    /// JSON-RPC's code.
    pub code: i64,
    /// What kind of error.
    pub message: &'static str,
    /// What is wrong.
    pub data: String,
}

/// CometBFT's own errors.
pub fn internal(data: impl Into<String>) -> RpcError {
    RpcError { code: INTERNAL, message: "Internal error", data: data.into() }
}

/// A parameter that is missing or none.
pub fn invalid(data: impl Into<String>) -> RpcError {
    RpcError { code: INVALID_PARAMS, message: "Invalid params", data: data.into() }
}

/// No such method.
pub fn no_method() -> RpcError {
    RpcError { code: METHOD_NOT_FOUND, message: "Method not found", data: String::new() }
}

/// One call to the appchain's node.
///
/// # Errors
/// As CometBFT.
pub fn call(engine: &mut Engine, method: &str, params: &Params) -> Result<Value, RpcError> {
    match method {
        "health" => Ok(json!({})),
        "status" => status(engine),
        "genesis" => Ok(json!({ "genesis": genesis(engine) })),
        "abci_info" => Ok(abci_info(engine)),
        "abci_query" => abci_query(engine, params),
        "block" => block(engine, height(engine, params)?),
        "block_by_hash" => block_by_hash(engine, params),
        "header" => {
            let sealed = sealed(engine, height(engine, params)?)?;
            Ok(json!({ "header": header(&sealed.header) }))
        }
        "commit" => commit(engine, height(engine, params)?),
        "block_results" => block_results(engine, height(engine, params)?),
        "blockchain" => blockchain(engine, params),
        "validators" => Ok(validators(engine, height(engine, params)?)),
        "consensus_params" => Ok(consensus_params(height(engine, params)?)),
        "net_info" => Ok(json!({ "listening": true, "listeners": [], "n_peers": "0", "peers": [] })),
        "unconfirmed_txs" | "num_unconfirmed_txs" => Ok(unconfirmed(engine)),
        "broadcast_tx_sync" | "broadcast_tx_async" => broadcast(engine, params),
        "check_tx" => Err(internal("the devnet checks what is broadcast")),
        "tx" => tx(engine, params),
        "tx_search" => tx_search(engine, params),
        "block_search" => block_search(engine, params),
        _ => Err(no_method()),
    }
}

fn height(engine: &Engine, params: &Params) -> Result<u64, RpcError> {
    let (tip, first) = (engine.height(), engine.first);
    let asked = params.number("height")?.filter(|height| *height != 0);
    match asked {
        None => Ok(tip),
        Some(height) if height > tip => Err(internal(format!(
            "height {height} must be less than or equal to the current blockchain height {tip}"
        ))),
        Some(height) if height < first => {
            Err(internal(format!("height {height} is not available, lowest height is {first}")))
        }
        Some(height) => Ok(height),
    }
}

fn sealed(engine: &Engine, height: u64) -> Result<Sealed, RpcError> {
    engine.sealer.block(height).ok_or_else(|| internal(format!("height {height} is not available")))
}

fn status(engine: &Engine) -> Result<Value, RpcError> {
    let (latest, earliest) = (sealed(engine, engine.height())?, sealed(engine, engine.first)?);
    let node_info = json!({
        "protocol_version": { "p2p": "8", "block": "11", "app": "0" },
        "id": hex::encode(engine.sealer.validator()), "listen_addr": "tcp://127.0.0.1:26656",
        "network": engine.options.chain_id, "version": VERSION, "channels": "40202122233038606100",
        "moniker": "bsn-devnet", "other": { "tx_index": "on", "rpc_address": "tcp://127.0.0.1:26657" },
    });
    Ok(json!({
        "node_info": node_info,
        "sync_info": {
            "latest_block_hash": upper(&latest.id.hash), "latest_app_hash": upper(&latest.header.app_hash),
            "latest_block_height": engine.height().to_string(), "latest_block_time": time(latest.header.time),
            "earliest_block_hash": upper(&earliest.id.hash), "earliest_app_hash": upper(&earliest.header.app_hash),
            "earliest_block_height": engine.first.to_string(), "earliest_block_time": time(earliest.header.time),
            "catching_up": false,
        },
        "validator_info": {
            "address": upper(&engine.sealer.validator()), "pub_key": public_key(engine),
            "voting_power": POWER.to_string(),
        },
    }))
}

fn genesis(engine: &Engine) -> Value {
    json!({
        "genesis_time": engine.sealer.block(1).map(|first| time(first.header.time)),
        "chain_id": engine.options.chain_id, "initial_height": "1",
        "consensus_params": consensus(), "app_hash": "", "app_state": {},
        "validators": [{ "address": upper(&engine.sealer.validator()), "pub_key": public_key(engine),
            "power": POWER.to_string(), "name": "validator" }],
    })
}

fn abci_info(engine: &Engine) -> Value {
    let hash = STANDARD.encode(engine.chain().next_app_hash());
    json!({ "response": { "data": "bsn-devnet", "version": env!("CARGO_PKG_VERSION"),
        "last_block_height": engine.height().to_string(), "last_block_app_hash": hash } })
}

fn abci_query(engine: &mut Engine, params: &Params) -> Result<Value, RpcError> {
    let path = params.text("path")?.unwrap_or_default();
    let data = params.hex("data")?.unwrap_or_default();
    let asked = params.number("height")?.unwrap_or_default();
    let answer = query::answer(engine, &path, &data, asked);
    Ok(query_response(answer, engine.height()))
}

/// The answer to a query in CometBFT's form.
pub fn query_response(answer: Result<Vec<u8>, Refusal>, height: u64) -> Value {
    let (code, log, codespace, value) = match answer {
        Ok(value) => (0, String::new(), String::new(), Some(STANDARD.encode(value))),
        Err(Refusal { codespace, code, log }) => (code, log, codespace, None),
    };
    json!({ "response": { "code": code, "log": log, "info": "", "index": "0", "key": null, "value": value,
        "proofOps": null, "height": height.to_string(), "codespace": codespace } })
}

fn block(engine: &Engine, height: u64) -> Result<Value, RpcError> {
    let sealed = sealed(engine, height)?;
    let txs: Vec<String> = sealed.txs.iter().map(|tx| STANDARD.encode(tx)).collect();
    Ok(json!({ "block_id": block_id(&sealed.id), "block": {
        "header": header(&sealed.header), "data": { "txs": txs }, "evidence": { "evidence": [] },
        "last_commit": commit_of(&sealed.last_commit),
    } }))
}

fn block_by_hash(engine: &Engine, params: &Params) -> Result<Value, RpcError> {
    let hash = params.bytes("hash")?.ok_or_else(|| invalid("hash is missing"))?;
    let is_it = |height: &u64| engine.sealer.block(*height).is_some_and(|sealed| sealed.id.hash == hash);
    match (engine.first..=engine.height()).rev().find(is_it) {
        Some(height) => block(engine, height),
        None => Ok(json!({ "block_id": block_id(&types::BlockId::default()), "block": null })),
    }
}

fn commit(engine: &Engine, height: u64) -> Result<Value, RpcError> {
    let sealed = sealed(engine, height)?;
    let signed = json!({ "header": header(&sealed.header), "commit": commit_of(&sealed.commit) });
    Ok(json!({ "signed_header": signed, "canonical": height < engine.height() }))
}

fn block_results(engine: &Engine, height: u64) -> Result<Value, RpcError> {
    let record = engine.record(height);
    let record = record.ok_or_else(|| internal(format!("could not find results for height #{height}")))?;
    let txs: Vec<Value> = record.outcomes.iter().map(outcome).collect();
    let events: Vec<Value> =
        record.events.iter().map(|(place, it)| event(&it.clone().add_attribute("mode", *place))).collect();
    Ok(json!({
        "height": height.to_string(), "txs_results": if txs.is_empty() { Value::Null } else { json!(txs) },
        "finalize_block_events": events, "validator_updates": null,
        "consensus_param_updates": consensus(), "app_hash": STANDARD.encode(app_hash_after(engine, height)),
    }))
}

fn app_hash_after(engine: &Engine, height: u64) -> Vec<u8> {
    let next = engine.sealer.block(height + 1).filter(|_| height < engine.height());
    next.map_or_else(|| engine.chain().next_app_hash().to_vec(), |next| next.header.app_hash)
}

fn blockchain(engine: &Engine, params: &Params) -> Result<Value, RpcError> {
    let (tip, first) = (engine.height(), engine.first);
    let max = params.number("maxHeight")?.filter(|height| *height != 0).map_or(tip, |height| height.min(tip));
    let min =
        params.number("minHeight")?.unwrap_or_default().max(first).max((max + 1).saturating_sub(HEADERS));
    if min > max {
        return Err(internal(format!("min height {min} can't be greater than max height {max}")));
    }
    let metas = (min..=max).rev().filter_map(|height| engine.sealer.block(height)).map(|sealed| {
        json!({ "block_id": block_id(&sealed.id), "block_size": sealed.size.to_string(),
            "header": header(&sealed.header), "num_txs": sealed.txs.len().to_string() })
    });
    Ok(json!({ "last_height": tip.to_string(), "block_metas": metas.collect::<Vec<_>>() }))
}

fn validators(engine: &Engine, height: u64) -> Value {
    let validator = json!({ "address": upper(&engine.sealer.validator()), "pub_key": public_key(engine),
        "voting_power": POWER.to_string(), "proposer_priority": "0" });
    json!({ "block_height": height.to_string(), "validators": [validator], "count": "1", "total": "1" })
}

fn consensus_params(height: u64) -> Value {
    json!({ "block_height": height.to_string(), "consensus_params": consensus() })
}

fn consensus() -> Value {
    json!({
        "block": { "max_bytes": MAX_BYTES.to_string(), "max_gas": MAX_GAS.to_string() },
        "evidence": { "max_age_num_blocks": "100000", "max_age_duration": "172800000000000", "max_bytes": "1048576" },
        "validator": { "pub_key_types": ["ed25519"] }, "version": { "app": "0" },
        "abci": { "vote_extensions_enable_height": "0" },
    })
}

fn unconfirmed(engine: &Engine) -> Value {
    let txs: Vec<&[u8]> = engine.waiting().collect();
    let bytes: usize = txs.iter().map(|tx| tx.len()).sum();
    let shown: Vec<String> = txs.iter().map(|tx| STANDARD.encode(tx)).collect();
    json!({ "n_txs": txs.len().to_string(), "total": txs.len().to_string(), "total_bytes": bytes.to_string(),
        "txs": shown })
}

fn broadcast(engine: &mut Engine, params: &Params) -> Result<Value, RpcError> {
    let tx = params.bytes("tx")?.ok_or_else(|| invalid("tx is missing"))?;
    if engine.is_waiting(&tx) || engine.place(&tx_hash(&tx)).is_some() {
        return Err(internal("tx already exists in cache"));
    }
    let (code, codespace, log) = match engine.check_tx(&tx) {
        Ok(_) => (0, String::new(), String::new()),
        Err(Refusal { codespace, code, log }) => (code, codespace, log),
    };
    Ok(json!({ "code": code, "data": "", "log": log, "codespace": codespace, "hash": tx_hash(&tx) }))
}

fn tx(engine: &Engine, params: &Params) -> Result<Value, RpcError> {
    let hash = hex::encode_upper(params.bytes("hash")?.ok_or_else(|| invalid("hash is missing"))?);
    let place = engine.place(&hash).ok_or_else(|| internal(format!("tx ({hash}) not found")))?;
    let shown = shown(engine, place, params.flag("prove")?);
    shown.ok_or_else(|| internal(format!("tx ({hash}) not found")))
}

fn shown(engine: &Engine, (height, index): (u64, usize), prove: bool) -> Option<Value> {
    let (sealed, record) = (engine.sealer.block(height)?, engine.record(height)?);
    let (tx, done) = (sealed.txs.get(index)?, record.outcomes.get(index)?);
    let mut shown = json!({ "hash": tx_hash(tx), "height": height.to_string(), "index": index,
        "tx_result": outcome(done), "tx": STANDARD.encode(tx) });
    if prove {
        shown["proof"] = inclusion(&sealed.txs, index)?;
    }
    Some(shown)
}

/// CometBFT's `TxProof`: the leaves are the hashes of the transactions, the root is the header's `data_hash`.
fn inclusion(txs: &[Vec<u8>], index: usize) -> Option<Value> {
    let tree = Tree::new(txs.iter().map(Sha256::digest));
    let proof = tree.proof(u64::try_from(index).ok()?)?;
    let aunts: Vec<String> = proof.aunts.iter().map(|aunt| STANDARD.encode(aunt)).collect();
    Some(json!({ "root_hash": hex::encode_upper(tree.root()), "data": STANDARD.encode(txs.get(index)?),
        "proof": { "total": proof.total.to_string(), "index": proof.index.to_string(),
            "leaf_hash": STANDARD.encode(proof.leaf_hash), "aunts": aunts } }))
}

fn tx_search(engine: &Engine, params: &Params) -> Result<Value, RpcError> {
    let asked = params.text("query")?.unwrap_or_default();
    let conditions = search::parse(&asked).map_err(invalid)?;
    let mut found: Vec<(u64, usize)> = engine
        .records()
        .flat_map(|(height, record)| (0..record.outcomes.len()).map(move |index| (*height, index)))
        .filter(|place| is_found(engine, &conditions, *place))
        .collect();
    if params.text("order_by")?.as_deref() == Some("desc") {
        found.reverse();
    }
    let (page, per_page) = pages(params)?;
    let total = found.len();
    let places = found.into_iter().skip((page - 1) * per_page).take(per_page);
    let prove = params.flag("prove")?;
    let txs: Vec<Value> = places.filter_map(|place| shown(engine, place, prove)).collect();
    Ok(json!({ "txs": txs, "total_count": total.to_string() }))
}

fn is_found(engine: &Engine, conditions: &[search::Condition], (height, index): (u64, usize)) -> bool {
    let record = engine.record(height);
    let Some(done) = record.and_then(|record| record.outcomes.get(index)) else { return false };
    let hash = || engine.sealer.block(height).and_then(|it| it.txs.get(index).map(|tx| tx_hash(tx)));
    conditions.iter().all(|condition| match condition.key.as_str() {
        "tx.height" => condition.holds(&height.to_string()),
        "tx.hash" => hash().is_some_and(|hash| condition.holds(&hash)),
        _ => done.code == 0 && condition.holds_in(&done.events),
    })
}

fn block_search(engine: &Engine, params: &Params) -> Result<Value, RpcError> {
    let asked = params.text("query")?.unwrap_or_default();
    let conditions = search::parse(&asked).map_err(invalid)?;
    let is_found = |height: u64| {
        let events: Vec<Event> = engine
            .record(height)
            .map(|it| it.events.iter().map(|(_, event)| event.clone()).collect())
            .unwrap_or_default();
        conditions.iter().all(|condition| match condition.key.as_str() {
            "block.height" => condition.holds(&height.to_string()),
            _ => condition.holds_in(&events),
        })
    };
    let found: Vec<u64> =
        engine.records().map(|(height, _)| *height).filter(|height| is_found(*height)).collect();
    let (page, per_page) = pages(params)?;
    let total = found.len();
    let blocks = found.into_iter().skip((page - 1) * per_page).take(per_page);
    let blocks: Vec<Value> = blocks.filter_map(|height| block(engine, height).ok()).collect();
    Ok(json!({ "blocks": blocks, "total_count": total.to_string() }))
}

fn pages(params: &Params) -> Result<(usize, usize), RpcError> {
    let number = |name: &str, default: u64| {
        Ok::<u64, RpcError>(params.number(name)?.filter(|n| *n > 0).unwrap_or(default))
    };
    let (page, per_page) = (number("page", 1)?, number("per_page", 30)?.min(100));
    Ok((usize::try_from(page).unwrap_or(usize::MAX), usize::try_from(per_page).unwrap_or(100)))
}

fn outcome(outcome: &Outcome) -> Value {
    let events: Vec<Value> = outcome.events.iter().map(event).collect();
    let data = if outcome.data.is_empty() { Value::Null } else { json!(STANDARD.encode(&outcome.data)) };
    json!({ "code": outcome.code, "data": data, "log": outcome.log, "info": "",
        "gas_wanted": outcome.gas_wanted.to_string(), "gas_used": outcome.gas_used.to_string(),
        "events": events, "codespace": outcome.codespace })
}

fn event(event: &Event) -> Value {
    let attribute = |it: &cosmwasm_std::Attribute| json!({ "key": it.key, "value": it.value, "index": true });
    let attributes: Vec<Value> = event.attributes.iter().map(attribute).collect();
    json!({ "type": event.ty, "attributes": attributes })
}

fn header(header: &types::Header) -> Value {
    let version = header.version.unwrap_or_default();
    // CometBFT leaves an app version of zero out.
    json!({
        "version": { "block": version.block.to_string() }, "chain_id": header.chain_id,
        "height": header.height.to_string(), "time": time(header.time),
        "last_block_id": block_id(&header.last_block_id.clone().unwrap_or_default()),
        "last_commit_hash": upper(&header.last_commit_hash), "data_hash": upper(&header.data_hash),
        "validators_hash": upper(&header.validators_hash),
        "next_validators_hash": upper(&header.next_validators_hash),
        "consensus_hash": upper(&header.consensus_hash), "app_hash": upper(&header.app_hash),
        "last_results_hash": upper(&header.last_results_hash), "evidence_hash": upper(&header.evidence_hash),
        "proposer_address": upper(&header.proposer_address),
    })
}

fn block_id(id: &types::BlockId) -> Value {
    let parts = id.part_set_header.clone().unwrap_or_default();
    json!({ "hash": upper(&id.hash), "parts": { "total": parts.total, "hash": upper(&parts.hash) } })
}

fn commit_of(commit: &types::Commit) -> Value {
    let signatures = commit.signatures.iter().map(|it| {
        json!({ "block_id_flag": it.block_id_flag, "validator_address": upper(&it.validator_address),
            "timestamp": time(it.timestamp), "signature": STANDARD.encode(&it.signature) })
    });
    json!({ "height": commit.height.to_string(), "round": commit.round,
        "block_id": block_id(&commit.block_id.clone().unwrap_or_default()),
        "signatures": signatures.collect::<Vec<_>>() })
}

fn public_key(engine: &Engine) -> Value {
    json!({ "type": "tendermint/PubKeyEd25519", "value": STANDARD.encode(engine.sealer.public_key()) })
}

fn upper(bytes: &[u8]) -> String {
    hex::encode_upper(bytes)
}

/// As Go writes times: with as many digits as there are, up to nanoseconds.
pub fn time(time: Option<Timestamp>) -> String {
    let Timestamp { seconds, nanos } = time.unwrap_or_default();
    let nanos = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(&Rfc3339).unwrap_or_default()
}
