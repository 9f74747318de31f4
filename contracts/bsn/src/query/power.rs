use std::collections::BTreeMap;

use api::bsn::{ActiveFinalityProvidersResponse, PowerResponse, PowersResponse};
use cosmwasm_std::{Order, Storage};
use finality::active_set::ActiveSet;
use primitives::{BlockHeight, FpId, FpPublicKey, VotingPower};
use staking::{FinalityProvider, FpStatus};

use super::{providers, seen};
use crate::error::ContractError;
use crate::heights::grid;
use crate::state::{ACTIVE, FP_KEYS, MARKS, PROVIDERS, Progress, RANKING, power_at, set_at};

/// For how many heights power is answered at once.
const BATCH: usize = 100;
/// How many FPs are looked at for the set of a past height.
const LOOKED_AT: usize = 1_000;

/// Where a height lies for a question about power.
enum When {
    /// Above what the hooks saw: an FP has the power there that it has now. A daemon is ahead of the state, and drops a
    /// height for good where the answer is 0 (RULINGS.md, "Hooks and holes").
    Now,
    /// The hooks saw it.
    Then(BlockHeight),
    /// A hole, pruned, before activation, or the backlog was full: no FP has any.
    Nobody,
}

fn when(store: &dyn Storage, height: BlockHeight) -> Result<When, ContractError> {
    if height < MARKS.load(store)?.activation {
        return Ok(When::Nobody);
    }
    match seen::at_height(store, height)? {
        Some(seen) if seen.anchor.backlog_full => return Ok(When::Nobody),
        Some(_) => return Ok(When::Then(height)),
        None => {}
    }
    let above = seen::last(store)?.is_none_or(|last| height > last.height);
    Ok(if above { When::Now } else { When::Nobody })
}

/// The larger of what an FP has in the active set and in the committee of a grid height.
fn power(
    store: &dyn Storage,
    (key, fp): &(FpPublicKey, FinalityProvider),
    height: BlockHeight,
) -> Result<VotingPower, ContractError> {
    let live = live(store, fp, height)?;
    if fp.status.is_slashed() {
        return Ok(live);
    }
    let in_committee = grid::votes::power(store, &MARKS.load(store)?, key, height);
    Ok(live.max(VotingPower::new(in_committee.into())))
}

fn live(
    store: &dyn Storage,
    fp: &FinalityProvider,
    height: BlockHeight,
) -> Result<VotingPower, ContractError> {
    let id = fp.id;
    match when(store, height)? {
        When::Nobody => Ok(VotingPower::ZERO),
        When::Now if !matches!(fp.status, FpStatus::Registered) => Ok(VotingPower::ZERO),
        When::Now => Ok(power_at(store, id, BlockHeight::new(u64::MAX))?),
        When::Then(height) => Ok(power_at(store, id, height)?),
    }
}

/// An FP's power at a height; 0 for one that is not registered.
pub fn one(
    store: &dyn Storage,
    btc_pk_hex: &str,
    height: BlockHeight,
) -> Result<PowerResponse, ContractError> {
    let power = match providers::find(store, btc_pk_hex)? {
        Some(found) => power(store, &found, height)?,
        None => VotingPower::ZERO,
    };
    Ok(PowerResponse { power: power.to_u64() })
}

/// An FP's power, in sats, at the first hundred of these heights; 0 for one that is not registered.
pub fn batch(
    store: &dyn Storage,
    btc_pk_hex: &str,
    heights: Vec<u64>,
) -> Result<PowersResponse, ContractError> {
    let fp = providers::find(store, btc_pk_hex)?;
    let powers = heights
        .into_iter()
        .take(BATCH)
        .map(|height| match &fp {
            Some(found) => Ok((height, power(store, found, BlockHeight::new(height))?.to_u64())),
            None => Ok((height, 0)),
        })
        .collect::<Result<_, ContractError>>()?;
    Ok(PowersResponse { powers })
}

/// The FPs with power at a height, and their power in sats.
pub fn active_set(
    store: &dyn Storage,
    height: BlockHeight,
) -> Result<ActiveFinalityProvidersResponse, ContractError> {
    let active_finality_providers = match when(store, height)? {
        When::Nobody => BTreeMap::new(),
        When::Now => listed(store, &ACTIVE.may_load(store)?.unwrap_or_default(), true)?,
        When::Then(height) => {
            let progress = Progress::load(store)?;
            match height > progress.marks.settled {
                true => listed(store, &set_at(store, height)?, false)?,
                false => then(store, height)?,
            }
        }
    };
    Ok(ActiveFinalityProvidersResponse { active_finality_providers })
}

/// Who is in a set with power; `now`: and may still vote.
fn listed(store: &dyn Storage, set: &ActiveSet, now: bool) -> Result<BTreeMap<String, u64>, ContractError> {
    let mut powers = BTreeMap::new();
    for member in set.members() {
        let key = providers::key_of(store, member.id)?;
        let may_vote = |fp: FinalityProvider| matches!(fp.status, FpStatus::Registered);
        if !member.power.is_zero()
            && (!now || PROVIDERS.may_load(store, key.as_bytes())?.is_some_and(may_vote))
        {
            powers.insert(key.to_string(), member.power.to_u64());
        }
    }
    Ok(powers)
}

