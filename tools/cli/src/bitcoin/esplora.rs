//! Esplora: blockstream.info, mempool.space, and whoever runs one.

use bitcoin_spv::{OutPoint, Output, Transaction};
use primitives::Txid;
use serde_json::Value;

use super::{Found, Place, Spending, checked, spender, transaction};
use crate::keep::bitcoin::Outside;
use crate::keep::headers::parse;

pub(super) fn find(server: &Outside, url: &str, txid: &Txid) -> Result<Found, String> {
    // `/tx/ID/status` says of an id that nobody knows that it is unconfirmed.
    let Some(tx) = json(server, url, &format!("/tx/{txid}"))? else { return Ok(Found::Unknown) };
    let status = &tx["status"];
    match status["confirmed"].as_bool() {
        Some(true) => {}
        Some(false) => return Ok(Found::Waiting),
        None => return Err(unusable(server, txid, "status.confirmed")),
    }
    let height = status["block_height"].as_u64().and_then(|height| u32::try_from(height).ok());
    let block = status["block_hash"].as_str().and_then(parse);
    let (Some(height), Some(block)) = (height, block) else {
        return Err(unusable(server, txid, "status.block_hash"));
    };
    let name = server.name_of();
    let Some(proof) = json(server, url, &format!("/tx/{txid}/merkle-proof"))? else {
        return Err(format!(
            "{name} has {txid} in block {height}, and no proof of it: it may have reorganized"
        ));
    };
    let index = proof["pos"].as_u64().and_then(|index| u32::try_from(index).ok());
    let siblings = proof["merkle"].as_array().map(Vec::as_slice).unwrap_or_default();
    let siblings: Option<Vec<_>> = siblings.iter().map(|one| one.as_str().and_then(parse)).collect();
    let (Some(index), Some(siblings)) = (index, siblings) else {
        return Err(unusable(server, txid, "merkle"));
    };
    if proof["block_height"].as_u64() != Some(height.into()) {
        return Err(format!("{name} says two things of where {txid} is: it may have reorganized"));
    }
    let place = Place { height, block, index, branch: siblings.concat() };
    checked(name, txid, &server.header(&block)?, place).map(Found::In)
}

pub(super) fn spending(server: &Outside, url: &str, output: &OutPoint) -> Result<Spending, String> {
    let OutPoint { txid, index } = output;
    let Some(answer) = json(server, url, &format!("/tx/{txid}/outspend/{index}"))? else {
        return Ok(Spending::Unspent);
    };
    match answer["spent"].as_bool() {
        Some(false) => return Ok(Spending::Unspent),
        Some(true) => {}
        None => return Err(unusable(server, txid, "spent")),
    }
    let by = answer["txid"].as_str().and_then(|text| Txid::from_display_hex(text).ok());
    let by = by.ok_or_else(|| unusable(server, txid, "txid"))?;
    let place = match find(server, url, &by)? {
        Found::In(place) => place,
        Found::Waiting | Found::Unknown => return Ok(Spending::Waiting(by)),
    };
    let (_, text) = server.get(url, &format!("/tx/{by}/hex"))?;
    let name = server.name_of();
    spender(name, transaction(name, &text, &by)?, output, place)
}

pub(super) fn output(server: &Outside, url: &str, output: &OutPoint) -> Result<Option<Output>, String> {
    let found = tx(server, url, &output.txid)?;
    Ok(found.and_then(|tx| tx.outputs.get(usize::try_from(output.index).ok()?).cloned()))
}

pub(super) fn tx(server: &Outside, url: &str, txid: &Txid) -> Result<Option<Transaction>, String> {
    let (status, text) = server.get(url, &format!("/tx/{txid}/hex"))?;
    if status == 404 { Ok(None) } else { transaction(server.name_of(), &text, txid).map(Some) }
}

pub(super) fn send(server: &Outside, url: &str, tx: &[u8]) -> Result<(), String> {
    let (status, text) = server.post(url, "/tx", &hex::encode(tx))?;
    let is_known = ["already in block chain", "txn-already-known", "already in utxo set"];
    if status == 200 || is_known.iter().any(|known| text.contains(known)) {
        return Ok(());
    }
    let start: String = text.chars().take(300).collect();
    let advice = if text.contains("maxburnamount") {
        "; its bitcoind burns no coins: send it by rpc=URL of your own"
    } else {
        ""
    };
    Err(format!("{} does not take it: {}{advice}", server.name_of(), start.trim()))
}

/// JSON; nothing where the server has nothing.
fn json(server: &Outside, url: &str, path: &str) -> Result<Option<Value>, String> {
    let (status, text) = server.get(url, path)?;
    if status == 404 {
        return Ok(None);
    }
    serde_json::from_str(&text).map(Some).map_err(|_| server.unreadable(path, &text))
}

fn unusable(server: &Outside, txid: &Txid, field: &str) -> String {
    format!("{} answers about {txid} without a usable `{field}`", server.name_of())
}
