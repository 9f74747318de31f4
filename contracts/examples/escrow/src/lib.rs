//! An escrow that pays a deposit out only once the block that took it is final, and gives it back where that block never
//! becomes final. The tutorial beside it builds it step by step.
#![allow(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

use bsn_client::cosmwasm_3::Bsn;
use bsn_client::{NotFinal, WhyUnknown};
#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{
    Addr, BankMsg, Binary, Coin, Deps, DepsMut, Env, MessageInfo, Response, StdError, StdResult,
    to_json_binary,
};
use cw_storage_plus::{Item, Map};
use serde::{Deserialize, Serialize};

const BSN: Item<Addr> = Item::new("bsn");
const NEXT: Item<u64> = Item::new("next");
const DEPOSITS: Map<u64, Deposit> = Map::new("deposits");

/// The address of `bsn`.
#[derive(Debug, Serialize, Deserialize)]
pub struct InstantiateMsg {
    pub bsn: String,
}

/// What anybody may send.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    /// Takes the coins that are sent along.
    Deposit { to: String },
    /// Pays a deposit whose block is final.
    Claim { id: u64 },
    /// Gives back a deposit that can never be claimed.
    Refund { id: u64 },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    /// A [`Deposit`], or `null`.
    Deposit { id: u64 },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposit {
    pub from: Addr,
    pub to: Addr,
    pub coins: Vec<Coin>,
    pub height: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum EscrowError {
    #[error("a deposit needs coins")]
    NoCoins,
    #[error("only a deposit takes coins")]
    Coins,
    #[error("there is no deposit {0}")]
    NoDeposit(u64),
    #[error("deposit {0} is final: claim it")]
    Claimable(u64),
    #[error("{0}")]
    NotFinal(#[from] NotFinal),
    #[error("{0}")]
    Std(#[from] StdError),
}

type Result<T = Response> = std::result::Result<T, EscrowError>;
type Finality = std::result::Result<(), NotFinal>;

/// Notes whom to ask.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(deps: DepsMut<'_>, _: Env, _: MessageInfo, msg: InstantiateMsg) -> Result {
    let bsn = Bsn(deps.api.addr_validate(&msg.bsn)?);
    // Not `bsn`, or none yet: better now than at the first claim.
    bsn.last_final(&deps.querier).map_err(NotFinal::from)?;
    BSN.save(deps.storage, &bsn.0)?;
    NEXT.save(deps.storage, &1)?;
    Ok(Response::new())
}

/// Takes, pays, or gives back.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(deps: DepsMut<'_>, env: Env, info: MessageInfo, msg: ExecuteMsg) -> Result {
    match msg {
        ExecuteMsg::Deposit { to } => deposit(deps, &env, info, &to),
        _ if !info.funds.is_empty() => Err(EscrowError::Coins),
        ExecuteMsg::Claim { id } => claim(deps, id),
        ExecuteMsg::Refund { id } => refund(deps, id),
    }
}

fn deposit(deps: DepsMut<'_>, env: &Env, info: MessageInfo, to: &str) -> Result {
    if info.funds.is_empty() {
        return Err(EscrowError::NoCoins);
    }
    let to = deps.api.addr_validate(to)?;
    let id = NEXT.load(deps.storage)?;
    NEXT.save(deps.storage, &id.saturating_add(1))?;
    let deposit = Deposit { from: info.sender, to, coins: info.funds, height: env.block.height };
    DEPOSITS.save(deps.storage, id, &deposit)?;
    Ok(Response::new().add_attribute("deposit", id.to_string()))
}

fn claim(deps: DepsMut<'_>, id: u64) -> Result {
    let (deposit, finality) = judge(deps.as_ref(), id)?;
    finality?;
    Ok(pay(deps, id, deposit.to, deposit.coins))
}

fn refund(deps: DepsMut<'_>, id: u64) -> Result {
    use NotFinal::{Gap, Resumed, Unknown, UnknownGap};
    let (deposit, finality) = judge(deps.as_ref(), id)?;
    match finality {
        Ok(()) => Err(EscrowError::Claimable(id)),
        // As it is for ever.
        Err(Resumed { .. } | Gap { .. } | UnknownGap { .. } | Unknown { why: WhyUnknown::Forgotten, .. }) => {
            Ok(pay(deps, id, deposit.from, deposit.coins))
        }
        Err(wait) => Err(wait.into()),
    }
}

fn judge(deps: Deps<'_>, id: u64) -> Result<(Deposit, Finality)> {
    let deposit = DEPOSITS.may_load(deps.storage, id)?.ok_or(EscrowError::NoDeposit(id))?;
    let finality = Bsn(BSN.load(deps.storage)?).require_final(&deps.querier, deposit.height);
    Ok((deposit, finality))
}

fn pay(deps: DepsMut<'_>, id: u64, to: Addr, amount: Vec<Coin>) -> Response {
    DEPOSITS.remove(deps.storage, id);
    Response::new().add_message(BankMsg::Send { to_address: to.into(), amount })
}

/// Shows a deposit.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps<'_>, _: Env, msg: QueryMsg) -> StdResult<Binary> {
    let QueryMsg::Deposit { id } = msg;
    to_json_binary(&DEPOSITS.may_load(deps.storage, id)?)
}
