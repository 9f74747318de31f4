use api::bsn::{
    Delegation as Shown, DelegationsByFpResponse, DelegationsResponse, DelegatorUnbondingInfo,
    UndelegationInfo,
};
use cosmwasm_std::{Order, Storage};
use primitives::{BtcHeight, Txid};
use staking::{Delegation, DelegationStatus, Named, Record};

use super::{page, providers};
use crate::error::ContractError;
use crate::state::{BTC_TIP, DELEGATIONS, DELEGATIONS_OF, ENDED, fp_txid_key, staking_tx};

/// How many records are looked at for a page.
const LOOKED_AT: usize = 500;
/// How many before one whose transaction is long, which is shown alone.
const LOOKED_AT_BEFORE_A_LONG_ONE: usize = 100;
/// After how many bytes of transactions a page ends: as JSON each takes up to four.
const PAGE_BYTES: usize = 32_000;
/// After how many bytes of transactions that are looked at, shown or not.
const BYTES_LOOKED_AT: usize = 64_000;

/// One delegation.
pub fn one(store: &dyn Storage, staking_tx_hash_hex: &str) -> Result<Shown, ContractError> {
    let txid = Txid::from_display_hex(staking_tx_hash_hex)?;
    match DELEGATIONS.may_load(store, txid.as_bytes())? {
        Some(Record::Known(known)) => shown(store, &txid, known, ENDED.may_load(store, txid.as_bytes())?),
        Some(Record::Foretold | Record::Verified(_)) | None => {
            Err(ContractError::NotFound { what: "delegation", culprit: staking_tx_hash_hex.into() })
        }
    }
}

/// A page of delegations, by txid. What is looked at is bounded in records and in bytes, shown or not.
pub fn all(
    store: &dyn Storage,
    start_after: Option<String>,
    limit: Option<u32>,
    active: Option<bool>,
) -> Result<DelegationsResponse, ContractError> {
    let after = start_after.as_deref().map(Txid::from_display_hex).transpose()?;
    let tip: Option<BtcHeight> = BTC_TIP.may_load(store)?;
    let (mut delegations, mut last) = (Vec::new(), None);
    let (mut bytes_shown, mut bytes_looked_at) = (0_usize, 0_usize);
    let records = page::after(&DELEGATIONS, store, after.map(|txid| *txid.as_bytes()));
    for (looked_at, record) in records.enumerate() {
        if delegations.len() >= page::limit(limit) || bytes_shown >= PAGE_BYTES {
            break;
        }
        let (key, record) = record?;
        let is_long = matches!(&record, Record::Known(known) if known.staking_tx.is_empty());
        let most = if is_long { LOOKED_AT_BEFORE_A_LONG_ONE } else { LOOKED_AT };
        if looked_at >= most || bytes_looked_at >= BYTES_LOOKED_AT {
            let next = last.map(|key| Txid::from_bytes(key).to_string());
            return Ok(DelegationsResponse { delegations, next });
        }
        last = Some(key);
        let Record::Known(known) = record else { continue };
        bytes_looked_at = bytes_looked_at.saturating_add(known.staking_tx.len());
        let ended = ENDED.may_load(store, &key)?;
        let is_active = known.status(ended, tip) == DelegationStatus::Active;
        if active.is_some_and(|active| active != is_active) {
            continue;
        }
        if is_long && !delegations.is_empty() {
            break;
        }
        let one = shown(store, &Txid::from_bytes(key), known, ended)?;
        bytes_shown = bytes_shown.saturating_add(one.staking_tx.len());
        delegations.push(one);
    }
    Ok(DelegationsResponse { delegations, next: None })
}

fn shown(
    store: &dyn Storage,
    txid: &Txid,
    known: Delegation,
    ended: Option<DelegationStatus>,
) -> Result<Shown, ContractError> {
    let fps = known.fps.iter().map(|fp| match fp {
        Named::Ours(id) => Ok(providers::key_of(store, *id)?.to_string()),
        Named::Other(key) => Ok(key.to_string()),
    });
    Ok(Shown {
        fp_btc_pk_list: fps.collect::<Result<_, ContractError>>()?,
        staking_tx: staking_tx(store, txid, &known)?,
        staker_addr: known.staker_address,
        btc_pk_hex: hex::encode(known.staker_key),
        start_height: known.start_height.get(),
        end_height: known.end_height.get(),
        total_sat: known.sats.get(),
        slashing_tx: Vec::new(),
        delegator_slashing_sig: Vec::new(),
        covenant_sigs: Vec::new(),
        staking_output_idx: known.output_index,
        unbonding_time: known.unbonding_time.into(),
        undelegation_info: UndelegationInfo {
            unbonding_tx: Vec::new(),
            slashing_tx: Vec::new(),
            delegator_slashing_sig: Vec::new(),
            covenant_slashing_sigs: Vec::new(),
            covenant_unbonding_sig_list: Vec::new(),
            delegator_unbonding_info: ended.map(|_| DelegatorUnbondingInfo { spend_stake_tx: Vec::new() }),
        },
        params_version: known.params_version,
    })
}

/// A page of one finality provider's delegations.
pub fn of(
    store: &dyn Storage,
    btc_pk_hex: &str,
    start_after: Option<String>,
    limit: Option<u32>,
) -> Result<DelegationsByFpResponse, ContractError> {
    let after = start_after.as_deref().map(Txid::from_display_hex).transpose()?;
    let Some((_, fp)) = providers::find(store, btc_pk_hex)? else {
        return Ok(DelegationsByFpResponse { hashes: Vec::new() });
    };
    let from = fp_txid_key(fp.id, &after.map_or([0; 32], |txid| *txid.as_bytes()));
    let hashes = DELEGATIONS_OF
        .range(store, &from, &fp_txid_key(fp.id, &[u8::MAX; 32]), Order::Ascending)
        .filter(|record| page::is_not(record, after.map(|_| from)))
        .take(page::limit(limit))
        .map(|record| {
            let (key, _) = record?;
            Ok(Txid::from_slice(key.get(4..).unwrap_or_default())?.to_string())
        })
        .collect::<Result<_, ContractError>>()?;
    Ok(DelegationsByFpResponse { hashes })
}
