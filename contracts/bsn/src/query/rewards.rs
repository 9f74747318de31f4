use api::bsn::{Amount, RewardsResponse};
use cosmwasm_std::{Deps, Env, Order, StdResult, Uint128};

use crate::error::ContractError;
use crate::rewards::balance;
use crate::state::{ACCOUNTS, CONFIG};
use finality::rewards::Account;

/// The books, denom by denom.
pub fn rewards(deps: Deps<'_>, env: &Env) -> Result<RewardsResponse, ContractError> {
    let all = ACCOUNTS.all(deps.storage, Order::Ascending);
    let mut accounts: Vec<Account> = all.map(|entry| Ok(entry?.1)).collect::<StdResult<_>>()?;
    for denom in CONFIG.load(deps.storage)?.reward_denoms {
        if !accounts.iter().any(|account| account.denom == denom) {
            accounts.push(Account { denom, ..Account::default() });
        }
    }
    let mut answer =
        RewardsResponse { owed: vec![], undistributed: vec![], handed_over: vec![], burned: vec![] };
    for Account { denom, owed, handed_over, burned, .. } in accounts {
        let undistributed = balance(&deps.querier, env, &denom).saturating_sub(owed);
        let amount = |amount| Amount { denom: denom.clone(), amount: Uint128::new(amount) };
        answer.owed.push(amount(owed));
        answer.undistributed.push(amount(undistributed));
        answer.handed_over.push(amount(handed_over));
        answer.burned.push(amount(burned));
    }
    Ok(answer)
}
