//! Single records that 0.1.0 and 0.2.0 stored get the fields that have come since, in the migration itself.
//!
//! postcard writes the fields of a struct one after the other and nothing else. So a new field stands at the end of its
//! struct, and a record of before becomes one of today by the bytes of the new fields behind it.

use cosmwasm_std::{StdResult, Storage};
use finality::rewards::Account;
use primitives::BlockHeight;
use serde::{Deserialize, Serialize};

use crate::state::{ACCOUNTS, Item, PAYOUTS, append};

/// Gives each record the fields that it lacks, with what they mean on a chain that ran without them.
pub fn add_fields(storage: &mut dyn Storage) -> StdResult<()> {
    append(storage, b'P', &progress())?;
    append(storage, b'K', &params())
}

/// The fields of [`Progress`](crate::state::Progress) since 0.2.0, in their order.
fn progress() -> impl Serialize {}

/// The fields of [`Params`](finality::Params) since 0.2.0, in their order: a live chain keeps its rules until its
/// governance changes them.
///
/// `reward_group`: ten, as everywhere: one refusal must not cost everybody.
fn params() -> impl Serialize {
    finality::Params::default().reward_group
}

/// The books of a denom as they were, all in one record.
#[derive(Serialize, Deserialize)]
struct OldAccount {
    denom: String,
    owed: u128,
    payout: u32,
    burn_done: bool,
    not_before: BlockHeight,
    handed_over: u128,
    burned: u128,
}

const OLD_ACCOUNTS: Item<Vec<OldAccount>> = Item::new(b'X');

/// A record for each denom. What is owed of it waits as a whole for those of its payout; where the slashed's part was
/// burned already it is undistributed instead, so that it is not burned again.
pub fn split_accounts(storage: &mut dyn Storage) -> StdResult<()> {
    let accounts = OLD_ACCOUNTS.may_load(storage)?.unwrap_or_default();
    for (old, number) in accounts.into_iter().zip(0..=u8::MAX) {
        let OldAccount { denom, owed, payout, burn_done, not_before, handed_over, burned } = old;
        let mut account = Account { denom, not_before, handed_over, burned, ..Account::default() };
        let weights = PAYOUTS.may_load(storage, &payout.to_be_bytes())?.unwrap_or_default();
        account.owe(if burn_done { 0 } else { owed }, payout, weights.len());
        ACCOUNTS.save(storage, &[number], &account)?;
    }
    OLD_ACCOUNTS.remove(storage);
    Ok(())
}
