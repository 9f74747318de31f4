use api::bsn::{JailedFinalityProvider, JailedFinalityProvidersResponse, SigningInfo};
use cosmwasm_std::{Order, StdResult, Storage};
use primitives::{BlockHeight, FpPublicKey};
use staking::FpStatus;

use super::{page, providers, seen};
use crate::error::ContractError;
use crate::state::{JAILED, MISSES, POWERS, PROGRESS, of_at, votes};

/// How many changes of power are looked at for the start of the current run in the set.
const CHANGES: usize = 50;
/// How many heights are looked at for the last vote.
const HEIGHTS: u64 = 300;

/// What is known of somebody's signing; nothing of one who never was in the set.
pub fn info(store: &dyn Storage, btc_pk_hex: &str) -> Result<Option<SigningInfo>, ContractError> {
    let Some((key, fp)) = providers::find(store, btc_pk_hex)? else { return Ok(None) };
    let id = fp.id.get();
    let Some(start) = joined_at(store, id)? else { return Ok(None) };
    let recorded = MISSES.may_load(store, &id.to_be_bytes())?.map(|misses| misses.last_signed);
    let voted = last_vote(store, id)?;
    let last_signed = [recorded, voted].into_iter().flatten().fold(start, BlockHeight::max);
    let jailed_until = match fp.status {
        FpStatus::Jailed { until } => Some(until),
        FpStatus::Registered | FpStatus::Slashed { .. } | FpStatus::Orphaned => None,
    };
    Ok(Some(SigningInfo {
        fp_btc_pk_hex: key.to_string(),
        start_height: start.get(),
        last_signed_height: last_signed.get(),
        jailed_until,
    }))
}

/// Where its latest run in the active set began.
fn joined_at(store: &dyn Storage, id: u32) -> StdResult<Option<BlockHeight>> {
    let (from, to) = (of_at(id, BlockHeight::default()), of_at(id, BlockHeight::new(u64::MAX)));
    let mut start = None;
    for record in POWERS.range(store, &from, &to, Order::Descending).take(CHANGES) {
        let ([_, _, _, _, height @ ..], power) = record?;
        if !power.is_zero() {
            start = Some(BlockHeight::new(u64::from_be_bytes(height)));
        } else if start.is_some() {
            break;
        }
    }
    Ok(start)
}

fn last_vote(store: &dyn Storage, id: u32) -> StdResult<Option<BlockHeight>> {
    let Some(last) = seen::last(store)? else { return Ok(None) };
    let lowest = last.height.saturating_sub(HEIGHTS).max(PROGRESS.load(store)?.votes_from);
    for height in (lowest.get()..=last.height.get()).rev().map(BlockHeight::new) {
        if votes::vote_of(store, height, id)?.is_some() {
            return Ok(Some(height));
        }
    }
    Ok(None)
}

/// A page of those in jail, by key.
pub fn jailed(
    store: &dyn Storage,
    start_after: Option<String>,
    limit: Option<u32>,
) -> Result<JailedFinalityProvidersResponse, ContractError> {
    let after = start_after.as_deref().map(FpPublicKey::from_hex).transpose()?;
    let jailed_finality_providers = page::after(&JAILED, store, after.map(|key| *key.as_bytes()))
        .take(page::limit(limit))
        .map(|record| {
            let (key, jailed_until) = record?;
            let btc_pk_hex = FpPublicKey::from_bytes(key).to_string();
            Ok(JailedFinalityProvider { btc_pk_hex, jailed_until })
        })
        .collect::<Result<_, ContractError>>()?;
    Ok(JailedFinalityProvidersResponse { jailed_finality_providers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::PROVIDERS;
    use cosmwasm_std::testing::MockStorage;
    use finality::vote::StoredVote;
    use primitives::VotingPower;
    use staking::{FinalityProvider, FpId};

    fn fixture(powers: &[(u64, u128)]) -> MockStorage {
        let mut store = MockStorage::new();
        seen::tests::progress(&mut store, 0, 0);
        seen::tests::anchor(&mut store, 20, Some(5));
        PROVIDERS.save(&mut store, &[2; 32], &FinalityProvider::new(FpId::new(0))).unwrap();
        for &(height, power) in powers {
            POWERS.save(&mut store, &of_at(0, BlockHeight::new(height)), &VotingPower::new(power)).unwrap();
        }
        store
    }

    fn heights(store: &MockStorage) -> Option<(u64, u64)> {
        info(store, &"02".repeat(32)).unwrap().map(|info| (info.start_height, info.last_signed_height))
    }

    #[test]
    fn the_start_is_that_of_the_latest_run_in_the_set() {
        assert_eq!(heights(&fixture(&[])), None);
        assert_eq!(heights(&fixture(&[(3, 5)])), Some((3, 3)));
        assert_eq!(heights(&fixture(&[(3, 5), (5, 0), (8, 5), (9, 6)])), Some((8, 8)));
        assert_eq!(heights(&fixture(&[(3, 5), (5, 0), (8, 5), (9, 0)])), Some((8, 8)));
    }

    #[test]
    fn the_last_vote_is_the_last_height_signed() {
        let mut store = fixture(&[(3, 5)]);
        let vote = StoredVote { power: VotingPower::new(5), signature: [1; 32], fork: None };
        let at = BlockHeight::new(17);
        votes::save(&mut store, at, at, 0, &vote).unwrap();
        assert_eq!(heights(&store), Some((3, 17)));
    }
}
