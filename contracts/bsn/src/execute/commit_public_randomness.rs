use api::bsn::event::CommitPublicRandomness;
use cosmwasm_std::{DepsMut, Env, Event, Response};
use finality::commitment::Request;
use primitives::{BlockHeight, SigningContext};

use crate::error::ContractError;
use crate::host;
use crate::state::{
    COMMITMENTS, MARKS, PARAMS, PLACED, fp_height_key, last_commitment, registered, remove_superseded,
};

/// With one commitment in so many of a run, and with the first of each, spent ones of the FP are removed: as the hooks'
/// sweep alone could not, however many commitments come in.
const CLEANED_EVERY: u32 = 8;
/// How many, at most: more than have come since the last time.
const CLEANED: usize = 9;

/// Records which randomness an FP will vote with. It counts once a header above this block is timestamped.
pub fn commit_public_randomness(
    deps: DepsMut<'_>,
    env: &Env,
    request: &Request,
) -> Result<Response, ContractError> {
    let provider = request.provider;
    let fp = registered(deps.storage, &provider)?;
    let params = PARAMS.load(deps.storage)?;
    let id = fp.id;
    let last = last_commitment(deps.storage, id)?;

    if fp.status.is_slashed() {
        return Err(ContractError::Slashed { provider });
    }
    let placed = request.check(&params, BlockHeight::new(env.block.height), last.as_ref())?;
    let context = SigningContext::randomness_commitment(&env.block.chain_id, env.contract.address.as_str());
    request.verify(&host::recover(deps.api), &context)?;

    let (commitment, run) = placed;
    if last.is_some() && run.number.is_multiple_of(CLEANED_EVERY) {
        let votes_from = MARKS.load(deps.storage)?.votes_from;
        remove_superseded(deps.storage, COMMITMENTS.letter(), id, votes_from, CLEANED);
    }
    PLACED.save(deps.storage, &fp_height_key(id, commitment.start), &placed)?;
    Ok(Response::new().add_event(Event::from(CommitPublicRandomness {
        fp_pubkey_hex: provider.to_string(),
        start_height: commitment.start.to_string(),
        num_pub_rand: commitment.count.to_string(),
    })))
}
