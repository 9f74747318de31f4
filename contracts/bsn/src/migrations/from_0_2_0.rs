//! What 0.1.0 and 0.2.0 stored becomes what this version reads, as far as that is few records: in the migration itself.
//!
//! postcard writes the fields of a struct one after the other and nothing else. So where a field is new at the end of its
//! struct, a record of before becomes one of today by the bytes of that field behind it. [`Progress`] is read as it was and
//! written as it is.

use api::bsn::StakeSource;
use cosmwasm_std::{StdResult, Storage};
use finality::jail::Throttle;
use finality::rewards::Account;
use primitives::{BlockHeight, FpId, UnixTime, VotingPower};
use serde::{Deserialize, Serialize};

use crate::state::{
    ACCOUNTS, BITCOIN, COMMITMENTS, CONFIG, CONVERSION, COUNTERS, ChannelMarks, Gaps, Item, JailMarks, MARKS,
    Marks, PARAMS, PAYOUTS, Progress, RewardMarks, SetMarks, append,
};

/// Gives each record the fields that it lacks, with what they mean on a chain that ran without them.
pub fn add_fields(storage: &mut dyn Storage) -> StdResult<()> {
    if let Some(old) = OLD_PROGRESS.may_load(storage)? {
        old.into_progress().save(storage)?;
    }
    append(storage, PARAMS.letter(), &params())?;
    append(storage, CONFIG.letter(), &(NOT_VERIFIED, StakeSource::Babylon))?;
    append(storage, COUNTERS.letter(), &NOBODY_IS_LOCAL)?;
    append(storage, BITCOIN.letter(), &NEVER_STALE)?;
    // A conversion that is under way is of commitments.
    append(storage, CONVERSION.letter(), &COMMITMENTS.letter())
}

/// The first of two fields of [`Config`](crate::state::Config) since 0.2.0: Babylon's word counts for delegations.
const NOT_VERIFIED: Option<String> = None;
/// The field of [`Counters`](crate::state::Counters) since 0.2.0.
const NOBODY_IS_LOCAL: u32 = 0;

/// The field of [`BitcoinSeen`](crate::state::BitcoinSeen) since 0.2.0: where all stake is Babylon's, no tip is too old.
const NEVER_STALE: bool = false;

/// [`Progress`] as one record, under the letter of the marks.
const OLD_PROGRESS: Item<OldProgress> = Item::short(MARKS.letter());

/// [`Progress`] as 0.2.0 stored it.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct OldProgress {
    pub activation: BlockHeight,
    pub cursor: BlockHeight,
    pub last_quorum: Option<BlockHeight>,
    /// Bit `i`: everybody voted at height `cursor - i`.
    pub everyone_voted: u64,
    pub settled: BlockHeight,
    pub judged: BlockHeight,
    pub timestamped: BlockHeight,
    pub stale: bool,
    pub changes_at: Option<BlockHeight>,
    pub total: VotingPower,
    pub active: u32,
    pub activated: Option<BlockHeight>,
    pub last_end: BlockHeight,
    pub votes_from: BlockHeight,
    pub anchors_from: BlockHeight,
    pub backlog_full: bool,
    pub outgoing: u32,
    pub expiring: bool,
    pub longest_gap: u64,
    pub gap: u64,
    pub resumed_through: BlockHeight,
    pub resumed: u64,
    pub intake_paused_until: UnixTime,
    pub rewards_paused: bool,
    pub era_from: FpId,
    pub orphaned_below: FpId,
    pub orphans_marked: FpId,
    pub wake_at: Option<UnixTime>,
    pub set_since: BlockHeight,
    pub earned: u64,
    pub owing: u32,
    pub payout_next: u32,
    pub throttle: Throttle,
}

impl OldProgress {
    /// The next BeginBlock knows the ranked stake; [`super::resumed`] says what was resumed, which gaps are recorded and
    /// which block is final.
    pub fn into_progress(self) -> Progress {
        let marks = Marks {
            last_quorum: self.last_quorum,
            last_final: None,
            activation: self.activation,
            cursor: self.cursor,
            partial: !self.everyone_voted,
            settled: self.settled,
            judged: self.judged,
            last_end: self.last_end,
            votes_from: self.votes_from,
            anchors_from: self.anchors_from,
            timestamped: self.timestamped,
            backlog_full: self.backlog_full,
            earned: self.earned,
            stale: self.stale,
            changes_at: self.changes_at,
            total: self.total,
            grid: None,
            ranked: VotingPower::ZERO,
        };
        let gaps = Gaps {
            open: self.gap,
            longest: self.longest_gap,
            resumed_through: self.resumed_through,
            resumed: self.resumed,
            ..Gaps::default()
        };
        let set = SetMarks {
            since: self.set_since,
            active: self.active,
            activated: self.activated,
            below_floor: None,
        };
        let jail = JailMarks { throttle: self.throttle, giants_from: BlockHeight::default() };
        let channel = ChannelMarks {
            outgoing: self.outgoing,
            wake_at: self.wake_at,
            era_from: self.era_from,
            orphaned_below: self.orphaned_below,
            orphans_marked: self.orphans_marked,
            intake_paused_until: self.intake_paused_until,
        };
        let rewards =
            RewardMarks { paused: self.rewards_paused, owing: self.owing, payout_next: self.payout_next };
        let expiring = self.expiring;
        Progress { marks, gaps, set, jail, channel, rewards, expiring, ..Progress::default() }
    }
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
pub mod tests {
    use cosmwasm_std::Order;
    use cosmwasm_std::testing::MockStorage;
    use finality::active_set::{Member, select};
    use finality::commitment::Coverage;
    use finality::rewards::{Group, Missed, Weights};
    use primitives::VotingPower;

    use super::*;

    /// As version 0.2.0 wrote them: 100 of `stake` owed by payout 3, with 50 handed over and 7 burned before; 200 of
    /// `uatom` owed by the same after a burn, not before height 9, with 60 and 8.
    pub const BOOKS: &[u8] = b"\x02\x05stake\x64\x03\x00\x00\x32\x07\x05uatom\xc8\x01\x03\x01\x09\x3c\x08";

    fn payout(storage: &mut MockStorage) {
        let covered = Coverage { covered: true, changes_at: None };
        let two =
            [1, 2].map(|id| Ok::<_, ()>((Member { id: FpId::new(id), power: VotingPower::new(5) }, covered)));
        let mut weights = Weights::default();
        let set = select(two.into_iter(), 2, 0).unwrap().set;
        weights.add(&set, 1, &Missed::default(), BlockHeight::new(1));
        PAYOUTS.save(storage, &3u32.to_be_bytes(), &weights).unwrap();
    }

    #[test]
    fn each_denom_gets_books_of_its_own_with_its_totals() {
        let mut storage = MockStorage::new();
        storage.set(&[ACCOUNTS.letter()], BOOKS);
        payout(&mut storage);
        split_accounts(&mut storage).unwrap();
        assert_eq!(storage.get(&[ACCOUNTS.letter()]), None);
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
