use cosmwasm_std::{DepsMut, Env, Response, StdResult, Storage};
use eots::PublicRandomness;
use finality::vote::{Opening, Vote};
use merkle::RangeProof;
use primitives::{BlockHeight, FpPublicKey, VotingPower};

use super::batch::Outcome;
use super::poll::{Poll, Taken, Voter};
use crate::ContractError;
use crate::parse::batch::Signed;
use crate::state::{ANCHORS, Anchor, POWERS, PROVIDERS, at, commitment_from, of_at, power_at, raw, votes};

/// Takes one FP's votes on consecutive heights, each by itself: one that is refused does not spoil the others.
pub fn submit_finality_signature_range(
    deps: DepsMut<'_>,
    env: &Env,
    provider: FpPublicKey,
    start: BlockHeight,
    signed: Vec<Signed>,
    proof: &RangeProof,
) -> Result<Response, ContractError> {
    let storage: &dyn Storage = deps.storage;
    let mut fp =
        PROVIDERS.peek(storage, provider.as_bytes())?.ok_or(ContractError::UnknownProvider { provider })?;
    let id = fp.id.get();
    let poll = Poll::open(storage, deps.api, env)?;
    let commitment = commitment_from(storage, id, start)?;
    let end = start.saturating_add(u64::try_from(signed.len()).unwrap_or(u64::MAX));
    let anchors = anchors(storage, start, end)?;
    let powers = powers(storage, id, start, end)?;
    let power_at = |height| powers.iter().rev().find(|(from, _)| *from <= height).map(|(_, power)| *power);

    let nonces: Vec<PublicRandomness> = signed.iter().map(|(nonce, _)| *nonce).collect();
    let proven = commitment.map_or(Ok(()), |commitment| commitment.verify_range(start, &nonces, proof));

    let mut outcome = Outcome::default();
    let mut height = start;
    for (randomness, signed) in signed {
        let taken = signed.map_err(ContractError::from).and_then(|signed| {
            let opening = Opening::Range(proven.clone());
            let vote = Vote { provider, height, randomness, opening, signed };
            let voter = Voter {
                fp: &fp,
                anchor: anchors.iter().find(|(at, _)| *at == height).map(|(_, anchor)| anchor),
                stored: votes::vote_of(deps.storage, height, id)?,
                power: power_at(height).unwrap_or_default(),
                commitment: commitment.as_ref(),
            };
            let taken = poll.take(deps.storage, &vote, &voter)?;
            if let Taken::Vote(vote) = &taken {
                votes::save(deps.storage, poll.progress.votes_from, height, id, vote)?;
            }
            Ok(taken)
        });
        if matches!(outcome.note(taken)?, Some(Taken::Slashed(_))) {
            fp = PROVIDERS.may_load(deps.storage, provider.as_bytes())?.unwrap_or(fp);
        }
        height = height.next();
    }
    outcome.answer(deps.storage, env, start)
}

/// What the hooks saw from one height to before another.
fn anchors(
    storage: &dyn Storage,
    from: BlockHeight,
    before: BlockHeight,
) -> StdResult<Vec<(BlockHeight, Anchor)>> {
    let mut anchors = vec![];
    for (key, anchor) in raw(storage, b'a', &at(from), &at(before.previous()), usize::MAX) {
        anchors.push((height_of(&key), ANCHORS.read(&anchor)?));
    }
    Ok(anchors)
}

/// An FP's power there, each from which height on.
fn powers(
    storage: &dyn Storage,
    id: u32,
    from: BlockHeight,
    before: BlockHeight,
) -> StdResult<Vec<(BlockHeight, VotingPower)>> {
    let mut powers = vec![(from, power_at(storage, id, from)?)];
    for (key, power) in raw(storage, b'h', &of_at(id, from), &of_at(id, before), usize::MAX) {
        powers.push((height_of(&key), POWERS.read(&power)?));
    }
    Ok(powers)
}

/// The height at the end of a key.
fn height_of(key: &[u8]) -> BlockHeight {
    BlockHeight::new(key.last_chunk().map_or(u64::MAX, |height| u64::from_be_bytes(*height)))
}
