use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use primitives::{BlockHeight, FpPublicKey};

use super::{check_admin, check_regtest};
use crate::error::ContractError;
use crate::evidence::slash as slashing;
use crate::state::registered;

/// Slashes an FP without evidence: for the daemons' own test suites, on regtest only.
pub fn slash(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    fp_btc_pk_hex: &str,
) -> Result<Response, ContractError> {
    check_regtest(deps.storage, "slashing without evidence")?;
    check_admin(deps.storage, info, "slash without evidence")?;
    let provider = FpPublicKey::from_hex(fp_btc_pk_hex)?;
    registered(deps.storage, &provider)?;
    slashing::status(deps.storage, BlockHeight::new(env.block.height), &provider)?
        .ok_or(ContractError::Slashed { provider })?;
    Ok(Response::new().add_attribute("action", "slash").add_attribute("fp", provider.to_string()))
}
