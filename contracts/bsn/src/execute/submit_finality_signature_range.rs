use cosmwasm_std::{DepsMut, Env, Response, StdResult, Storage};
use eots::PublicRandomness;
use finality::Commitment;
use finality::commitment::verify_parts;
use finality::vote::{Opening, StoredVote, Vote};
use merkle::RangeProof;
use primitives::{BlockHeight, FpId, FpPublicKey, VotingPower};

use super::batch::{BatchVerdicts, VOTES_MAX};
use super::poll::{Poll, Taken, Voter};
use super::standing::standing_of;
use crate::error::ContractError;
use crate::heights::grid;
use crate::parse::batch::Signed;
use crate::state::{
    ANCHORS, Anchor, COMMITMENTS, POWERS, commitment_from, fp_height_key, height_key, power_at, raw,
    registered, votes,
};

/// Takes one FP's votes on consecutive heights, each by itself: one that is refused costs the others nothing. Each
/// commitment that covers some of them proves its part.
pub fn submit_finality_signature_range(
    deps: DepsMut<'_>,
    env: &Env,
    provider: FpPublicKey,
    start: BlockHeight,
    signed: Vec<Signed>,
    proof: &RangeProof,
) -> Result<Response, ContractError> {
    let storage: &dyn Storage = deps.storage;
    let mut fp = registered(storage, &provider)?;
    let id = fp.id;
    let poll = Poll::open(storage, deps.api, env)?;
    let past = |votes: usize| start.saturating_add(u64::try_from(votes).unwrap_or(u64::MAX));
    let end = past(signed.len().min(VOTES_MAX));
    let anchors = anchors(storage, start, end)?;
    let powers = powers(storage, id, start, end)?;
    let power_at = |height| powers.iter().rev().find(|(from, _)| *from <= height).map(|(_, power)| *power);

    let nonces: Vec<PublicRandomness> = signed.iter().map(|(nonce, _)| *nonce).collect();
    let parts = verify_parts(&commitments(storage, id, start, past(nonces.len()))?, start, &nonces, proof);

    let mut verdicts = BatchVerdicts::default();
    let mut counted: Vec<(BlockHeight, StoredVote)> = vec![];
    let mut height = start;
    for (randomness, signed) in signed {
        let signed = verdicts.check_room().and_then(|()| Ok(signed?));
        let taken = signed.and_then(|signed| {
            let part = parts.iter().find(|part| part.commitment.covers(height));
            let opening = Opening::Range(part.map_or(Ok(()), |part| part.proven.clone()));
            let vote = Vote { provider, height, randomness, opening, signed };
            let anchor = anchors.iter().find(|(at, _)| *at == height).map(|(_, anchor)| anchor);
            let voter = Voter {
                id,
                standing: standing_of(fp.status),
                stored: votes::vote_of(deps.storage, poll.marks.votes_from, height, id)?,
                power: power_at(height).unwrap_or_default(),
                commitment: part.map(|part| part.commitment),
                place: grid::votes::place(deps.storage, &poll.marks, &provider, id, height),
            };
            let verdict = poll.judge(anchor, &voter, &vote)?;
            let taken = poll.record(deps.storage, &voter, &vote, verdict)?;
            match &taken {
                Taken::Vote(vote) if vote.fork.is_none() => counted.push((height, *vote)),
                Taken::Vote(vote) => votes::save(deps.storage, poll.marks.votes_from, height, id, vote)?,
                Taken::Grid | Taken::Slashed(_) => {}
            }
            Ok(taken)
        });
        if matches!(verdicts.note(taken)?, Some(Taken::Slashed(_))) {
            fp = registered(deps.storage, &provider)?;
        }
        height = height.next();
    }
    votes::save_run(deps.storage, poll.marks.votes_from, id, &counted)?;
    verdicts.answer(deps.storage, env, start)
}

/// An FP's commitments that may cover a height from one to before another.
fn commitments(
    storage: &dyn Storage,
    id: FpId,
    from: BlockHeight,
    before: BlockHeight,
) -> StdResult<Vec<Commitment>> {
    let mut commitments: Vec<Commitment> = commitment_from(storage, id, from)?.into_iter().collect();
    let above = raw(
        storage,
        COMMITMENTS.letter(),
        &fp_height_key(id, from.next()),
        &fp_height_key(id, before.previous()),
        usize::MAX,
    );
    for (_, commitment) in above {
        commitments.push(COMMITMENTS.read(&commitment)?);
    }
    Ok(commitments)
}

/// What the hooks saw from one height to before another.
fn anchors(
    storage: &dyn Storage,
    from: BlockHeight,
    before: BlockHeight,
) -> StdResult<Vec<(BlockHeight, Anchor)>> {
    let mut anchors = vec![];
    for (key, anchor) in
        raw(storage, ANCHORS.letter(), &height_key(from), &height_key(before.previous()), usize::MAX)
    {
        anchors.push((height_of(&key), ANCHORS.read(&anchor)?));
    }
    Ok(anchors)
}

/// An FP's power there, each from which height on.
fn powers(
    storage: &dyn Storage,
    id: FpId,
    from: BlockHeight,
    before: BlockHeight,
) -> StdResult<Vec<(BlockHeight, VotingPower)>> {
    let mut powers = vec![(from, power_at(storage, id, from)?)];
    for (key, power) in
        raw(storage, POWERS.letter(), &fp_height_key(id, from), &fp_height_key(id, before), usize::MAX)
    {
        powers.push((height_of(&key), POWERS.read(&power)?));
    }
    Ok(powers)
}

/// The height at the end of a key.
fn height_of(key: &[u8]) -> BlockHeight {
    BlockHeight::new(key.last_chunk().map_or(u64::MAX, |height| u64::from_be_bytes(*height)))
}
