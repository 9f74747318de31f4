use api::bsn::StateDigestResponse;
use cosmwasm_std::{Storage, Uint128};
use primitives::FpPublicKey;
use sha2::{Digest, Sha256};

use super::page;
use crate::error::ContractError;
use crate::state::{PROVIDERS, Progress};

/// How many FPs a page looks at, unless it is asked for fewer.
const LOOKED_AT: usize = 2_000;

/// What an operator compares with Babylon: sha256 over (key 32 ‖ sats, u64 big endian) of every FP of the current
/// consumer id that has stake, by ascending key. A slashed FP has none. A page covers the keys behind `start_after`, up to
/// `next` where there are more.
pub fn digest(
    store: &dyn Storage,
    start_after: Option<String>,
    limit: Option<u32>,
) -> Result<StateDigestResponse, ContractError> {
    let after = start_after.as_deref().map(FpPublicKey::from_hex).transpose()?;
    let most = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(LOOKED_AT).clamp(1, LOOKED_AT);
    let era_from = Progress::load(store)?.channel.era_from;
    let (mut fps, mut total, mut hash) = (0_u64, Uint128::zero(), Sha256::new());
    let (mut last, mut next) = (None, None);
    for (place, record) in page::after(&PROVIDERS, store, after.map(|key| *key.as_bytes())).enumerate() {
        if place >= most {
            next = last.map(hex::encode::<[u8; 32]>);
            break;
        }
        let (key, fp) = record?;
        last = Some(key);
        let power = fp.power();
        if fp.id >= era_from && !power.is_zero() {
            fps = fps.saturating_add(1);
            total = total.saturating_add(Uint128::new(power.get()));
            hash.update(key);
            hash.update(power.to_u64().to_be_bytes());
        }
    }
    Ok(StateDigestResponse { fps, total_sats: total, sha256: hex::encode(hash.finalize()), next })
}
