use api::bsn::PubRandCommit;
use cosmwasm_std::{Order, Storage};
use finality::Commitment;
use primitives::BlockHeight;

use super::{page, providers};
use crate::error::ContractError;
use crate::state::{COMMITMENTS, fp_height_key};

/// The commitment with the lowest heights.
pub fn first(store: &dyn Storage, btc_pk_hex: &str) -> Result<Option<PubRandCommit>, ContractError> {
    Ok(all(store, btc_pk_hex, None, Some(1), Some(false))?.pop())
}

/// The commitment with the highest heights.
pub fn last(store: &dyn Storage, btc_pk_hex: &str) -> Result<Option<PubRandCommit>, ContractError> {
    Ok(all(store, btc_pk_hex, None, Some(1), Some(true))?.pop())
}

/// A page of commitments; none for an FP that is not registered.
pub fn all(
    store: &dyn Storage,
    btc_pk_hex: &str,
    start_after: Option<BlockHeight>,
    limit: Option<u32>,
    reverse: Option<bool>,
) -> Result<Vec<PubRandCommit>, ContractError> {
    let Some((_, fp)) = providers::find(store, btc_pk_hex)? else { return Ok(Vec::new()) };
    let order = page::order(reverse);
    let key = |height| fp_height_key(fp.id, height);
    let (mut from, mut to) = (key(BlockHeight::default()), key(BlockHeight::new(u64::MAX)));
    match (order, start_after) {
        (Order::Descending, Some(after)) => to = key(after),
        (_, Some(after)) => from = key(after),
        (_, None) => {}
    }
    COMMITMENTS
        .range(store, &from, &to, order)
        .filter(|record| page::is_not(record, start_after.map(key)))
        .take(page::limit(limit))
        .map(|record| Ok(shown(record?.1)))
        .collect()
}

fn shown(commitment: Commitment) -> PubRandCommit {
    let Commitment { start, count, root, committed_at } = commitment;
    PubRandCommit {
        start_height: start.get(),
        num_pub_rand: count,
        height: committed_at.get(),
        commitment: root.to_vec(),
    }
}
