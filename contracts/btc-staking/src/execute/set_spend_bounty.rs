use cosmwasm_std::{Coin, DepsMut, MessageInfo, Response};

use crate::error::ContractError;
use crate::parse;
use crate::state::{BOUNTY, Config};

/// Changes what a spend's first prover gets, for governance.
#[inline(never)]
pub fn set_spend_bounty(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    config: &Config,
    bounty: Option<&Coin>,
) -> Result<Response, ContractError> {
    let bounty = bounty.map(|coin| Ok::<_, ContractError>((coin.denom.clone(), parse::amount(coin)?)));
    let (denom, amount) = bounty.transpose()?.unwrap_or_default();
    if config.governance.as_ref() != Some(&info.sender) {
        let (sender, action) = (info.sender.clone(), "set the bounty of spends");
        return Err(ContractError::Unauthorized { sender, action });
    }

    let response = Response::new()
        .add_attribute("action", "set_spend_bounty")
        .add_attribute("bounty", format!("{amount}{denom}"));
    BOUNTY.save(deps.storage, &(denom, amount))?;
    Ok(response)
}
