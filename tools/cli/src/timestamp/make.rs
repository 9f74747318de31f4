//! The output that is written.

use api::bsn::{BlockFinality, FinalityStatusResponse, LastFinalBlockResponse, raw};
use bitcoin_spv::Output;
use bsn_rpc::Client;
use primitives::{AppHash, SigningContext};
use serde_json::json;
use timestamping::OwnTimestamp;

use super::{TimestampError, ask, timestamped};

/// What is written, and what is known of its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The height and its application hash.
    pub timestamp: OwnTimestamp,
    /// Whether that block is final.
    pub is_final: bool,
}

/// The timestamp of a height, or of the last final block.
///
/// # Errors
/// [`TimestampError`]: no block is final, the contract has not seen that one, or it is timestamped already.
pub fn stamp(client: &Client, bsn: &str, height: Option<u64>) -> Result<Stamp, TimestampError> {
    let height = match height {
        Some(height) => height,
        None => {
            let last: Option<LastFinalBlockResponse> = ask(client, bsn, &json!({ "last_final_block": {} }))?;
            last.ok_or(TimestampError::NoFinalBlock)?.height
        }
    };
    let before = timestamped(client, bsn)?;
    if height <= before {
        return Err(TimestampError::Old { height, timestamped: before });
    }
    let app_hash = app_hash(client, bsn, height)?;
    let status: FinalityStatusResponse =
        ask(client, bsn, &json!({ "finality_status": { "height": height } }))?;
    let timestamp = OwnTimestamp { height: height.into(), app_hash };
    Ok(Stamp { timestamp, is_final: matches!(status.block, BlockFinality::Final) })
}

/// The application hash in the header of a height, as the contract saw it.
///
/// # Errors
/// [`TimestampError::NoBlock`], [`Away`](TimestampError::Away).
pub fn app_hash(client: &Client, bsn: &str, height: u64) -> Result<AppHash, TimestampError> {
    let anchor = client.raw(bsn, &raw::anchor_key(height));
    let anchor = anchor.map_err(|error| TimestampError::Away(error.to_string()))?;
    let hash = anchor.get(raw::ANCHOR_APP_HASH).ok_or(TimestampError::NoBlock(height))?;
    AppHash::from_slice(hash).map_err(|error| TimestampError::Away(error.to_string()))
}

/// The output of no value that carries it.
pub fn output(timestamp: &OwnTimestamp, context: &SigningContext) -> Output {
    Output { value: 0, script: timestamp.script(context) }
}
