use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use staking::{Rules, apply_outcomes, unpack};

use super::check_verifier;
use crate::error::ContractError;
use crate::host;
use crate::state::{CONFIG, Progress, StoredLedger, mark_stale};

/// Takes what became of verified stake: from the contract that verifies it, and from nobody else.
///
/// Each outcome is judged by itself, and its verdict is the answer: the other contract records that.
pub fn stake_outcomes(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    packed: &[u8],
) -> Result<Response, ContractError> {
    check_verifier(&CONFIG.load(deps.storage)?, info, "make stake")?;
    let outcomes = unpack(packed)?;
    let progress = Progress::load(deps.storage)?;
    let rules = Rules { era_from: progress.channel.era_from, ..Rules::default() };
    let is_paused = progress.is_intake_paused(host::now(env));

    let (verdicts, changes) =
        apply_outcomes(&mut StoredLedger(deps.storage), &rules, None, is_paused, &outcomes)?;
    if !changes.is_empty() {
        mark_stale(deps.storage)?;
    }
    let codes: Vec<u8> = verdicts.into_iter().map(staking::StakeVerdict::code).collect();
    Ok(Response::new()
        .add_attribute("action", "stake_outcomes")
        .add_attribute("refused", codes.iter().filter(|code| **code > 1).count().to_string())
        .set_data(codes))
}
