//! What held at a height: the last entry of an FP at or below it, found by one reverse step.

use cosmwasm_std::{Order, StdResult, Storage};
use finality::Commitment;
use finality::active_set::ActiveSet;
use finality::commitment::Run;
use finality::resume::Resumption;
use primitives::{BlockHeight, FpId, VotingPower};

use super::{
    ABSENCES, ACTIVE, COMMITMENTS, MISSES, POWERS, RESUMED, SETS, Table, fp_height_key, height_key, raw,
    remove_raw,
};

/// [`COMMITMENTS`] with the place in a run, which what version 0.1.0 stored has not.
pub const PLACED: Table<12, (Commitment, Run)> = Table::new(COMMITMENTS.letter());

/// The power that an FP had at a height, by its history alone; zero before its first entry.
pub fn power_at(storage: &dyn Storage, id: FpId, height: BlockHeight) -> StdResult<VotingPower> {
    let (lowest, highest) = (fp_height_key(id, BlockHeight::new(0)), fp_height_key(id, height));
    let power = POWERS.range(storage, &lowest, &highest, Order::Descending).next().transpose()?;
    Ok(power.map_or(VotingPower::ZERO, |(_, power)| power))
}

/// An FP's commitment with the highest start not above a height, whether or not it covers it.
pub fn commitment_from(
    storage: &dyn Storage,
    id: FpId,
    height: BlockHeight,
) -> StdResult<Option<Commitment>> {
    let (lowest, highest) = (fp_height_key(id, BlockHeight::new(0)), fp_height_key(id, height));
    let floor = COMMITMENTS.range(storage, &lowest, &highest, Order::Descending).next().transpose()?;
    Ok(floor.map(|(_, commitment)| commitment))
}

/// An FP's commitment with the highest heights; one that version 0.1.0 stored counts as the first of a run.
pub fn last_commitment(storage: &dyn Storage, id: FpId) -> StdResult<Option<(Commitment, Run)>> {
    let (lowest, highest) =
        (fp_height_key(id, BlockHeight::new(0)), fp_height_key(id, BlockHeight::new(u64::MAX)));
    match PLACED.range(storage, &lowest, &highest, Order::Descending).next() {
        Some(Err(_)) => {
            let last = commitment_from(storage, id, BlockHeight::new(u64::MAX))?;
            Ok(last.map(|last| (last, Run::first(last.start))))
        }
        last => Ok(last.transpose()?.map(|(_, placed)| placed)),
    }
}

/// Removes the lowest of an FP's entries under a letter, at most `most`, that a later one at or below `mark` supersedes.
/// Whoever writes entries calls it, so that an FP's own writes keep its pile from growing.
pub fn remove_superseded(storage: &mut dyn Storage, letter: u8, id: FpId, mark: BlockHeight, most: usize) {
    let (lowest, highest) = (fp_height_key(id, BlockHeight::new(0)), fp_height_key(id, mark));
    let entries = raw(storage, letter, &lowest, &highest, most.saturating_add(1));
    for (superseded, _) in entries.iter().rev().skip(1) {
        remove_raw(storage, letter, superseded);
    }
}

/// The first resumption that ends at or above a height, whether or not it begins there.
pub fn resumption_from(storage: &dyn Storage, height: BlockHeight) -> StdResult<Option<Resumption>> {
    let highest = height_key(BlockHeight::new(u64::MAX));
    let first = RESUMED.range(storage, &height_key(height), &highest, Order::Ascending).next().transpose()?;
    Ok(first.map(|(_, resumption)| resumption))
}

/// Forgets what an FP missed up to `height`, also what is not judged yet there.
pub fn forget_absences(storage: &mut dyn Storage, id: FpId, height: BlockHeight) -> StdResult<()> {
    let mut absences = ABSENCES.may_load(storage)?.unwrap_or_default();
    absences.clear(id, height);
    ABSENCES.save(storage, &absences)?;
    MISSES.remove(storage, &id.to_be_bytes());
    Ok(())
}

/// The active set of a height that is not settled yet.
pub fn set_at(storage: &dyn Storage, height: BlockHeight) -> StdResult<ActiveSet> {
    Ok(set_from(storage, height)?.1)
}

/// The active set of a height that is not settled yet, and the last height that has it.
///
/// The set that ended is recorded before the one that follows is written, so a torn hook leaves no wrong set here.
pub fn set_from(storage: &dyn Storage, height: BlockHeight) -> StdResult<(BlockHeight, ActiveSet)> {
    let highest = BlockHeight::new(u64::MAX);
    match SETS
        .range(storage, &height_key(height), &height_key(highest), Order::Ascending)
        .next()
        .transpose()?
    {
        Some((last, ended)) => Ok((BlockHeight::new(u64::from_be_bytes(last)), ended)),
        None => Ok((highest, ACTIVE.load(storage)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::testing::MockStorage;

    fn heights(storage: &MockStorage, id: u32) -> Vec<u64> {
        POWERS
            .all(storage, Order::Ascending)
            .map(|entry| entry.unwrap().0)
            .filter(|key| key[..4] == id.to_be_bytes())
            .map(|key| u64::from_be_bytes(key[4..].try_into().unwrap()))
            .collect()
    }

    #[test]
    fn only_what_a_later_entry_below_the_mark_supersedes_goes() {
        let mut storage = MockStorage::new();
        for (id, height) in [(6, 1), (7, 2), (7, 4), (7, 6), (7, 8), (8, 1)] {
            let key = fp_height_key(FpId::new(id), BlockHeight::new(height));
            POWERS.save(&mut storage, &key, &VotingPower::new(height.into())).unwrap();
        }
        let mut remove = |mark, most| {
            remove_superseded(&mut storage, POWERS.letter(), FpId::new(7), BlockHeight::new(mark), most);
            heights(&storage, 7)
        };
        assert_eq!(remove(3, 9), [2, 4, 6, 8], "2 holds at 3");
        assert_eq!(remove(7, 1), [4, 6, 8]);
        assert_eq!(remove(5, 9), [4, 6, 8]);
        assert_eq!(remove(6, 1), [6, 8], "6 holds at 6");
        assert_eq!(remove(u64::MAX, 9), [8]);
        assert_eq!((heights(&storage, 6), heights(&storage, 8)), (vec![1], vec![1]), "of others nothing");
    }
}
