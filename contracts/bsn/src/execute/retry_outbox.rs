use cosmwasm_std::{DepsMut, Env, Response};
use primitives::FpPublicKey;

use crate::error::ContractError;
use crate::evidence::outbox;
use crate::state::registered;

/// Sends evidence again that waits, was refused, or went over a channel that is no more. Anybody may ask.
pub fn retry_outbox(deps: DepsMut<'_>, env: &Env, fp_pubkey_hex: &str) -> Result<Response, ContractError> {
    let provider = FpPublicKey::from_hex(fp_pubkey_hex)?;
    let fp = registered(deps.storage, &provider)?;
    let packet = outbox::retry(deps.storage, env, fp.id)?;
    Ok(Response::new()
        .add_attribute("action", "retry_outbox")
        .add_attribute("sent", packet.is_some().to_string())
        .add_submessages(packet))
}
