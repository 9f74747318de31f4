use api::ask;
use api::bsn::raw::{delegation_key, ended_key};
use api::btc_staking::Family;
use bitcoin_spv::OutPoint;
use cosmwasm_std::{Binary, DepsMut, QuerierWrapper, Response, StdResult};
use primitives::{BtcHeight, Txid};
use proto::decode::{ItemKind, RawItem, StakingItem};
use staking::{Delegation, ItemDigest, Record};
use standing::{Change, What};

use super::take_items::registered;
use super::{Done, check_count, with_stakes};
use crate::error::ContractError;
use crate::items::{Taking, take_delegation};
use crate::refused::verdict;
use crate::state::Config;
use crate::{host, parse};

/// What items of strangers may have together.
pub const MAX_BYTES: u64 = 96 * 1024;

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
    let is_registered = registered(querier, config, false);
    let mut taking = Taking::new(Family::Babylon, host::recover(api), is_registered);

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
    match trusted(querier, config, &txid)? {
        Some(known) if known.digest == ItemDigest::of(item) => Ok(()),
        _ => Err(ContractError::NotTrusted { txid }),
    }
}

/// What counts in `bsn` on Babylon's word, and was not ended early.
fn trusted(querier: QuerierWrapper<'_>, config: &Config, txid: &Txid) -> StdResult<Option<Delegation>> {
    let read = |key: Vec<u8>| ask::raw(querier, config.bsn.as_str(), &key);
    let record = read(delegation_key(txid.as_bytes()))?;
    let Some(Ok(Record::Known(known))) = record.as_deref().map(records::decode::<Record>) else {
        return Ok(None);
    };
    let has_ended = read(ended_key(txid.as_bytes()))?.is_some();
    Ok((!has_ended).then_some(known))
}

/// That a stake was spent which counts in `bsn` on Babylon's word alone: Bitcoin's is a better one. `None` for any other, of which what
/// changed is said anyway.
///
/// # Errors
/// Those of the query.
pub fn end_of_trusted(
    querier: QuerierWrapper<'_>,
    config: &Config,
    stake: &OutPoint,
    height: BtcHeight,
) -> StdResult<Option<Change>> {
    let known = trusted(querier, config, &stake.txid)?.filter(|known| known.output_index == stake.index);
    Ok(known.map(|_| Change { stake: *stake, what: What::Ended { height } }))
}
