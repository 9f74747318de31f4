//! Converts what an older version stored: a portion with each block, in the order of the keys. Its progress is stored, so
//! lost hooks and later migrations do not disturb it.
//!
//! | stored by | records | what they get | until then |
//! |---|---|---|---|
//! | 0.1.0 | commitments | their place in a [`Run`] | each counts as the first of one |
//! | 0.1.0, 0.2.0 | FPs in jail | their place in the ranking of the jailed | they are not part of the ranked stake |
//!
//! What is stored in the meantime is converted with the rest, which changes nothing.

use cosmwasm_std::{StdResult, Storage};
use finality::Commitment;
use finality::commitment::Run;
use primitives::FpPublicKey;
use staking::Ledger;

use crate::state::{COMMITMENTS, CONVERSION, Conversion, JAILED, PLACED, StoredLedger, concat, raw};

/// How many records are converted with a block, at some 5,000 SDK gas each.
const PORTION: usize = 64;
/// The table of commitments.
const COMMITTED: u8 = COMMITMENTS.letter();
/// The table of those in jail.
const JAIL: u8 = JAILED.letter();

/// Begins with the first record, of commitments or of those in jail. One that is under way goes on.
pub fn begin(storage: &mut dyn Storage, with_commitments: bool) -> StdResult<()> {
    if !with_commitments && CONVERSION.may_load(storage)?.is_some() {
        return Ok(());
    }
    let table = if with_commitments { COMMITTED } else { JAIL };
    CONVERSION.save(storage, &Conversion { table, ..Conversion::default() })
}

/// Converts the next portion, if there is anything to convert; whether the ranked stake has changed.
pub fn go_on(storage: &mut dyn Storage) -> StdResult<bool> {
    let Some(mut conversion) = CONVERSION.may_load(storage)? else { return Ok(false) };
    let entries = raw(storage, conversion.table, &conversion.last, &[u8::MAX; 32], PORTION);
    let is_jail = conversion.table == JAIL;
    match is_jail {
        true => rank(storage, &mut conversion, &entries)?,
        false => place(storage, &mut conversion, &entries)?,
    }
    match entries.last() {
        Some((key, _)) if entries.len() == PORTION => conversion.last.clone_from(key),
        _ if is_jail => {
            CONVERSION.remove(storage);
            return Ok(true);
        }
        _ => conversion = Conversion { table: JAIL, last: vec![], ..conversion },
    }
    CONVERSION.save(storage, &conversion)?;
    Ok(is_jail)
}

type Entries = [(Vec<u8>, Vec<u8>)];

fn place(storage: &mut dyn Storage, conversion: &mut Conversion, entries: &Entries) -> StdResult<()> {
    let mut before: Option<(&[u8], (Commitment, Run))> = None;
    for (key, bytes) in entries {
        let id = key.get(..4).unwrap_or_default();
        let placed = match before.filter(|(other, _)| *other == id) {
            None if *key == conversion.last => PLACED.read(bytes)?,
            last => {
                let commitment = COMMITMENTS.read(bytes)?;
                let placed = (commitment, Run::of_older(&commitment, last.as_ref().map(|(_, last)| last)));
                PLACED.save(storage, &concat(key, &[]), &placed)?;
                conversion.done = conversion.done.saturating_add(1);
                placed
            }
        };
        before = Some((id, placed));
    }
    Ok(())
}

