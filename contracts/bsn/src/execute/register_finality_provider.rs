use api::bsn::event;
use cosmwasm_std::{DepsMut, Event, MessageInfo, Response};
use primitives::FpPublicKey;
use staking::register_local;

use super::{check_is_own, check_verifier};
use crate::error::ContractError;
use crate::state::{CONFIG, StoredLedger};

/// Registers a finality provider that came to this chain itself. Who checked that it holds its key is the contract that verifies delegations.
#[inline(never)]
pub fn register_finality_provider(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    key: &FpPublicKey,
    operator: &str,
) -> Result<Response, ContractError> {
    let config = CONFIG.load(deps.storage)?;
    check_verifier(&config, info, "register finality providers")?;
    check_is_own(&config)?;
    if !register_local(&mut StoredLedger(deps.storage), key, operator)? {
        return Err(ContractError::Registered { provider: *key });
    }
    Ok(Response::new()
        .add_event(Event::from(event::FinalityProviderRegistered { fp_pubkey_hex: key.to_string() })))
}
