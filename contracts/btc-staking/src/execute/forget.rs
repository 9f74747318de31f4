use api::btc_staking::StakeId;
use bitcoin_spv::OutPoint;
use cosmwasm_std::{DepsMut, Response};
use standing::Refusal;

use super::{Done, check_count, with_stakes};
use crate::error::ContractError;
use crate::parse;
use crate::refused::{Refused, verdict};
use crate::state::{Config, Stakes};

/// How long an item waits at most, in seconds: as many blocks as Bitcoin's longest lock, at ten minutes each.
const STALE: u64 = standing::REMEMBERED as u64 * 600;

#[inline(never)]
pub fn forget(
    deps: DepsMut<'_>,
    now: u64,
    config: &Config,
    stakes: &[StakeId],
) -> Result<Response, ContractError> {
    check_count(stakes.len())?;
    with_stakes(deps, now, config, "forget", |known| {
        let mut done = Done::default();
        for StakeId { txid, output } in stakes {
            let forgotten = match parse::outpoint(txid, *output) {
                Ok(stake) => forget_one(known, stake)?,
                Err(error) => Err(error.into()),
            };
            done.verdicts.push(verdict(forgotten));
        }
        Ok(done)
    })
}

fn forget_one(
    stakes: &mut Stakes<'_>,
    stake: OutPoint,
) -> Result<Result<&'static str, Refused>, ContractError> {
    let Some(facts) = stakes.facts(&stake)? else {
        return Ok(Err(Refused::Standing { stake, refusal: Refusal::Unknown }));
    };
    let is_stale = stakes.now() >= facts.taken_at.saturating_add(STALE);
    let forgotten = standing::forget(stakes, &stake, &facts.lock(), &facts.spends(), is_stale)?;
    Ok(match forgotten {
        Ok(()) => Ok("forgotten"),
        Err(refusal) => Err(Refused::Standing { stake, refusal }),
    })
}
