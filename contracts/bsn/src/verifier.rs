//! The contract that verifies delegations against Bitcoin, `btc-staking`: made by this one, and asked what waits.
//!
//! **The danger.** Whoever may say what became of stake makes stake. So the address is recorded once, from the reply to our own
//! instantiation, and no message changes it (RULINGS.md, "Roots of trust").

use api::ask;
use api::bsn::{VerifiedHealth, VerifiedStake};
use api::btc_staking::{RATE_KEY, TOTALS_KEY, UNBONDING_KEY};
use cosmwasm_std::{Env, QuerierWrapper, Reply, StdResult, Storage, SubMsg, SubMsgResult, WasmMsg};

use primitives::Seconds;

use crate::config::invalid;
use crate::error::ContractError;
use crate::host::BITCOIN_BLOCK;
use crate::state::CONFIG;

/// The id of the reply to its instantiation.
pub const VERIFIER_REPLY: u64 = 7;
/// A tip of this age is never too old: Bitcoin itself can be so slow.
const NEVER_STALE: Seconds = Seconds::new(6 * 3_600);
/// The salt of its address.
const SALT: &[u8] = b"btc-staking";

/// The message that makes it, or, where there is one, migrates it to another code. Whoever may migrate this contract may do that, and nobody
/// else: its admin is this contract. Its address follows from its code's checksum, this contract's address and the salt, as the light client's does. It asks
/// this contract for the light client, whose address is known when this message's turn comes.
///
/// # Errors
/// [`ContractError::Config`] where delegations are to be verified without a light client; and those of storage.
pub fn message(
    storage: &dyn Storage,
    env: &Env,
    has_client: bool,
    verified_stake: VerifiedStake,
) -> Result<SubMsg, ContractError> {
    let VerifiedStake { code_id, settings } = verified_stake;
    if let Some(contract_addr) = CONFIG.load(storage)?.stake_verifier {
        return Ok(SubMsg::new(WasmMsg::Migrate { contract_addr, new_code_id: code_id, msg: settings }));
    }
    if !has_client {
        return Err(invalid("verified_stake needs a light client".into()));
    }
    let instantiate = WasmMsg::Instantiate2 {
        admin: Some(env.contract.address.to_string()),
        code_id,
        label: "BTC Staking".into(),
        msg: settings,
        funds: vec![],
        salt: SALT.into(),
    };
    Ok(SubMsg::reply_on_success(instantiate, VERIFIER_REPLY))
}

/// The address of a contract that this one has instantiated.
///
/// # Errors
/// [`ContractError::NotFound`] where the chain's events do not say it.
pub fn instantiated(reply: Reply, what: &'static str) -> Result<String, ContractError> {
    let SubMsgResult::Ok(response) = reply.result else {
        return Err(ContractError::UnknownReply { id: reply.id });
    };
    response
        .events
        .iter()
        .find(|event| event.ty == "instantiate")
        .and_then(|event| event.attributes.iter().find(|attribute| attribute.key == "_contract_address"))
        .map(|attribute| attribute.value.clone())
        .ok_or(ContractError::NotFound { what, culprit: "reply".into() })
}

/// Binds it: from now on its word counts for delegations.
pub fn bind(storage: &mut dyn Storage, address: String) -> StdResult<()> {
    let mut config = CONFIG.load(storage)?;
    config.stake_verifier = Some(address);
    CONFIG.save(storage, &config)
}

/// What waits there, read raw; `None` where it cannot be read.
pub fn health(querier: QuerierWrapper<'_>, address: &str) -> Option<VerifiedHealth> {
    let raw = ask::raw(querier, address, TOTALS_KEY).ok()?;
    let (waiting, since, unsent) = records::decode(&raw.unwrap_or_else(|| vec![0; 3])).ok()?;
    Some(VerifiedHealth { waiting, waiting_since: (waiting > 0).then_some(since), unsent })
}

/// From which age on a tip of Bitcoin is too old to take an active set by: half of the shortest unbonding time. `None` where nobody has said one.
///
/// Younger than that, stake that was unbonded unseen still lies in an output that can be slashed. Validators who keep headers out of blocks stop time
/// otherwise, and leave meanwhile.
pub fn stale_after(querier: QuerierWrapper<'_>, address: &str) -> Option<Seconds> {
    let raw = querier.query_wasm_raw(address, UNBONDING_KEY).ok().flatten()?;
    let blocks = u16::from_be_bytes(raw.try_into().ok()?);
    Some(Seconds::new(u64::from(blocks / 2).saturating_mul(BITCOIN_BLOCK.get())).max(NEVER_STALE))
}

/// The part of stake that a slashing takes, by the last parameters of Babylon's family, as a decimal; empty if unknown.
pub fn slashing_rate(querier: QuerierWrapper<'_>, address: &str) -> String {
    let raw = ask::raw(querier, address, RATE_KEY).ok().flatten().unwrap_or_default();
    String::from_utf8(raw).unwrap_or_default()
}

#[cfg(test)]
mod tests;
