use api::bsn::event;
use cosmwasm_std::{DepsMut, Env, Reply, Response, StdResult, SubMsgResult};

use super::follow;
use crate::state::BITCOIN;

/// The light client has answered. What it refused is told and counted, and the rest of the packet stays.
///
/// # Errors
/// Only those of storage.
pub fn headers_taken(deps: DepsMut<'_>, env: &Env, reply: &Reply) -> StdResult<Response> {
    let response = Response::new();
    let response = match &reply.result {
        SubMsgResult::Ok(_) => response,
        SubMsgResult::Err(reason) => {
            let mut seen = BITCOIN.may_load(deps.storage)?.unwrap_or_default();
            seen.refused = seen.refused.saturating_add(1);
            seen.refused_at = Some(env.block.time.seconds());
            BITCOIN.save(deps.storage, &seen)?;
            let first = reply.payload.as_slice().try_into().map(u32::from_be_bytes).unwrap_or_default();
            response.add_event(event::BtcHeadersRefused {
                first_height: first.to_string(),
                reason: reason.clone(),
            })
        }
    };
    Ok(response.add_events(follow(deps.storage, deps.querier)?))
}

/// The message to ourselves failed: the hook stands, and the next one tries again.
pub fn not_followed(reply: &Reply) -> Response {
    let reason = reply.result.clone().into_result().err().unwrap_or_default();
    Response::new().add_event(event::Alarm { what: format!("bitcoin could not be followed: {reason}") })
}
