use api::bsn::event::SubmitFinalitySignature;
use cosmwasm_std::{DepsMut, Env, Event, Response, StdResult, Storage};
use finality::evidence::SignedHash;
use finality::vote::{Ballot, Facts, StoredVote, Verdict, Vote, judge};
use primitives::{AppHash, BlockHeight, SigningContext, VotingPower};

use crate::state::{
    ANCHORS, Anchor, PROGRESS, PROVIDERS, Progress, VOTES, at, at_of, commitment_from, power_at,
};
use crate::{ContractError, host, outbox, slash, standing_of};

/// Takes a vote: counts it, keeps it as half of an evidence, or slashes its signer.
pub fn submit_finality_signature(
    deps: DepsMut<'_>,
    env: &Env,
    vote: &Vote,
) -> Result<Response, ContractError> {
    let (provider, height) = (vote.provider, vote.height);
    let now = BlockHeight::new(env.block.height);
    let storage: &dyn Storage = deps.storage;
    let fp = PROVIDERS
        .may_load(storage, provider.as_bytes())?
        .ok_or(ContractError::UnknownProvider { provider })?;
    let id = fp.id.get();
    let progress = PROGRESS.load(storage)?;
    let anchor = ANCHORS.may_load(storage, &at(height))?;
    let stored = stored_vote(storage, id, height, anchor.as_ref())?;
    let commitment = commitment_from(storage, id, height)?;
    let facts = Facts {
        standing: standing_of(fp.status),
        stored,
        ballot: ballot(storage, &progress, anchor.as_ref(), id, height, now)?,
        commitment: commitment.as_ref(),
        timestamped: progress.timestamped,
    };

    let context = SigningContext::finality_vote(&env.block.chain_id, env.contract.address.as_str());
    let verdict = judge(vote, &facts, &host::recover(deps.api), &context)?;

    let key = at_of(height, id);
    let signature = vote.signed.signature;
    let submitted = |verdict: &str| {
        Event::from(SubmitFinalitySignature {
            fp_pubkey_hex: provider.to_string(),
            height: height.to_string(),
            verdict: verdict.into(),
        })
    };
    match verdict {
        Verdict::Counted(power) => {
            VOTES.save(deps.storage, &key, &StoredVote { power, signature, fork: None })?;
            Ok(Response::new().add_event(submitted("counted")))
        }
        Verdict::Fork => {
            let fork = Some(vote.signed.app_hash);
            VOTES.save(deps.storage, &key, &StoredVote { power: VotingPower::ZERO, signature, fork })?;
            Ok(Response::new().add_event(submitted("fork")))
        }
        Verdict::Equivocation(evidence, secret) => {
            let slashed = slash::record(deps.storage, now, &evidence, &secret)?;
            let packets = outbox::send_due(deps.storage, env, 1)?;
            Ok(Response::new()
                .add_event(submitted("equivocation"))
                .add_event(slashed)
                .add_submessages(packets))
        }
    }
}

fn stored_vote(
    storage: &dyn Storage,
    id: u32,
    height: BlockHeight,
    anchor: Option<&Anchor>,
) -> StdResult<Option<SignedHash>> {
    let Some(vote) = VOTES.may_load(storage, &at_of(height, id))? else { return Ok(None) };
    let canonical = anchor.map(|anchor| anchor.app_hash);
    Ok(vote.fork.or(canonical).map(|app_hash: AppHash| SignedHash { app_hash, signature: vote.signature }))
}

fn ballot(
    storage: &dyn Storage,
    progress: &Progress,
    anchor: Option<&Anchor>,
    id: u32,
    height: BlockHeight,
    now: BlockHeight,
) -> StdResult<Ballot> {
    if height < progress.activation {
        return Ok(Ballot::Inactive { activation: progress.activation });
    }
    if height <= progress.settled {
        return Ok(Ballot::Closed);
    }
    let Some(Anchor { app_hash, total: Some(_), .. }) = anchor else {
        // Every hook of an earlier block has had its turn: without an anchor it is a hole for certain.
        return Ok(if height < now { Ballot::Closed } else { Ballot::NotReached });
    };
    let power = power_at(storage, id, height)?;
    Ok(Ballot::Open { app_hash: *app_hash, power })
}
