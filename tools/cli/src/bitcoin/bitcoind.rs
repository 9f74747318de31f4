//! bitcoind, by its JSON-RPC, with or without `txindex`.

use bitcoin_spv::{OutPoint, Output, Transaction};
use bsn_rpc::Error;
use primitives::Txid;
use serde_json::{Value, json};

use super::{Found, Place, Spending, branch, checked, spender, transaction};
use crate::keep::bitcoin::Outside;
use crate::keep::headers::{Hash, Theirs, parse, shown};

/// How many blocks one question reads at most.
const AT_ONCE: u32 = 72;
/// RPC_INVALID_ADDRESS_OR_KEY: what is asked for is not there.
const NOT_THERE: i64 = -5;
/// RPC_VERIFY_ALREADY_IN_CHAIN, of newer versions RPC_VERIFY_ALREADY_IN_UTXO_SET.
const IN_CHAIN: i64 = -27;
/// RPC_MISC_ERROR: of a call with more arguments than it knows, the help.
const NO_SUCH_FORM: i64 = -1;
/// Bitcoin Core's default of `maxfeerate`, in BTC/kvB.
const MAX_FEE_RATE: &str = "0.10";
/// Sats in a bitcoin.
const SATS: u64 = 100_000_000;
const OP_RETURN: u8 = 0x6a;

pub(super) fn find(node: &Outside, output: &OutPoint) -> Result<Found, String> {
    let OutPoint { txid, index } = output;
    let known = may(node, "getrawtransaction", &json!([txid.to_string(), 1]))?;
    let block = match &known {
        // Without an index: of the memory pool only.
        Some(tx) if tx["blockhash"].is_null() => return Ok(Found::Waiting),
        Some(tx) => tx["blockhash"].as_str().and_then(parse),
        None => {
            let coin = node.call("gettxout", &json!([txid.to_string(), index, false]))?;
            if coin.is_null() {
                return Ok(Found::Unknown);
            }
            let best = coin["bestblock"].as_str().and_then(parse);
            let best = best.ok_or_else(|| unusable(node, "gettxout", "bestblock"))?;
            let depth = number(&coin["confirmations"]).and_then(|depth| depth.checked_sub(1));
            let height = depth.and_then(|depth| height_of(node, &best).ok()?.checked_sub(depth));
            Some(node.hash_at(height.ok_or_else(|| unusable(node, "gettxout", "confirmations"))?)?)
        }
    };
    let block = block.ok_or_else(|| unusable(node, "getrawtransaction", "blockhash"))?;
    let height = height_of(node, &block)?;
    place(node, txid, height, block).map(Found::In)
}

