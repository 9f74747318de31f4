//! Rewards: what is owed, and its way to Babylon.
//!
//! Fees come as plain transfers, so the balance is all that is known of them. Each `reward_interval`, what is not owed
//! yet becomes owed, by the weights of the period that ends. Then it is sent, in groups of `reward_group` FPs and in
//! a bounded number of transfers a block.
//!
//! Finality providers of Babylon are paid there, by ICS-20. Those that registered on this chain are paid, with their stakers, by the contract that verifies
//! stake, which gets coins and shares.
//!
//! **The dangers.** Babylon refuses a whole transfer where one FP in it has no live stake there. So a transfer names
//! only FPs that have some here when it is sent. An FP whose stake ended on Babylon a packet ago costs its group one
//! period.
//!
//! A contract learns neither of the acknowledgement nor of the refund of an ICS-20 transfer. So an
//! amount leaves the books *before* it is sent, and comes back into them only where the chain itself does not take the
//! message. It is never paid twice, and coins that return raise the balance, which is shared out again. Messages have a gas limit of their own and fail alone (RULINGS.md, "Rewards").

pub mod books;
mod memo;
mod owe;
mod refused;
mod send;
pub mod weights;

use api::ask::ask;
use api::bsn::event::RewardChanged;
use api::read::{Fields, Json, Read, Unreadable};
use cosmwasm_std::{BankQuery, Coin, Env, Event, QuerierWrapper, StdResult, Storage, SubMsg, Uint128};
use finality::Params;
use finality::rewards::Account;

pub use refused::refused;
pub use send::{BURN_REPLY, TRANSFER_REPLY};

use crate::state::{CONFIG, Progress};

/// What a block does about rewards; the caller records `progress`. A busy block notes what is owed and sends nothing.
#[inline(never)]
pub fn end_block(
    storage: &mut dyn Storage,
    querier: &QuerierWrapper<'_>,
    env: &Env,
    params: &Params,
    progress: &mut Progress,
    is_busy: bool,
) -> StdResult<(Vec<SubMsg>, Vec<Event>)> {
    let period = |height: u64| height.checked_div(params.reward_interval);
    let ends = period(env.block.height) != period(progress.marks.last_end.get());
    if progress.rewards.paused || !ends && (progress.rewards.owing == 0 || is_busy) {
        return Ok((Vec::new(), Vec::new()));
    }
    let config = CONFIG.load(storage)?;
    let mut books = books::load(storage)?;
    let mut events = Vec::new();
    let owes = ends && owe::owe(storage, querier, env, &config, progress, &mut books, &mut events)?;
    let messages = match is_busy {
        true => Vec::new(),
        false => {
            send::send(storage, env, &config, params, progress.channel.era_from, &mut books, &mut events)?
        }
    };
    progress.rewards.owing = books::save(storage, &books)?;
    if owes {
        weights::begin_period(storage)?;
    }
    Ok((messages, events))
}

/// The balance of a denom; nothing where the chain does not say.
pub fn balance(querier: &QuerierWrapper<'_>, env: &Env, denom: &str) -> u128 {
    let question = BankQuery::Balance { address: env.contract.address.to_string(), denom: denom.into() };
    let coin = ask(*querier, &question.into()).map(|Balance(coin)| coin);
    coin.ok().and_then(|coin| Uint128::try_from(coin.amount).ok()).map_or(0, |amount| amount.u128())
}

/// What the bank answers.
struct Balance(Coin);

impl Read for Balance {
    fn read(json: Json) -> Result<Self, Unreadable> {
        Fields::of(json)?.take("amount").map(Self)
    }
}

fn changed(account: &Account, amount: u128, state: &str) -> Event {
    RewardChanged { denom: account.denom.clone(), amount: amount.to_string(), state: state.into() }.into()
}

#[cfg(test)]
mod tests;
