//! Transactions: where they are, what spends them, and how one is sent.

use primitives::Txid;
use serde_json::{Value, json};

use super::super::engine::{Engine, place};
use super::shown_hash;

/// The answer to a path below `/tx/ID`.
pub fn answer(engine: &Engine, id: &str, rest: &[&str]) -> Option<Result<String, Value>> {
    let txid = Txid::from_display_hex(id).ok()?;
    match rest {
        [] => {
            let tx = engine.transaction(&txid)?;
            let status = status(engine, &txid);
            Some(Err(
                json!({ "txid": id, "version": tx.version, "locktime": tx.lock_time, "status": status }),
            ))
        }
        ["status"] => Some(Err(status(engine, &txid))),
        ["hex"] => {
            let tx = engine.transaction(&txid)?;
            Some(Ok(engine.pool.raw(&txid).map_or_else(|| hex::encode(tx.serialize()), hex::encode)))
        }
        ["merkle-proof"] => {
            let (info, block) = place(&engine.net.miner, &txid)?;
            let (siblings, _) = info.proof.as_chunks::<32>();
            let merkle: Vec<_> = siblings.iter().map(shown_hash).collect();
            Some(Err(
                json!({ "block_height": block.height, "merkle": merkle, "pos": info.key.as_ref()?.index }),
            ))
        }
        // Of what it does not know it says that it is unspent.
        ["outspend", output] => Some(Err(match engine.spender(&txid, output.parse().ok()?) {
            Some(by) => json!({ "spent": true, "txid": by.to_string(), "status": status(engine, &by) }),
            None => json!({ "spent": false }),
        })),
        _ => None,
    }
}

/// Takes a transaction in hexadecimal; its id.
///
/// # Errors
/// As esplora shows why Bitcoin Core does not take it.
pub fn take(engine: &mut Engine, text: &[u8]) -> Result<String, String> {
    let bytes = hex::decode(text.trim_ascii()).map_err(|_| "TX decode failed".to_owned());
    let taken = bytes.and_then(|bytes| engine.publish(&bytes));
    taken
        .map(|txid| txid.to_string())
        .map_err(|why| format!("sendrawtransaction RPC error: {}", json!({ "code": -26, "message": why })))
}

fn status(engine: &Engine, txid: &Txid) -> Value {
    match place(&engine.net.miner, txid) {
        Some((_, block)) => json!({ "confirmed": true, "block_height": block.height,
            "block_hash": shown_hash(&block.hash), "block_time": block.time }),
        None => json!({ "confirmed": false }),
    }
}
