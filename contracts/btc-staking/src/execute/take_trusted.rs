use api::bsn::raw::{delegation_key, ended_key};
use cosmwasm_std::{Binary, DepsMut, QuerierWrapper, Response};
use primitives::Txid;
use proto::decode::{ItemKind, RawItem, StakingItem};
use staking::{ItemDigest, Record};

use super::take_items::registered;
use super::{Done, check_count, with_stakes};
use crate::error::ContractError;
use crate::items::{Taking, take_delegation};
use crate::refused::verdict;
use crate::state::Config;
use crate::{host, parse};

const MAX_BYTES: u64 = 96 * 1024;

/// Takes delegations that count on Babylon's word, by their items: `bsn` has kept the digests. Babylon vouches for them, since it has
/// not ended them; where it did, or said something else, the whole message fails.
#[inline(never)]
pub fn take_trusted(
    deps: DepsMut<'_>,
    now: u64,
    config: &Config,
    items: &[Binary],
) -> Result<Response, ContractError> {
    check_count(items.len())?;
    let bytes = items.iter().map(|item| item.len() as u64).fold(0, u64::saturating_add);
    parse::check_bounds("bytes of items", bytes, 0, MAX_BYTES)?;
    let (api, querier) = (deps.api, deps.querier);
    for item in items {
        check_trusted(querier, config, item)?;
    }
    let is_registered = registered(querier, config);
    let mut taking = Taking { recover: host::recover(api), is_registered, version: None };

    with_stakes(deps, now, config, "take_trusted", |stakes| {
        let mut done = Done::default();
        for item in items {
            done.verdicts.push(verdict(take_delegation(stakes, &mut taking, item)?));
        }
        Ok(done)
    })
}

/// Reads `bsn`'s ledger: the delegation is there, by this item, and Babylon has not ended it.
fn check_trusted(querier: QuerierWrapper<'_>, config: &Config, item: &[u8]) -> Result<(), ContractError> {
    let raw = RawItem { kind: ItemKind::ActiveDelegation, bytes: item.to_vec() };
    let txid = match raw.decode()? {
        StakingItem::ActiveDelegation(delegation) => delegation.txid(),
        _ => Txid::from_bytes([0; 32]),
    };
    let read = |key: Vec<u8>| querier.query_wasm_raw(&config.bsn, key);
    let record = read(delegation_key(txid.as_bytes()))?;
    let digest = match record.as_deref().map(postcard::from_bytes::<Record>) {
        Some(Ok(Record::Known(known))) => Some(known.digest),
        _ => None,
    };
    let has_ended = read(ended_key(txid.as_bytes()))?.is_some();
    match digest == Some(ItemDigest::of(item)) && !has_ended {
        true => Ok(()),
        false => Err(ContractError::NotTrusted { txid }),
    }
}
