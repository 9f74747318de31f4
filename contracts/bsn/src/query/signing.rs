use api::bsn::{JailedFinalityProvider, JailedFinalityProvidersResponse, SigningInfo};
use cosmwasm_std::{Order, StdResult, Storage};
use finality::signing::{self, Mark};
use primitives::{BlockHeight, FpId, FpPublicKey};
use staking::FpStatus;

use super::{page, providers};
use crate::error::ContractError;
use crate::heights::grid;
use crate::state::{ANCHORS, JAILED, MARKS, Marks, POWERS, fp_height_key, height_key, power_at, votes};

/// How many changes of power are looked at for the start of the current run in the set.
const CHANGES: usize = 50;
/// How many heights above the cursor are looked at.
const OPEN: usize = 300;
/// How many heights from the cursor down are looked at where it has no vote above.
const PASSED: u64 = 100;
/// How many batches of votes are looked at above the cursor, and as many again below. A height has 25 at most: 200 FPs
/// that vote by eight.
const BATCHES: usize = 2_500;

/// What is known of an FP's signing; nothing of one that never was in the set.
pub fn info(store: &dyn Storage, btc_pk_hex: &str) -> Result<Option<SigningInfo>, ContractError> {
    let Some((key, fp)) = providers::find(store, btc_pk_hex)? else { return Ok(None) };
    let id = fp.id;
    let Some(start) = joined_at(store, id)? else { return Ok(None) };
    let jailed_until = match fp.status {
        FpStatus::Jailed { until } => Some(until.get()),
        FpStatus::Registered | FpStatus::Slashed { .. } | FpStatus::Orphaned => None,
    };
    Ok(Some(SigningInfo {
        fp_btc_pk_hex: key.to_string(),
        start_height: start.get(),
        last_signed_height: last_signed(store, id, start)?.get(),
        jailed_until,
    }))
}

/// Where its latest run in the active set began.
fn joined_at(store: &dyn Storage, id: FpId) -> StdResult<Option<BlockHeight>> {
    let (from, to) =
        (fp_height_key(id, BlockHeight::default()), fp_height_key(id, BlockHeight::new(u64::MAX)));
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

/// Above which height its daemon may begin (RULINGS.md, "Signing info").
fn last_signed(store: &dyn Storage, id: FpId, start: BlockHeight) -> StdResult<BlockHeight> {
    let marks = MARKS.load(store)?;
    let Marks { activation, cursor, votes_from, .. } = marks;
    let for_the_grid = |height| grid::votes::vote_of(store, &marks, id, height).is_some();
    let (from, to) = (height_key(cursor.next().max(activation)), height_key(BlockHeight::new(u64::MAX)));
    let mut read = 0;
    let open = ANCHORS.range(store, &from, &to, Order::Ascending).enumerate().map(|(place, record)| {
        let (key, anchor) = record?;
        let height = BlockHeight::new(u64::from_be_bytes(key));
        let can_vote = anchor.total.is_some() && !anchor.backlog_full;
        let mark = if place >= OPEN || read >= BATCHES {
            Mark::Unknown
        } else if for_the_grid(height) {
            Mark::Voted
        } else if !can_vote || power_at(store, id, height)?.is_zero() {
            Mark::Free
        } else if has_vote(store, votes_from, height, id, &mut read)? {
            Mark::Voted
        } else {
            Mark::Awaited
        };
        Ok((height, mark))
    });
    signing::last_signed(start, cursor, open, || {
        let lowest = cursor.saturating_sub(PASSED).next().max(votes_from);
        let mut read = 0;
        for height in (lowest.get()..=cursor.get()).rev().map(BlockHeight::new) {
            if read >= BATCHES {
                break;
            }
            if for_the_grid(height) || has_vote(store, votes_from, height, id, &mut read)? {
                return Ok(Some(height));
            }
        }
        Ok(None)
    })
}

/// Whether it has a vote there; adds the batches that it took to know to those `read`.
fn has_vote(
    store: &dyn Storage,
    votes_from: BlockHeight,
    height: BlockHeight,
    id: FpId,
    read: &mut usize,
) -> StdResult<bool> {
    let (voted, batches) = votes::has_vote(store, votes_from, height, id)?;
    *read = read.saturating_add(batches);
    Ok(voted)
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
            Ok(JailedFinalityProvider { btc_pk_hex, jailed_until: jailed_until.get() })
        })
        .collect::<Result<_, ContractError>>()?;
    Ok(JailedFinalityProvidersResponse { jailed_finality_providers })
}

#[cfg(test)]
mod tests;