/// Rebuilds the active set of a settled height from the power histories: adds FPs, those with most stake today first, until
/// their power there is the recorded total.
fn then(store: &dyn Storage, height: BlockHeight) -> Result<BTreeMap<String, u64>, ContractError> {
    let total = seen::at_height(store, height)?.map_or(VotingPower::ZERO, |seen| seen.total);
    let ranked = RANKING.all(store, Order::Ascending).map(|record| record.map(|(_, id)| id));
    let numbered =
        FP_KEYS.all(store, Order::Ascending).map(|record| record.map(|(id, _)| FpId::from_be_bytes(id)));
    let (mut powers, mut sum) = (BTreeMap::new(), VotingPower::ZERO);
    for (place, id) in ranked.chain(numbered).enumerate() {
        if sum == total {
            return Ok(powers);
        }
        if place >= LOOKED_AT {
            return Err(ContractError::TooMany { what: "finality providers", most: LOOKED_AT });
        }
        let id = id?;
        let power = power_at(store, id, height)?;
        if !power.is_zero()
            && powers.insert(providers::key_of(store, id)?.to_string(), power.to_u64()).is_none()
        {
            sum = sum + power;
        }
    }
    Ok(powers)
}

#[cfg(test)]
mod tests {
    use super::seen::tests::{anchor, progress};
    use super::*;
    use crate::state::{Marks, POWERS, SETS, concat, fp_height_key, ranking_key};
    use cosmwasm_std::testing::MockStorage;
    use finality::active_set::{Member, select};
    use finality::commitment::Coverage;
    use primitives::UnixTime;
    use staking::FpId;

    fn fixture(status: FpStatus) -> (MockStorage, String) {
        let mut store = MockStorage::new();
        progress(&mut store, 4, 4);
        for (height, total) in [(3, Some(7)), (4, Some(7)), (5, None), (6, Some(9))] {
            anchor(&mut store, height, total);
        }
        let fp = FinalityProvider { status, ..FinalityProvider::new(FpId::new(0)) };
        PROVIDERS.save(&mut store, &[2; 32], &fp).unwrap();
        FP_KEYS.save(&mut store, &[0; 4], &[2; 32]).unwrap();
        for (height, power) in [(3, 7), (6, 9)] {
            POWERS
                .save(
                    &mut store,
                    &fp_height_key(FpId::new(0), BlockHeight::new(height)),
                    &VotingPower::new(power),
                )
                .unwrap();
        }
        (store, "02".repeat(32))
    }

    #[test]
    fn a_hole_has_no_power_and_above_the_tip_is_the_current_one() {
        let (store, key) = fixture(FpStatus::Registered);
        let powers = batch(&store, &key, vec![0, 2, 3, 4, 5, 6, 7, 1_000]).unwrap().powers;
        assert_eq!(powers, [(0, 0), (2, 0), (3, 7), (4, 7), (5, 0), (6, 9), (7, 9), (1_000, 9)]);
        assert_eq!(one(&store, &"03".repeat(32), BlockHeight::new(6)).unwrap().power, 0);
        assert!(one(&store, "xyz", BlockHeight::new(6)).is_err());
    }

    #[test]
    fn who_is_in_jail_keeps_the_past_and_has_no_future() {
        let (store, key) = fixture(FpStatus::Jailed { until: UnixTime::new(1) });
        let powers = batch(&store, &key, vec![6, 7]).unwrap().powers;
        assert_eq!(powers, [(6, 9), (7, 0)]);
    }

    fn settled(store: &mut MockStorage, height: u64) {
        let marks = Marks { settled: BlockHeight::new(height), ..MARKS.load(store).unwrap() };
        MARKS.save(store, &marks).unwrap();
    }

    #[test]
    fn the_set_of_a_height_is_everybodys_power_there() {
        let (mut store, key) = fixture(FpStatus::Registered);
        settled(&mut store, 6);
        let set = |height| active_set(&store, BlockHeight::new(height)).unwrap().active_finality_providers;
        assert_eq!(set(4), BTreeMap::from([(key, 7)]));
        assert!(set(5).is_empty());
    }

    #[test]
    fn the_set_of_a_height_that_is_not_settled_is_told_however_many_are_registered() {
        let (mut store, key) = fixture(FpStatus::Slashed {
            height: BlockHeight::new(6),
            btc_height: primitives::BtcHeight::new(1),
        });
        for id in 1..=1_001_u32 {
            let key = concat(&id.to_be_bytes(), &[7; 28]);
            FP_KEYS.save(&mut store, &id.to_be_bytes(), &key).unwrap();
            RANKING.save(&mut store, &ranking_key(VotingPower::new(1), &key), &FpId::new(id)).unwrap();
        }
        let member = Member { id: FpId::new(0), power: VotingPower::new(9) };
        let covered = Coverage { covered: true, changes_at: None };
        let set = select([Ok::<_, ()>((member, covered))].into_iter(), 5, 0).unwrap().set;
        ACTIVE.save(&mut store, &ActiveSet::default()).unwrap();
        SETS.save(&mut store, &crate::state::height_key(BlockHeight::new(6)), &set).unwrap();
        let ask = |store: &MockStorage| active_set(store, BlockHeight::new(6));
        assert_eq!(ask(&store).unwrap().active_finality_providers, BTreeMap::from([(key, 9)]));
        settled(&mut store, 6);
        assert!(ask(&store).is_err(), "later the history is searched, and that is bounded");
    }
}
