use api::btc_staking::InclusionProof;
use bitcoin_spv::{HeaderHash, MerkleBranch, OutPoint};
use cosmwasm_std::{DepsMut, QuerierWrapper, Response, StdResult};
use primitives::BtcHeight;
use standing::{Change, Proven, Refusal};

use super::take_trusted::end_of_trusted;
use super::{Done, STEPS, check_count, with_stakes};
use crate::error::{ContractError, NotIncluded};
use crate::event::OtherEnd;
use crate::items::terms;
use crate::parse;
use crate::proofs;
use crate::refused::{Refused, verdict};
use crate::state::{Config, Facts, Stakes, family_of, load_terms};

#[inline(never)]
pub fn prove_delegations(
    deps: DepsMut<'_>,
    now: u64,
    config: &Config,
    proofs: &[InclusionProof],
) -> Result<Response, ContractError> {
    check_count(proofs.len())?;
    let querier = deps.querier;
    with_stakes(deps, now, config, "prove_delegations", |stakes| {
        let mut done =
            Done { changes: standing::catch_up(stakes, &config.rules(), STEPS)?.changes, ..Done::default() };
        for proof in proofs {
            let proven = prove(stakes, querier, config, proof, &mut done)?;
            done.verdicts.push(verdict(proven));
        }
        Ok(done)
    })
}

struct Claim {
    stake: OutPoint,
    block: HeaderHash,
    branch: MerkleBranch,
}

fn parse_claim(proof: &InclusionProof) -> Result<Claim, Refused> {
    let InclusionProof { staking_tx_hash, output, block_hash, index, branch, .. } = proof;
    Ok(Claim {
        stake: parse::outpoint(staking_tx_hash, *output)?,
        block: HeaderHash::from_display_hex(block_hash)?,
        branch: parse::branch(*index, branch).map_err(NotIncluded::from)?,
    })
}

#[inline(never)]
fn prove(
    stakes: &mut Stakes<'_>,
    querier: QuerierWrapper<'_>,
    config: &Config,
    proof: &InclusionProof,
    done: &mut Done,
) -> Result<Result<&'static str, Refused>, ContractError> {
    let Claim { stake, block, branch } = match parse_claim(proof) {
        Ok(claim) => claim,
        Err(refused) => return Ok(Err(refused)),
    };
    let Some(facts) = stakes.facts(&stake)? else {
        return Ok(Err(Refused::Standing { stake, refusal: Refusal::Unknown }));
    };
    let found = proofs::locate(stakes.storage, &stakes.chain, &block, proof.ancestry.as_ref())?;
    let found = found.and_then(|found| {
        proofs::check_staking(&stake.txid, &branch, proof.index, &found)?;
        Ok(found)
    });
    let found = match found {
        Ok(found) => found,
        Err(refused) => return Ok(Err(refused)),
    };
    if let Err(refused) = check_start(stakes, &facts, found.height)? {
        return Ok(Err(refused));
    }
    if !facts.is_vouched()
        && let Err(refused) = proofs::check_age(&stakes.chain, config.network, stakes.now())?
    {
        return Ok(Err(refused));
    }

    let (block, lock) = (proofs::block(&found), facts.lock());
    let proven = standing::prove(stakes, &config.rules(), &stake, &lock, block, &facts.spends())?;
    let proven = match proven {
        Ok(proven) => proven,
        Err(refusal) => return Ok(Err(Refused::Standing { stake, refusal })),
    };
    if proven.said_other {
        done.events.push(OtherEnd { stake, end: proven.end }.into());
    }
    let became = counted(proven, &mut done.changes);
    // An expansion spends the stake before it as the first of two inputs; that one may count on Babylon's word.
    if let [before, _] = facts.spends()[..] {
        done.changes.extend(end_of_trusted(querier, config, &before, found.height)?);
    }
    Ok(Ok(became))
}

/// What a stake became whose inclusion was proven.
pub fn counted(proven: Proven, changes: &mut Vec<Change>) -> &'static str {
    changes.extend(proven.changes);
    if proven.due.is_some() { "challenged" } else { "active" }
}

/// Rule S06, for the height of the block: the item's own was its maker's word.
fn check_start(stakes: &Stakes<'_>, facts: &Facts, start: BtcHeight) -> StdResult<Result<(), Refused>> {
    // Self-stake is made under no parameters.
    if facts.is_self_stake() {
        return Ok(Ok(()));
    }
    let family = family_of(facts.family);
    Ok(match load_terms(stakes.storage, family, facts.version)? {
        Some((params, superseded)) => {
            terms(family, &params, superseded).check_start(start).map_err(Refused::from)
        }
        None => Err(covenant::Refusal::UnknownParams(facts.version).into()),
    })
}
