use cosmwasm_std::{DepsMut, Env, Response};
use primitives::FpPublicKey;

use crate::state::PROVIDERS;
use crate::{ContractError, outbox};

/// Sends evidence again that waits or was refused. Anybody may ask.
pub fn retry_outbox(deps: DepsMut<'_>, env: &Env, fp_pubkey_hex: &str) -> Result<Response, ContractError> {
    let provider = FpPublicKey::from_hex(fp_pubkey_hex)?;
    let fp = PROVIDERS
        .may_load(deps.storage, provider.as_bytes())?
        .ok_or(ContractError::UnknownProvider { provider })?;
    outbox::retry(deps.storage, env, fp.id.get())?;
    let packets = outbox::send_due(deps.storage, env, 1)?;
    Ok(Response::new().add_attribute("action", "retry_outbox").add_submessages(packets))
}