/// The ledger keeps the ranking: an FP that is put as it was has its place there.
fn rank(storage: &mut dyn Storage, conversion: &mut Conversion, entries: &Entries) -> StdResult<()> {
    let mut ledger = StoredLedger(storage);
    for (key, _) in entries.iter().filter(|(key, _)| *key != conversion.last) {
        let key = FpPublicKey::from_bytes(concat(key, &[]));
        if let Some(fp) = ledger.fp(&key)? {
            ledger.put_fp(&key, &fp)?;
            conversion.done = conversion.done.saturating_add(1);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{fp_height_key, last_commitment};
    use cosmwasm_std::Order;
    use cosmwasm_std::testing::MockStorage;
    use primitives::{BlockHeight, FpId};

    fn commitment(start: u64) -> Commitment {
        let (start, committed_at) = (BlockHeight::new(start), BlockHeight::new(1));
        Commitment { start, count: 2, root: [7; 32], committed_at }
    }

    /// As version 0.1.0 stored them: 100 commitments each of three FPs.
    fn old() -> MockStorage {
        let mut storage = MockStorage::new();
        for id in 0..3 {
            for number in 0..100 {
                let commitment = commitment(10 + 2 * number);
                COMMITMENTS
                    .save(&mut storage, &fp_height_key(FpId::new(id), commitment.start), &commitment)
                    .unwrap();
            }
        }
        storage
    }

    fn places(storage: &MockStorage) -> Vec<u32> {
        PLACED.all(storage, Order::Ascending).map(|entry| entry.unwrap().1.1.number).collect()
    }

    #[test]
    fn portions_end_and_give_each_commitment_its_place() {
        let mut storage = old();
        let before: Vec<_> = COMMITMENTS.all(&storage, Order::Ascending).map(Result::unwrap).collect();
        assert_eq!(
            last_commitment(&storage, FpId::new(1)).unwrap().unwrap().1,
            Run::first(BlockHeight::new(208))
        );
        begin(&mut storage, true).unwrap();
        let mut blocks = 0;
        while CONVERSION.may_load(&storage).unwrap().is_some() {
            go_on(&mut storage).unwrap();
            blocks += 1;
        }
        assert_eq!(blocks, 6, "300 in portions of 64, and nobody in jail");
        assert_eq!(places(&storage), (0..300).map(|number| number % 100).collect::<Vec<_>>());
        assert_eq!(
            last_commitment(&storage, FpId::new(1)).unwrap().unwrap().1,
            Run { start: BlockHeight::new(10), number: 99 }
        );
        let after: Vec<_> = COMMITMENTS.all(&storage, Order::Ascending).map(Result::unwrap).collect();
        assert_eq!(before, after);
        go_on(&mut storage).unwrap();
        assert_eq!(places(&storage).len(), 300);
    }

    #[test]
    fn what_comes_in_the_meantime_is_counted_with_the_rest() {
        let mut storage = old();
        begin(&mut storage, true).unwrap();
        go_on(&mut storage).unwrap();
        for id in [0, 2] {
            let last = last_commitment(&storage, FpId::new(id)).unwrap().unwrap();
            let new = commitment(210);
            let placed = (new, Run::of_older(&new, Some(&last)));
            PLACED.save(&mut storage, &fp_height_key(FpId::new(id), new.start), &placed).unwrap();
        }
        for _ in 0..10 {
            go_on(&mut storage).unwrap();
        }
        for id in [0, 2] {
            assert_eq!(last_commitment(&storage, FpId::new(id)).unwrap().unwrap().1.number, 100);
        }
    }

    /// 150 in jail, as version 0.2.0 stored them: in no ranking.
    #[test]
    fn who_is_in_jail_gets_its_place_in_the_ranking() {
        use crate::state::{JAILED, PROVIDERS, RANKING, RANKING_JAILED};
        use primitives::{UnixTime, VotingPower};
        use staking::{FinalityProvider, FpId, FpStatus};

        let mut storage = MockStorage::new();
        for id in 0..150u32 {
            let (key, stake) = (concat(&id.to_be_bytes(), &[7; 28]), VotingPower::new(u128::from(id)));
            let status = FpStatus::Jailed { until: UnixTime::new(9) };
            let fp = FinalityProvider { status, stake, ..FinalityProvider::new(FpId::new(id)) };
            PROVIDERS.save(&mut storage, &key, &fp).unwrap();
            JAILED.save(&mut storage, &key, &UnixTime::new(9)).unwrap();
        }
        begin(&mut storage, false).unwrap();
        let changed = (0..4).map(|_| go_on(&mut storage).unwrap()).collect::<Vec<_>>();
        assert_eq!(changed, [true, true, true, false], "150 in portions of 64");
        let ranked: Vec<u32> =
            RANKING_JAILED.all(&storage, Order::Ascending).map(|entry| entry.unwrap().1.get()).collect();
        assert_eq!(ranked, (1..150).rev().collect::<Vec<_>>(), "most stake first, and not who has none");
        assert_eq!(RANKING.all(&storage, Order::Ascending).count(), 0);
    }

    #[test]
    fn a_conversion_that_is_under_way_goes_on() {
        let mut storage = old();
        begin(&mut storage, true).unwrap();
        go_on(&mut storage).unwrap();
        let before = CONVERSION.may_load(&storage).unwrap();
        begin(&mut storage, false).unwrap();
        assert_eq!(CONVERSION.may_load(&storage).unwrap(), before);
        let cut = postcard::to_allocvec(&before).unwrap();
        let old: (Vec<u8>, u64) = postcard::from_bytes(&cut[1..]).unwrap();
        cosmwasm_std::Storage::set(
            &mut storage,
            &[CONVERSION.letter()],
            &postcard::to_allocvec(&old).unwrap(),
        );
        crate::state::append(&mut storage, CONVERSION.letter(), &COMMITTED).unwrap();
        assert_eq!(CONVERSION.may_load(&storage).unwrap(), before, "as 0.2.0 stored it");
    }
}
