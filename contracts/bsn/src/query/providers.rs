use api::bsn::{
    DelegationsByFpResponse, FinalityProvider, FinalityProviderInfo,
    FinalityProvidersByTotalActiveSatsResponse, FinalityProvidersResponse, ProofOfPossession,
};
use cosmwasm_std::{Env, Storage};
use primitives::{FpPublicKey, Txid, VotingPower};
use staking::{FinalityProvider as Stored, FpStatus};

use super::page;
use crate::error::ContractError;
use crate::state::{DELEGATIONS_OF, FP_KEYS, PROFILES, PROVIDERS, RANKING, join, rank};

/// A finality provider, if it is registered.
pub fn find(store: &dyn Storage, btc_pk_hex: &str) -> Result<Option<(FpPublicKey, Stored)>, ContractError> {
    let key = FpPublicKey::from_hex(btc_pk_hex)?;
    Ok(PROVIDERS.may_load(store, key.as_bytes())?.map(|fp| (key, fp)))
}

/// The key behind a number.
pub fn key_of(store: &dyn Storage, id: u32) -> Result<FpPublicKey, ContractError> {
    let key = FP_KEYS.may_load(store, &id.to_be_bytes())?;
    key.map(FpPublicKey::from_bytes).ok_or_else(|| not_found(id.to_string()))
}

fn not_found(culprit: String) -> ContractError {
    ContractError::NotFound { what: "finality provider", culprit }
}

/// One finality provider.
pub fn one(store: &dyn Storage, btc_pk_hex: &str) -> Result<FinalityProvider, ContractError> {
    let (key, fp) = find(store, btc_pk_hex)?.ok_or_else(|| not_found(btc_pk_hex.into()))?;
    shown(store, key, fp)
}

/// A page of finality providers, by key.
pub fn all(
    store: &dyn Storage,
    start_after: Option<String>,
    limit: Option<u32>,
) -> Result<FinalityProvidersResponse, ContractError> {
    let after = start_after.as_deref().map(FpPublicKey::from_hex).transpose()?;
    let fps = page::after(&PROVIDERS, store, after.map(|key| *key.as_bytes()))
        .take(page::limit(limit))
        .map(|record| record.and_then(|(key, fp)| shown(store, FpPublicKey::from_bytes(key), fp)))
        .collect::<Result<_, _>>()?;
    Ok(FinalityProvidersResponse { fps })
}

fn shown(store: &dyn Storage, key: FpPublicKey, fp: Stored) -> Result<FinalityProvider, ContractError> {
    let profile = PROFILES.may_load(store, key.as_bytes())?.ok_or_else(|| not_found(key.to_string()))?;
    let (slashed_height, slashed_btc_height) = match fp.status {
        FpStatus::Slashed { height, btc_height } => (height.get(), btc_height.get()),
        FpStatus::Registered | FpStatus::Jailed { .. } => (0, 0),
    };
    Ok(FinalityProvider {
        addr: profile.babylon_address,
        btc_pk_hex: key.to_string(),
        pop: profile.pop.map(|pop| ProofOfPossession { btc_sig_type: pop.kind, btc_sig: pop.signature }),
        slashed_height,
        slashed_btc_height,
        consumer_id: profile.consumer_id,
    })
}

/// One finality provider's stake.
pub fn info(
    store: &dyn Storage,
    env: &Env,
    btc_pk_hex: &str,
    height: Option<u64>,
) -> Result<FinalityProviderInfo, ContractError> {
    let (key, fp) = find(store, btc_pk_hex)?.ok_or_else(|| not_found(btc_pk_hex.into()))?;
    Ok(FinalityProviderInfo {
        btc_pk_hex: key.to_string(),
        total_active_sats: fp.stake.to_u64(),
        slashed: fp.status.is_slashed(),
        height: height.unwrap_or(env.block.height),
    })
}

/// A page of those who may have power, most stake first.
pub fn by_stake(
    store: &dyn Storage,
    env: &Env,
    start_after: Option<FinalityProviderInfo>,
    limit: Option<u32>,
) -> Result<FinalityProvidersByTotalActiveSatsResponse, ContractError> {
    let after = match start_after {
        Some(info) => {
            let key = FpPublicKey::from_hex(&info.btc_pk_hex)?;
            Some(rank(VotingPower::new(info.total_active_sats.into()), key.as_bytes()))
        }
        None => None,
    };
    let fps = page::after(&RANKING, store, after)
        .take(page::limit(limit))
        .map(|record| info(store, env, &key_of(store, record?.1)?.to_string(), None))
        .collect::<Result<_, _>>()?;
    Ok(FinalityProvidersByTotalActiveSatsResponse { fps })
}

/// A page of one finality provider's delegations.
pub fn delegations(
    store: &dyn Storage,
    btc_pk_hex: &str,
    start_after: Option<String>,
    limit: Option<u32>,
) -> Result<DelegationsByFpResponse, ContractError> {
    let after = start_after.as_deref().map(Txid::from_display_hex).transpose()?;
    let Some((_, fp)) = find(store, btc_pk_hex)? else {
        return Ok(DelegationsByFpResponse { hashes: Vec::new() });
    };
    let id = fp.id.get().to_be_bytes();
    let from = join(&id, after.map_or([0; 32], |txid| *txid.as_bytes()).as_slice());
    let hashes = DELEGATIONS_OF
        .range(store, &from, &join(&id, &[u8::MAX; 32]), cosmwasm_std::Order::Ascending)
        .filter(|record| page::is_not(record, after.map(|_| from)))
        .take(page::limit(limit))
        .map(|record| {
            let (key, _) = record?;
            Ok(Txid::from_slice(key.get(4..).unwrap_or_default())?.to_string())
        })
        .collect::<Result<_, ContractError>>()?;
    Ok(DelegationsByFpResponse { hashes })
}
