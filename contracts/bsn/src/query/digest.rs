use api::bsn::StateDigestResponse;
use cosmwasm_std::{Order, Storage, Uint128};
use sha2::{Digest, Sha256};

use crate::error::ContractError;
use crate::state::{PROGRESS, PROVIDERS};

/// How many FPs are looked through: about 1.6 M SDK gas.
const LOOKED_AT: usize = 5_000;

/// What an operator compares with Babylon: who of the present consumer id has how much stake. The slashed have none.
pub fn digest(store: &dyn Storage) -> Result<StateDigestResponse, ContractError> {
    let era_from = PROGRESS.load(store)?.era_from;
    let (mut fps, mut total, mut hash) = (0_u64, Uint128::zero(), Sha256::new());
    for (place, record) in PROVIDERS.all(store, Order::Ascending).enumerate() {
        let (key, fp) = record?;
        if place >= LOOKED_AT {
            return Err(ContractError::TooMany { what: "finality providers", most: LOOKED_AT });
        }
        let power = fp.power();
        if fp.id.get() >= era_from && !power.is_zero() {
            fps = fps.saturating_add(1);
            total = total.saturating_add(Uint128::new(power.get()));
            hash.update(key);
            hash.update(power.to_u64().to_be_bytes());
        }
    }
    Ok(StateDigestResponse { fps, total_sats: total, sha256: hex::encode(hash.finalize()) })
}
