//! What is forgotten.

use api::bsn::PrunedResponse;
use cosmwasm_std::Storage;

use crate::bitcoin::BITCOIN_BLOCK_S;
use crate::error::ContractError;
use crate::state::{BTC_TIP, PARAMS, PROGRESS};

/// The watermarks.
pub fn pruned(store: &dyn Storage) -> Result<PrunedResponse, ContractError> {
    let progress = PROGRESS.load(store)?;
    let retention = PARAMS.load(store)?.anchor_retention_s / BITCOIN_BLOCK_S;
    let tip = BTC_TIP.may_load(store)?.unwrap_or_default();
    Ok(PrunedResponse {
        votes_below: progress.votes_from.get(),
        blocks_below: progress.anchors_from.get(),
        delegations_below: tip.saturating_sub(u32::try_from(retention).unwrap_or(u32::MAX)).get(),
    })
}
