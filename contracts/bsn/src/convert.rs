//! Conversion of what an older version stored: a portion with each block, in the order of the keys. How far it is
//! stands in storage, so a lost hook or another migration interrupts nothing.
//!
//! | stored by | records | what they learn | until then |
//! |---|---|---|---|
//! | 0.1.0 | commitments | their place in a [`Run`] | each counts as the first of one |
//!
//! What is stored in the meantime is converted with the rest, which changes nothing.

use cosmwasm_std::{StdResult, Storage};
use finality::Commitment;
use finality::commitment::Run;
use serde::{Deserialize, Serialize};

use crate::state::{COMMITMENTS, CONVERSION, PLACED, join, raw};

/// How many records are converted with a block, at some 5,000 SDK gas each.
const PORTION: usize = 64;

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Conversion {
    /// The key that was converted last, without its letter; none at the beginning.
    last: Vec<u8>,
    /// How many records are converted.
    pub done: u64,
}

/// Begins with the first record.
pub fn begin(storage: &mut dyn Storage) -> StdResult<()> {
    CONVERSION.save(storage, &Conversion::default())
}

/// Converts the next portion, if there is anything to convert.
pub fn go_on(storage: &mut dyn Storage) -> StdResult<()> {
    let Some(mut conversion) = CONVERSION.peek(storage)? else { return Ok(()) };
    let entries = raw(storage, b'm', &conversion.last, &[u8::MAX; 12], PORTION);
    let mut before: Option<(&[u8], (Commitment, Run))> = None;
    for (key, bytes) in &entries {
        let id = key.get(..4).unwrap_or_default();
        let placed = match before.filter(|(other, _)| *other == id) {
            None if *key == conversion.last => PLACED.read(bytes)?,
            last => {
                let commitment = COMMITMENTS.read(bytes)?;
                let placed = (commitment, Run::of_older(&commitment, last.as_ref().map(|(_, last)| last)));
                PLACED.save(storage, &join(key, &[]), &placed)?;
                conversion.done = conversion.done.saturating_add(1);
                placed
            }
        };
        before = Some((id, placed));
    }
    match entries.last() {
        Some((key, _)) if entries.len() == PORTION => {
            conversion.last.clone_from(key);
            CONVERSION.save(storage, &conversion)
        }
        _ => {
            CONVERSION.remove(storage);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{last_commitment, of_at};
    use cosmwasm_std::Order;
    use cosmwasm_std::testing::MockStorage;
    use primitives::BlockHeight;

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
                COMMITMENTS.save(&mut storage, &of_at(id, commitment.start), &commitment).unwrap();
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
        assert_eq!(last_commitment(&storage, 1).unwrap().unwrap().1, Run::first(BlockHeight::new(208)));
        begin(&mut storage).unwrap();
        let mut blocks = 0;
        while CONVERSION.may_load(&storage).unwrap().is_some() {
            go_on(&mut storage).unwrap();
            blocks += 1;
        }
        assert_eq!(blocks, 5, "300 in portions of 64");
        assert_eq!(places(&storage), (0..300).map(|number| number % 100).collect::<Vec<_>>());
        assert_eq!(
            last_commitment(&storage, 1).unwrap().unwrap().1,
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
        begin(&mut storage).unwrap();
        go_on(&mut storage).unwrap();
        for id in [0, 2] {
            let last = last_commitment(&storage, id).unwrap().unwrap();
            let new = commitment(210);
            let placed = (new, Run::of_older(&new, Some(&last)));
            PLACED.save(&mut storage, &of_at(id, new.start), &placed).unwrap();
        }
        for _ in 0..10 {
            go_on(&mut storage).unwrap();
        }
        for id in [0, 2] {
            assert_eq!(last_commitment(&storage, id).unwrap().unwrap().1.number, 100);
        }
    }
}
