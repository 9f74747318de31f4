use cosmwasm_std::{Binary, DepsMut, Env, Response};
use eots::{message, schnorr};
use payout::check_counter;
use primitives::{FpPublicKey, SigningContext};

use crate::error::{ContractError, PayoutError};
use crate::state::{PAYEES, Payee};
use crate::{host, parse};

/// Takes a staker's word about where it is paid, from anybody.
#[inline(never)]
pub fn set_payout(
    deps: DepsMut<'_>,
    env: &Env,
    staker_pk_hex: &str,
    address: &str,
    counter: u64,
    signature: &Binary,
) -> Result<Response, ContractError> {
    let staker = FpPublicKey::from_hex(staker_pk_hex)?;
    let signature = parse::signature(signature)?;
    let (address, bytes) = parse::address(deps.api, address)?;
    let last = PAYEES.may_load(deps.storage, staker.as_bytes())?.map(|payee| payee.counter);
    check_counter(last, counter).map_err(|source| PayoutError::Counter { staker, source })?;
    let context = SigningContext::staker_payout(&env.block.chain_id, env.contract.address.as_str());
    let signed = message::payout_hash(&context, staker.as_bytes(), counter, &bytes);
    schnorr::verify(&host::recover(deps.api), &staker, &signed, &signature)
        .map_err(|source| PayoutError::Signature { staker, source })?;

    let response = Response::new()
        .add_attribute("action", "set_payout")
        .add_attribute("staker", staker.to_string())
        .add_attribute("address", &address);
    PAYEES.save(deps.storage, staker.as_bytes(), &Payee { address, counter })?;
    Ok(response)
}
