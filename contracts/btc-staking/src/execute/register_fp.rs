use api::btc_staking::OutcomesMsg;
use api::write;
use cosmwasm_std::{Binary, DepsMut, Env, MessageInfo, Response, WasmMsg};
use eots::{message, schnorr};
use primitives::{FpPublicKey, SigningContext};

use crate::error::ContractError;
use crate::host;
use crate::state::{Config, OWNERS};

/// Registers a finality provider, whose operator is the sender. Its key has signed the sender's address, so nobody registers somebody
/// else's key, and no registration is copied. `bsn` refuses a key that it knows, and then nothing is recorded here either.
#[inline(never)]
pub fn register_fp(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    config: &Config,
    fp_pubkey_hex: &str,
    pop: &Binary,
) -> Result<Response, ContractError> {
    let fp = FpPublicKey::from_hex(fp_pubkey_hex)?;
    let bad = || ContractError::BadPossession { fp, sender: info.sender.clone() };
    let pop: [u8; 64] = pop.as_slice().try_into().map_err(|_| bad())?;
    let sender = deps.api.addr_canonicalize(info.sender.as_str())?;
    let context = SigningContext::local_registration(&env.block.chain_id, config.bsn.as_str());
    let signed = message::proof_of_possession_hash(&context, &sender);
    schnorr::verify(&host::recover(deps.api), &fp, &signed, &pop).map_err(|_| bad())?;

    OWNERS.save(deps.storage, fp.as_bytes(), &info.sender)?;
    let register = OutcomesMsg::RegisterFinalityProvider {
        fp_pubkey_hex: fp.to_string(),
        operator: info.sender.to_string(),
    };
    let register = WasmMsg::Execute {
        contract_addr: config.bsn.to_string(),
        msg: write::json(&register)?,
        funds: vec![],
    };
    Ok(Response::new()
        .add_message(register)
        .add_attribute("action", "register_fp")
        .add_attribute("fp_pubkey_hex", fp.to_string())
        .add_attribute("operator", info.sender.as_str()))
}
