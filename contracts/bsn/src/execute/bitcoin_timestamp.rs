use api::bsn::event;
use cosmwasm_std::{DepsMut, Event, MessageInfo, Response};
use primitives::{AppHash, BlockHeight};

use super::{check_is_own, check_verifier};
use crate::error::ContractError;
use crate::state::{ANCHORS, CONFIG, MARKS, height_key};

/// Moves the timestamped height, if the block in Bitcoin is the one that our own hooks saw. Anybody can write another hash into
/// Bitcoin for a fee, so one that differs says nothing about this chain: it is refused, without an alarm.
#[inline(never)]
pub fn bitcoin_timestamp(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    height: BlockHeight,
    app_hash: &AppHash,
) -> Result<Response, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    check_verifier(&config, info, "move the timestamped height")?;
    check_is_own(&config)?;
    let anchor = ANCHORS.may_load(deps.storage, &height_key(height))?;
    let anchor = anchor.ok_or(ContractError::BlockNotFound { height: height.get() })?;
    if anchor.app_hash != *app_hash {
        return Err(ContractError::OtherAnchor { height });
    }

    let mut marks = MARKS.load(deps.storage)?;
    if height <= marks.timestamped {
        return Err(ContractError::OldTimestamp { height, timestamped: marks.timestamped });
    }
    marks.timestamped = height;
    marks.stale = true;
    MARKS.save(deps.storage, &marks)?;
    Ok(Response::new().add_event(Event::from(event::BitcoinTimestamp { height: height.to_string() })))
}
