//! An esplora double: Bitcoin's headers and transactions, as blockstream's and mempool's servers show them.

mod transactions;

use actors::miner::Block;
use serde_json::{Value, json};

use super::engine::Engine;

/// How many blocks `/blocks` shows.
const PAGE: u32 = 10;

pub use transactions::take;

/// The answer to a path: text, or JSON. `None` where there is nothing.
pub fn answer(engine: &Engine, path: &str) -> Option<Result<String, Value>> {
    let miner = &engine.net.miner;
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let by_hash = |hash: &str| {
        let mut bytes: [u8; 32] = hex::decode(hash).ok()?.try_into().ok()?;
        bytes.reverse();
        miner.block(&bytes)
    };
    match parts.as_slice() {
        ["blocks", "tip", "height"] => Some(Ok(miner.tip_height().to_string())),
        ["blocks", "tip", "hash"] => Some(Ok(shown_hash(&miner.tip().hash))),
        ["block-height", height] => Some(Ok(shown_hash(&miner.block_at(height.parse().ok()?)?.hash))),
        ["block", hash, "header"] => Some(Ok(hex::encode(by_hash(hash)?.header))),
        ["block", hash, "status"] => {
            let block = by_hash(hash)?;
            let is_best = miner.is_canonical(&block.hash);
            let next =
                miner.block_at(block.height + 1).filter(|_| is_best).map(|next| shown_hash(&next.hash));
            Some(Err(json!({ "in_best_chain": is_best, "height": block.height, "next_best": next })))
        }
        ["block", hash] => Some(Err(summary(by_hash(hash)?))),
        ["tx", id, rest @ ..] => transactions::answer(engine, id, rest),
        ["blocks"] => Some(Err(page(engine, miner.tip_height()))),
        ["blocks", start] => Some(Err(page(engine, start.parse().ok()?))),
        _ => None,
    }
}

fn page(engine: &Engine, from: u32) -> Value {
    let heights = (0..=from).rev().take(PAGE as usize);
    heights.filter_map(|height| engine.net.miner.block_at(height)).map(summary).collect()
}

fn summary(block: &Block) -> Value {
    let previous = (block.height > 0).then(|| shown_hash(&block.parent));
    json!({ "id": shown_hash(&block.hash), "height": block.height, "timestamp": block.time,
        "tx_count": block.transactions.len(), "previousblockhash": previous, "bits": 0x207f_ffff_u32 })
}

/// As Bitcoin shows hashes: the last byte first.
fn shown_hash(hash: &[u8; 32]) -> String {
    hex::encode(hash.iter().rev().copied().collect::<Vec<u8>>())
}
