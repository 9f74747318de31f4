use cosmwasm_std::{DepsMut, Env, Response};
use finality::vote::{StoredVote, Vote};
use primitives::{BlockHeight, FpId, ParseError};

use super::batch::BatchVerdicts;
use super::poll::{Poll, Taken};
use crate::error::ContractError;
use crate::state::{ANCHORS, height_key, votes};

/// Takes many FPs' votes at one height, each by itself: one that is refused costs the others nothing.
pub fn submit_finality_signatures_at(
    deps: DepsMut<'_>,
    env: &Env,
    height: BlockHeight,
    parsed: Vec<Result<Vote, ParseError>>,
) -> Result<Response, ContractError> {
    let mut poll = Poll::open(deps.storage, deps.api, env)?;
    let anchor = ANCHORS.may_load(deps.storage, &height_key(height))?;
    poll.load_set(deps.storage, height, anchor.as_ref(), parsed.len())?;

    let mut verdicts = BatchVerdicts::default();
    let mut counted: Vec<(FpId, StoredVote)> = vec![];
    for vote in parsed {
        let vote = verdicts.check_room().and_then(|()| Ok(vote?));
        let taken = vote.and_then(|vote| {
            let voter = poll.load_voter(deps.storage, &counted, &vote)?;
            let verdict = poll.judge(anchor.as_ref(), &voter, &vote)?;
            let taken = poll.record(deps.storage, &voter, &vote, verdict)?;
            match &taken {
                Taken::Vote(vote) if vote.fork.is_none() => counted.push((voter.id, *vote)),
                Taken::Vote(vote) => {
                    votes::save(deps.storage, poll.marks.votes_from, height, voter.id, vote)?
                }
                Taken::Grid | Taken::Slashed(_) => {}
            }
            Ok(taken)
        });
        verdicts.note(taken)?;
    }
    votes::save_all(deps.storage, poll.marks.votes_from, height, &counted)?;
    verdicts.answer(deps.storage, env, height)
}
