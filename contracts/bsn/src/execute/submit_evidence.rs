use cosmwasm_std::{DepsMut, Env, Response};
use finality::Evidence;
use primitives::{BlockHeight, SigningContext};

use crate::error::ContractError;
use crate::evidence::{outbox, slash};
use crate::host;
use crate::state::registered;

/// Takes two signatures by one key at one height. It depends on nothing stored but that the FP is known; against
/// one that is slashed already it succeeds without effect.
#[inline(never)]
pub fn submit_evidence(deps: DepsMut<'_>, env: &Env, evidence: &Evidence) -> Result<Response, ContractError> {
    let provider = evidence.provider;
    let fp = registered(deps.storage, &provider)?;

    let context = SigningContext::finality_vote(&env.block.chain_id, env.contract.address.as_str());
    let secret = evidence.verify(&host::recover(deps.api), &context)?;
    if fp.status.is_slashed() {
        return Ok(Response::new()
            .add_attribute("action", "submit_evidence")
            .add_attribute("effect", "none"));
    }

    let slashed = slash::record(deps.storage, BlockHeight::new(env.block.height), evidence, &secret)?;
    let packets = outbox::send_due(deps.storage, env, 1)?;
    Ok(Response::new().add_attribute("action", "submit_evidence").add_event(slashed).add_submessages(packets))
}
