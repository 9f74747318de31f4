use api::bsn::event;
use bech32::primitives::decode::CheckedHrpstring;
use cosmwasm_std::{Addr, Api, Binary, DepsMut, Env, Event, MessageInfo, Response, StdError};
use eots::{message, schnorr};
use finality::jail::{self, Right};
use primitives::{BlockHeight, FpPublicKey, SigningContext, UnixTime};
use staking::{FinalityProvider, FpEvent, FpProfile, FpStatus, move_fp};

use super::is_admin;
use super::standing::standing_of;
use crate::error::ContractError;
use crate::state::{PROFILES, StoredLedger, forget_absences, mark_stale, registered};
use crate::{host, parse};

/// Lets an FP out of jail: back into the set from the next block, with a clean slate.
#[inline(never)]
pub fn unjail(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    fp_pubkey_hex: &str,
    signature: Option<&Binary>,
) -> Result<Response, ContractError> {
    let provider = FpPublicKey::from_hex(fp_pubkey_hex)?;
    let signature = signature.map(parse::signature::<64>).transpose()?;
    let fp = registered(deps.storage, &provider)?;
    let profile = PROFILES.may_load(deps.storage, provider.as_bytes())?;
    let until = match fp.status {
        FpStatus::Jailed { until } => until,
        FpStatus::Registered | FpStatus::Slashed { .. } | FpStatus::Orphaned => UnixTime::default(),
    };

    let right = if is_admin(deps.storage, info)? {
        Right::Admin
    } else if is_operator(deps.api, &info.sender, profile.as_ref())
        || signature.is_some_and(|signature| is_signed(deps.api, env, provider, until, &signature))
    {
        Right::Operator
    } else {
        Right::None
    };
    jail::judge(provider, standing_of(fp.status), until, host::now(env), right)?;

    record(deps, BlockHeight::new(env.block.height), &provider, &fp)?;
    Ok(Response::new()
        .add_attribute("action", "unjail")
        .add_attribute("fp", provider.to_string())
        .add_event(Event::from(event::Unjail { fp_pubkey_hex: provider.to_string() })))
}

fn record(
    deps: DepsMut<'_>,
    now: BlockHeight,
    provider: &FpPublicKey,
    fp: &FinalityProvider,
) -> Result<(), StdError> {
    move_fp(&mut StoredLedger(deps.storage), provider, FpEvent::Unjail)?;
    forget_absences(deps.storage, fp.id, now)?;
    mark_stale(deps.storage)
}

/// Whether the sender's address has the bytes of the operator's address on Babylon.
fn is_operator(api: &dyn Api, sender: &Addr, profile: Option<&FpProfile>) -> bool {
    let sender = api.addr_canonicalize(sender.as_str());
    let operator = profile
        .and_then(|profile| CheckedHrpstring::new::<bech32::Bech32>(&profile.babylon_address).ok())
        .map(|checked| checked.byte_iter().collect::<Vec<u8>>());
    matches!((sender, operator), (Ok(sender), Some(operator)) if sender.as_slice() == operator)
}

fn is_signed(api: &dyn Api, env: &Env, provider: FpPublicKey, until: UnixTime, signature: &[u8; 64]) -> bool {
    let context = SigningContext::unjail(&env.block.chain_id, env.contract.address.as_str());
    let hash = message::unjail_hash(&context, until);
    schnorr::verify(&host::recover(api), &provider, &hash, signature).is_ok()
}
