use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use proto::decode::{self, ItemKind, Packet};

use super::check_admin;
use crate::error::ContractError;
use crate::intake;
use crate::state::CONFIG;

/// Applies staking items that got lost, in the encoding of Babylon's own packet.
///
/// On a live network it may only end delegations: an admin must not be able to make stake. What is missing there
/// comes back by a retry from the quarantine, or not at all; `state_digest` says what it is worth.
pub fn resync(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    packet: &[u8],
) -> Result<Response, ContractError> {
    check_admin(deps.storage, info, "resync")?;
    let Packet::Staking(items) = decode::outbound(packet)? else {
        return Err(ContractError::Config { reason: "not a staking packet".into() });
    };
    let config = CONFIG.load(deps.storage)?;
    if config.network != api::bsn::Network::Regtest
        && items.iter().any(|item| item.kind != ItemKind::Undelegation)
    {
        return Err(ContractError::RegtestOnly { what: "adding stake by resync" });
    }
    let done = intake::apply_items(deps.storage, deps.api, env, &config, items)?;
    Ok(Response::new()
        .add_attribute("action", "resync")
        .add_attributes(done.attributes())
        .add_events(done.events)
        .add_submessages(done.messages))
}