/// Where it is in that block.
fn place(node: &Outside, txid: &Txid, height: u32, block: Hash) -> Result<Place, String> {
    let answer = node.call("getblock", &json!([shown(&block), 1]))?;
    let ids = answer["tx"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ids: Option<Vec<Hash>> = ids.iter().map(|id| id.as_str().and_then(parse)).collect();
    let ids = ids.ok_or_else(|| unusable(node, "getblock", "tx"))?;
    let name = node.name_of();
    let Some(at) = ids.iter().position(|id| id == txid.as_bytes()) else {
        return Err(format!("{name} is wrong: {txid} is not in the block {} that it names", shown(&block)));
    };
    let index = u32::try_from(at).map_err(|_| unusable(node, "getblock", "tx"))?;
    checked(name, txid, &node.header(&block)?, Place { height, block, index, branch: branch(&ids, at) })
}

fn height_of(node: &Outside, block: &Hash) -> Result<u32, String> {
    let header = node.call("getblockheader", &json!([shown(block)]))?;
    if header["confirmations"].as_i64().is_some_and(|depth| depth < 0) {
        return Err(format!("{} has left block {}: it has reorganized", node.name_of(), shown(block)));
    }
    number(&header["height"]).ok_or_else(|| unusable(node, "getblockheader", "height"))
}

pub(super) fn spending(node: &Outside, output: &OutPoint, searched: u32) -> Result<Spending, String> {
    let OutPoint { txid, index } = output;
    if !node.call("gettxout", &json!([txid.to_string(), index, false]))?.is_null() {
        return Ok(Spending::Unspent);
    }
    let tip = node.tip()?;
    let last = tip.min(searched.saturating_add(AT_ONCE));
    for height in searched.saturating_add(1)..=last {
        let block = node.hash_at(height)?;
        let answer = node.call("getblock", &json!([shown(&block), 2]))?;
        let spends = |input: &Value| {
            input["txid"].as_str() == Some(&txid.to_string()) && number(&input["vout"]) == Some(*index)
        };
        let txs = answer["tx"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found =
            txs.iter().find(|tx| tx["vin"].as_array().is_some_and(|inputs| inputs.iter().any(spends)));
        let Some(found) = found else { continue };
        let by = found["txid"].as_str().and_then(|text| Txid::from_display_hex(text).ok());
        let (Some(by), Some(text)) = (by, found["hex"].as_str()) else {
            return Err(unusable(node, "getblock", "tx.hex"));
        };
        let name = node.name_of();
        return spender(name, transaction(name, text, &by)?, output, place(node, &by, height, block)?);
    }
    Ok(Spending::NotUpTo(last))
}

pub(super) fn output(node: &Outside, output: &OutPoint) -> Result<Option<Output>, String> {
    let OutPoint { txid, index } = output;
    if let Some(tx) = raw(node, txid, &json!([txid.to_string(), 0]))? {
        return Ok(usize::try_from(*index).ok().and_then(|index| tx.outputs.get(index).cloned()));
    }
    let coin = node.call("gettxout", &json!([txid.to_string(), index, true]))?;
    if coin.is_null() {
        return Ok(None);
    }
    let script = coin["scriptPubKey"]["hex"].as_str().and_then(|text| hex::decode(text).ok());
    let (Some(value), Some(script)) = (sats(&coin["value"]), script) else {
        return Err(unusable(node, "gettxout", "scriptPubKey.hex"));
    };
    Ok(Some(Output { value, script }))
}

/// Without an index a node has the transactions of its memory pool, and those of whose block it is told.
pub(super) fn tx(node: &Outside, output: &OutPoint) -> Result<Option<Transaction>, String> {
    let txid = &output.txid;
    if let Some(tx) = raw(node, txid, &json!([txid.to_string(), 0]))? {
        return Ok(Some(tx));
    }
    match find(node, output)? {
        Found::In(place) => raw(node, txid, &json!([txid.to_string(), 0, shown(&place.block)])),
        Found::Waiting | Found::Unknown => Ok(None),
    }
}

fn raw(node: &Outside, txid: &Txid, params: &Value) -> Result<Option<Transaction>, String> {
    let Some(answer) = may(node, "getrawtransaction", params)? else { return Ok(None) };
    let text = answer.as_str().ok_or_else(|| unusable(node, "getrawtransaction", "hex"))?;
    transaction(node.name_of(), text, txid).map(Some)
}

pub(super) fn send(node: &Outside, tx: &[u8]) -> Result<(), String> {
    let (plain, burning) = sent(tx);
    let answer = match node.ask("sendrawtransaction", burning.as_ref().unwrap_or(&plain)) {
        // It is older than the limit.
        Err(Error::Refused { code: NO_SUCH_FORM, .. }) if burning.is_some() => {
            node.ask("sendrawtransaction", &plain)
        }
        answer => answer,
    };
    match answer {
        Ok(_) | Err(Error::Refused { code: IN_CHAIN, .. }) => Ok(()),
        Err(Error::Refused { message, .. }) if message.contains("txn-already-known") => Ok(()),
        Err(Error::Refused { message, .. }) => Err(format!("{} does not take it: {message}", node.name_of())),
        Err(error) => Err(error.to_string()),
    }
}

/// What sends a transaction; and if it burns coins, as slashings may, what says so: since 25.0 Bitcoin Core refuses it else
/// (`maxburnamount`, of the largest output that burns).
fn sent(tx: &[u8]) -> (Value, Option<Value>) {
    let text = hex::encode(tx);
    let outputs = Transaction::parse(tx).map(|tx| tx.outputs).unwrap_or_default();
    let burns = outputs.iter().filter(|output| output.script.first() == Some(&OP_RETURN));
    let most = burns.map(|output| output.value).max().filter(|most| *most > 0);
    (json!([text]), most.map(|most| json!([text, MAX_FEE_RATE, bitcoins(most)])))
}

/// An answer; nothing where there is no such thing.
fn may(node: &Outside, method: &str, params: &Value) -> Result<Option<Value>, String> {
    match node.ask(method, params) {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::Refused { code: NOT_THERE, .. }) => Ok(None),
        Err(error) => Err(node.blamed(method, error)),
    }
}

fn number(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

/// bitcoind writes bitcoin with eight decimals.
fn sats(value: &Value) -> Option<u64> {
    let text = format!("{:.8}", value.as_f64()?);
    text.replace('.', "").parse().ok()
}

/// As bitcoind reads it.
fn bitcoins(sats: u64) -> String {
    format!("{}.{:08}", sats / SATS, sats % SATS)
}

fn unusable(node: &Outside, method: &str, field: &str) -> String {
    format!("{} answered {method} without a usable `{field}`", node.name_of())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bitcoin_is_written_as_it_is_counted() {
        for (sats, expected) in
            [(1, "0.00000001"), (100_000_000, "1.00000000"), (2_100_000_000_000_001, "21000000.00000001")]
        {
            assert_eq!(bitcoins(sats), expected);
        }
    }

    #[test]
    fn bitcoin_is_counted_in_sats_exactly() {
        for (text, expected) in [
            ("0.00000001", 1),
            ("20999999.97690000", 2_099_999_997_690_000),
            ("0.1", 10_000_000),
            ("7", 700_000_000),
        ] {
            assert_eq!(sats(&serde_json::from_str(text).unwrap()), Some(expected), "{text}");
        }
        assert_eq!(sats(&json!("1")), None);
    }
}
