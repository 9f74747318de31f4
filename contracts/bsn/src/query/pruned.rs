//! What is forgotten.

use api::bsn::PrunedResponse;
use cosmwasm_std::Storage;

use crate::error::ContractError;
use crate::host::BITCOIN_BLOCK;
use crate::state::{BTC_TIP, PARAMS, Progress};

/// The watermarks.
pub fn pruned(store: &dyn Storage) -> Result<PrunedResponse, ContractError> {
    let progress = Progress::load(store)?;
    let retention = PARAMS.load(store)?.anchor_retention_s.whole(BITCOIN_BLOCK);
    let tip = BTC_TIP.may_load(store)?.unwrap_or_default();
    Ok(PrunedResponse {
        votes_below: progress.marks.votes_from.get(),
        blocks_below: progress.marks.anchors_from.get(),
        delegations_below: tip.saturating_sub(u32::try_from(retention).unwrap_or(u32::MAX)).get(),
    })
}
