use api::btc_staking::RewardShare;
use cosmwasm_std::{DepsMut, MessageInfo, Response};
use payout::take;

use crate::chain::Chain;
use crate::error::{ContractError, PayoutError};
use crate::parse;
use crate::payout::{Books, slashed};
use crate::state::Config;

/// Takes the coins of a period, from `bsn`, with them.
#[inline(never)]
pub fn take_rewards(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    config: &Config,
    shares: &[RewardShare],
) -> Result<Response, ContractError> {
    let (shares, funds) = (parse::shares(shares)?, parse::amounts(&info.funds)?);
    if info.sender != config.bsn {
        return Err(ContractError::Unauthorized { sender: info.sender.clone(), action: "send rewards" });
    }
    let tip = Chain::new(deps.querier, &config.light_client).tip()?.height;
    let slashed = slashed(deps.querier, config, &shares)?;

    let mut books = Books::with(deps.storage, slashed);
    take(&mut books, tip, &shares, &funds)?.map_err(PayoutError::from)?;
    books.finish()?;
    Ok(Response::new()
        .add_attribute("action", "take_rewards")
        .add_attribute("shares", shares.len().to_string()))
}
