use api::btc_staking::{Family, Network, SubmittedDelegation};
use bitcoin_spv::HeaderHash;
use covenant::XOnlyKey;
use eots::Recover;
use standing::{Proven, Rules};

use super::delegation::{Taking, facts, parse};
use super::slashing::slashing_data;
use crate::error::{ContractError, NotIncluded};
use crate::parse;
use crate::proofs;
use crate::refused::Refused;
use crate::state::Stakes;

/// Takes a delegation of our own committee with its proof; without that nothing of it is kept. Start and end come from the block, whatever the item
/// says: so whoever sends somebody's delegation first, with other heights, has done what its staker wanted.
///
/// # Errors
/// Those of storage and the query; within, why it is refused.
#[inline(never)]
pub fn submit_delegation<R: Recover, F: Fn(&XOnlyKey) -> bool>(
    stakes: &mut Stakes<'_>,
    (rules, network): (&Rules, Network),
    taking: &mut Taking<R, F>,
    submitted: &SubmittedDelegation,
) -> Result<Result<Proven, Refused>, ContractError> {
    let SubmittedDelegation { item: bytes, block_hash, index, branch, ancestry } = submitted;
    let (mut item, stake) = match parse(bytes) {
        Ok(parsed) => parsed,
        Err(refused) => return Ok(Err(refused)),
    };
    let hash = match HeaderHash::from_display_hex(block_hash) {
        Ok(hash) => hash,
        Err(error) => return Ok(Err(error.into())),
    };
    let found = proofs::locate(stakes.storage, &stakes.chain, &hash, ancestry.as_ref())?;
    let found = found.and_then(|found| {
        let branch = parse::branch(*index, branch).map_err(NotIncluded::from)?;
        proofs::check_staking(&stake.txid, &branch, *index, &found)?;
        Ok(found)
    });
    let found = match found {
        Ok(found) => found,
        Err(refused) => return Ok(Err(refused)),
    };
    if let Err(refused) = proofs::check_age(&stakes.chain, network, stakes.now())? {
        return Ok(Err(refused));
    }
    if stakes.facts(&stake)?.is_some() {
        return Ok(Err(Refused::Other(stake)));
    }
    let time = item.end.get().saturating_sub(item.start.get());
    (item.start, item.end) = (found.height, found.height.saturating_add(time));
    let (verified, params) = match taking.verify(stakes.storage, &item)? {
        Ok(verified) => verified,
        Err(refused) => return Ok(Err(refused)),
    };

    let (facts, slashing) =
        (facts(Family::Own, &item, &verified, params, None, stakes.now()), slashing_data(&verified, params));
    let lock = facts.lock();
    stakes.hold(&stake, facts);
    let proven = standing::prove(stakes, rules, &stake, &lock, proofs::block(&found), &verified.spends)?;
    Ok(match proven {
        Ok(proven) => {
            stakes.keep(&stake, slashing)?;
            Ok(proven)
        }
        Err(refusal) => {
            stakes.let_go(&stake);
            Err(Refused::Standing { stake, refusal })
        }
    })
}
