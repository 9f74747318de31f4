use api::bsn::raw::fp_key;
use api::btc_staking::StakeItem;
use cosmwasm_std::{DepsMut, MessageInfo, Response};
use covenant::XOnlyKey;

use super::{Done, with_stakes};
use crate::error::ContractError;
use crate::items::{Taking, take_delegation, take_end};
use crate::refused::verdict;
use crate::state::Config;
use crate::{host, parse};

/// What a packet may have: as many bytes as `bsn` reads of one.
const MAX_BYTES: usize = 512 * 1024;

#[inline(never)]
pub fn take_items(
    deps: DepsMut<'_>,
    now: u64,
    info: &MessageInfo,
    config: &Config,
    items: &[StakeItem],
) -> Result<Response, ContractError> {
    let bytes = items.iter().map(|item| bytes_of(item).len()).sum::<usize>();
    parse::check_bounds("bytes of items", bytes as u64, 0, MAX_BYTES as u64)?;
    if info.sender != config.bsn {
        return Err(ContractError::Unauthorized { sender: info.sender.clone(), action: "send items" });
    }
    let (api, querier) = (deps.api, deps.querier);
    let is_registered = |fp: &XOnlyKey| {
        querier.query_wasm_raw(&config.bsn, fp_key(fp.as_bytes())).is_ok_and(|found| found.is_some())
    };
    let mut taking = Taking { recover: host::recover(api), is_registered, version: None };

    with_stakes(deps, now, config, "take_items", |stakes| {
        let (mut done, rules) = (Done::default(), config.rules());
        for item in items {
            let taken = match item {
                StakeItem::Delegation(bytes) => take_delegation(stakes, &mut taking, bytes)?,
                StakeItem::End(bytes) => take_end(stakes, &rules, bytes, &mut done.changes)?,
            };
            done.verdicts.push(verdict(taken));
        }
        Ok(done)
    })
}

fn bytes_of(item: &StakeItem) -> &[u8] {
    match item {
        StakeItem::Delegation(bytes) | StakeItem::End(bytes) => bytes,
    }
}
