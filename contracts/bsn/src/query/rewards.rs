use api::bsn::{Amount, RewardsResponse};
use cosmwasm_std::{Deps, Env, Uint128};

use crate::error::ContractError;
use crate::rewards::balance;
use crate::rewards::books::{self, Entry};
use crate::state::CONFIG;
use finality::rewards::Account;

/// The books, denom by denom.
pub fn rewards(deps: Deps<'_>, env: &Env) -> Result<RewardsResponse, ContractError> {
    let mut books = books::load(deps.storage)?;
    books::open(&mut books, &CONFIG.load(deps.storage)?.reward_denoms);
    let mut answer =
        RewardsResponse { owed: vec![], undistributed: vec![], handed_over: vec![], burned: vec![] };
    for Entry { account: Account { denom, owed, handed_over, burned, .. }, .. } in books {
        let undistributed = balance(&deps.querier, env, &denom).saturating_sub(owed);
        let amount = |amount| Amount { denom: denom.clone(), amount: Uint128::new(amount) };
        answer.owed.push(amount(owed));
        answer.undistributed.push(amount(undistributed));
        answer.handed_over.push(amount(handed_over));
        answer.burned.push(amount(burned));
    }
    Ok(answer)
}
