use api::bsn::{
    FinalityProvider, FinalityProviderInfo, FinalityProvidersByTotalActiveSatsResponse,
    FinalityProvidersResponse, ProofOfPossession,
};
use cosmwasm_std::{Env, Storage};
use primitives::{FpId, FpPublicKey, VotingPower};
use staking::{FinalityProvider as Stored, FpStatus};

use super::page;
use crate::error::ContractError;
use crate::state::{FP_KEYS, PROFILES, PROVIDERS, RANKING, is_ranked, ranking_key};

/// A finality provider, if it is registered.
pub fn find(store: &dyn Storage, btc_pk_hex: &str) -> Result<Option<(FpPublicKey, Stored)>, ContractError> {
    let key = FpPublicKey::from_hex(btc_pk_hex)?;
    Ok(PROVIDERS.may_load(store, key.as_bytes())?.map(|fp| (key, fp)))
}

/// The key behind a number.
pub fn key_of(store: &dyn Storage, id: FpId) -> Result<FpPublicKey, ContractError> {
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
        FpStatus::Registered | FpStatus::Jailed { .. } | FpStatus::Orphaned => (0, 0),
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

/// How many records without a place in the ranking are looked at.
const UNRANKED: usize = 1_000;

/// A page of all: those who may have power first, most stake first; then those in jail, slashed or without stake,
/// by key.
pub fn by_stake(
    store: &dyn Storage,
    env: &Env,
    start_after: Option<FinalityProviderInfo>,
    limit: Option<u32>,
) -> Result<FinalityProvidersByTotalActiveSatsResponse, ContractError> {
    let limit = page::limit(limit);
    let (mut above, mut below) = (None, None);
    if let Some(FinalityProviderInfo { btc_pk_hex, total_active_sats, .. }) = start_after {
        let key = *FpPublicKey::from_hex(&btc_pk_hex)?.as_bytes();
        match PROVIDERS.may_load(store, &key)?.is_some_and(|fp| !is_ranked(&fp)) {
            true => below = Some(key),
            false => above = Some(ranking_key(VotingPower::new(total_active_sats.into()), &key)),
        }
    }
    let mut keys = Vec::new();
    if below.is_none() {
        for record in page::after(&RANKING, store, above).take(limit) {
            keys.push(key_of(store, record?.1)?);
        }
    }
    for record in page::after(&PROVIDERS, store, below).take(UNRANKED) {
        if keys.len() >= limit {
            break;
        }
        let (key, fp) = record?;
        if !is_ranked(&fp) {
            keys.push(FpPublicKey::from_bytes(key));
        }
    }
    let fps = keys.iter().map(|key| info(store, env, &key.to_string(), None)).collect::<Result<_, _>>()?;
    Ok(FinalityProvidersByTotalActiveSatsResponse { fps })
}
