use api::bsn::event::SubmitFinalitySignature;
use cosmwasm_std::{DepsMut, Env, Event, Response};
use finality::vote::Vote;

use super::poll::{Poll, Taken};
use crate::error::ContractError;
use crate::evidence::outbox;
use crate::state::{ANCHORS, height_key, votes};

/// Takes a vote: counts it, keeps it as half of an evidence, or slashes its signer.
pub fn submit_finality_signature(
    deps: DepsMut<'_>,
    env: &Env,
    vote: &Vote,
) -> Result<Response, ContractError> {
    let (provider, height) = (vote.provider, vote.height);
    let poll = Poll::open(deps.storage, deps.api, env)?;
    let anchor = ANCHORS.may_load(deps.storage, &height_key(height))?;
    let voter = poll.load_voter(deps.storage, &[], vote)?;
    let verdict = poll.judge(anchor.as_ref(), &voter, vote)?;
    let taken = poll.record(deps.storage, &voter, vote, verdict)?;

    let submitted = SubmitFinalitySignature {
        fp_pubkey_hex: provider.to_string(),
        height: height.to_string(),
        verdict: taken.verdict().into(),
    };
    let response = Response::new().add_event(Event::from(submitted));
    match taken {
        Taken::Vote(vote) => {
            votes::save(deps.storage, poll.marks.votes_from, height, voter.id, &vote)?;
            Ok(response)
        }
        Taken::Grid => Ok(response),
        Taken::Slashed(event) => {
            let packets = outbox::send_due(deps.storage, env, 1)?;
            Ok(response.add_event(event).add_submessages(packets))
        }
    }
}
