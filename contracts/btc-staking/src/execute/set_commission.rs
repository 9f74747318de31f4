use cosmwasm_std::{DepsMut, MessageInfo, Response};
use payout::{Rate, set_commission as change};
use primitives::{FpPublicKey, UnixTime};

use crate::error::{ContractError, PayoutError};
use crate::payout::{Books, Registered, check_owner};

/// Changes what an FP keeps, for its owner.
#[inline(never)]
pub fn set_commission(
    deps: DepsMut<'_>,
    now: u64,
    info: &MessageInfo,
    fp_pubkey_hex: &str,
    bps: u16,
) -> Result<Response, ContractError> {
    let fp = FpPublicKey::from_hex(fp_pubkey_hex)?;
    let rate = Rate::new(bps).map_err(PayoutError::from)?;
    check_owner(&Registered(deps.storage), &fp, &info.sender)?;

    let mut books = Books::new(deps.storage);
    change(&mut books, &fp, rate, UnixTime::new(now))?.map_err(PayoutError::from)?;
    books.finish()?;
    Ok(Response::new()
        .add_attribute("action", "set_commission")
        .add_attribute("fp", fp.to_string())
        .add_attribute("bps", bps.to_string()))
}
