//! What 0.1.0 and 0.2.0 stored becomes what this version reads, as far as that is few records: in the migration itself.
//!
//! postcard writes the fields of a struct one after the other and nothing else. So a new field stands at the end of its
//! struct, and a record of before becomes one of today by the bytes of the new fields behind it.

use cosmwasm_std::{StdResult, Storage};
use finality::rewards::Account;
use primitives::{BlockHeight, VotingPower};
use serde::{Deserialize, Serialize};

use crate::state::{ACCOUNTS, COMMITMENTS, CONVERSION, Item, PARAMS, PAYOUTS, PROGRESS, append};

/// Gives each record the fields that it lacks, with what they mean on a chain that ran without them.
pub fn add_fields(storage: &mut dyn Storage) -> StdResult<()> {
    append(storage, PROGRESS.letter(), &progress())?;
    append(storage, PARAMS.letter(), &params())?;
    // A conversion that is under way is of commitments.
    append(storage, CONVERSION.letter(), &COMMITMENTS.letter())
}

/// The fields of [`Progress`](crate::state::Progress) since 0.2.0, in their order. The next BeginBlock knows the ranked
/// stake; [`super::resumed`] says what was resumed and which gaps are recorded.
pub(super) fn progress() -> impl Serialize {
    let sweeping = 0_u8;
    let giants_from = BlockHeight::default();
    let ranked = VotingPower::ZERO;
    let below_floor = None::<VotingPower>;
    let gaps_from = BlockHeight::default();
    let gap_resumed = None::<BlockHeight>;
    let gap_ends_resumed = false;
    let last_final_by = None::<BlockHeight>;
    (sweeping, giants_from, ranked, below_floor, gaps_from, gap_resumed, gap_ends_resumed, last_final_by)
}

/// The fields of [`Params`](finality::Params) since 0.2.0, in their order: a live chain keeps its rules until its
/// governance changes them.
///
/// `reward_group`: ten, as everywhere: one refusal must not cost everybody.
fn params() -> impl Serialize {
    let min_active_percent = 0_u64;
    (finality::Params::default().reward_group, min_active_percent)
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

const OLD_ACCOUNTS: Item<Vec<OldAccount>> = Item::new(ACCOUNTS.letter());

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

#[cfg(test)]
mod tests {
    use cosmwasm_std::Order;
    use cosmwasm_std::testing::MockStorage;
    use finality::active_set::{Member, select};
    use finality::commitment::Coverage;
    use finality::rewards::{Group, Missed, Weights};
    use primitives::VotingPower;

    use super::*;

    /// As version 0.2.0 wrote them: 100 of `stake` owed by payout 3, with 50 handed over and 7 burned before; 200 of
    /// `uatom` owed by the same after a burn, not before height 9, with 60 and 8.
    const BOOKS: &[u8] = b"\x02\x05stake\x64\x03\x00\x00\x32\x07\x05uatom\xc8\x01\x03\x01\x09\x3c\x08";

    fn payout(storage: &mut MockStorage) {
        let covered = Coverage { covered: true, changes_at: None };
        let two = [1, 2].map(|id| Ok::<_, ()>((Member { id, power: VotingPower::new(5) }, covered)));
        let mut weights = Weights::default();
        let set = select(two.into_iter(), 2, 0).unwrap().set;
        weights.add(&set, 1, &Missed::default(), BlockHeight::new(1));
        PAYOUTS.save(storage, &3u32.to_be_bytes(), &weights).unwrap();
    }

    #[test]
    fn each_denom_gets_books_of_its_own_with_its_totals() {
        let mut storage = MockStorage::new();
        storage.set(b"X", BOOKS);
        payout(&mut storage);
        split_accounts(&mut storage).unwrap();
        assert_eq!(storage.get(b"X"), None);
        let all: Vec<_> = ACCOUNTS.all(&storage, Order::Ascending).map(Result::unwrap).collect();
        let stake = Account {
            denom: "stake".to_owned(),
            owed: 100,
            payout: 3,
            waiting: vec![Group { from: 0, to: 2 }],
            handed_over: 50,
            burned: 7,
            ..Account::default()
        };
        let uatom = Account {
            denom: "uatom".to_owned(),
            not_before: BlockHeight::new(9),
            handed_over: 60,
            burned: 8,
            ..Account::default()
        };
        assert_eq!(all, [([0], stake), ([1], uatom)]);
    }

    #[test]
    fn who_has_no_books_yet_gets_none() {
        let mut storage = MockStorage::new();
        split_accounts(&mut storage).unwrap();
        assert_eq!(ACCOUNTS.all(&storage, Order::Ascending).count(), 0);
    }
}
