use cosmwasm_std::{Env, Event, Reply, StdResult, Storage};
use finality::rewards::{Group, Split};
use primitives::BlockHeight;
use serde::{Deserialize, Serialize};

use super::{BURN_REPLY, changed};
use crate::host::RESEND_PAUSE;
use crate::state::{ACCOUNTS, Progress};

/// What a message took out of the books.
#[derive(Serialize, Deserialize)]
pub struct Sent {
    /// The account's number.
    account: u8,
    /// The group that a transfer is for.
    group: Group,
    /// What a transfer sends, or a burn burns.
    amount: u128,
    /// What was to be burned with it.
    burn: u128,
    /// What went to the next period with it.
    back: u128,
    /// Whether it goes to the next period where the chain does not take it: a Babylon that is gone must not keep local finality providers
    /// from being paid.
    is_given_up: bool,
}

impl Sent {
    /// By a transfer.
    pub const fn transfer(account: u8, group: Group, split: &Split, is_given_up: bool) -> Self {
        Self { account, group, amount: split.send, burn: split.burn, back: split.back, is_given_up }
    }

    /// By a burn.
    pub const fn burn(account: u8, amount: u128) -> Self {
        Self { account, group: Group { from: 0, to: 0 }, amount, burn: 0, back: 0, is_given_up: false }
    }
}

/// The chain did not take a message: the books are as they were before it, but what was not burned is undistributed.
pub fn refused(storage: &mut dyn Storage, env: &Env, reply: &Reply) -> StdResult<Option<Event>> {
    let Ok(sent) = records::decode::<Sent>(&reply.payload) else { return Ok(None) };
    let Sent { account: number, group, amount, burn, back, is_given_up } = sent;
    let Some(mut account) = ACCOUNTS.may_load(storage, &[number])? else { return Ok(None) };
    let owed = account.owed;
    let event = if reply.id == BURN_REPLY {
        account.not_burned(amount);
        changed(&account, amount, "not_burned")
    } else {
        let split = Split { send: amount, burn, back, ratios: Vec::new() };
        if is_given_up {
            account.goes_to_the_next_period(&split);
            changed(&account, amount, "next_period")
        } else {
            let again = BlockHeight::new(env.block.height).saturating_add(RESEND_PAUSE);
            account.not_sent(group, &split, again);
            changed(&account, amount, "not_sent")
        }
    };
    ACCOUNTS.save(storage, &[number], &account)?;
    if owed == 0 && account.owed > 0 {
        let mut progress = Progress::load(storage)?;
        progress.rewards.owing = progress.rewards.owing.saturating_add(1);
        progress.save(storage)?;
    }
    Ok(Some(event))
}
