use cosmwasm_std::{Order, StdResult, Storage};
use proto::decode::{ItemKind, MAX_PACKET_BYTES, RawItem};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{PARTS, QUARANTINE, QUEUE, part_key};

/// What fits into a record beside other things: a value has room for 131,072 bytes.
const SHORT: usize = 32_000;
/// How long a part of something longer is.
const PART: usize = 60_000;

/// How many parts anything has, at most: it came in a packet.
#[expect(clippy::cast_possible_truncation, reason = "nine")]
pub const PARTS_MAX: u8 = MAX_PACKET_BYTES.div_ceil(PART) as u8;

/// Stands behind the key of parts that belong to one record only.
const PLACED: u8 = 1;

/// A staking item in storage, as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredItem {
    item: RawItem,
    /// The item's bytes are elsewhere, in parts, and here is what their keys begin with: [`ItemPlace::key`], or, as 0.2.0 stored
    /// it, their digest.
    in_parts: bool,
}

/// Where an item lies. Two of the same bytes have parts of their own, so that one can be deleted without the other.
#[derive(Debug, Clone, Copy)]
pub enum ItemPlace {
    /// The number of its record in the queue, and its position there.
    Queue(u64, usize),
    /// Its number in the quarantine.
    Quarantine(u64),
}

impl ItemPlace {
    fn key(self, item: &RawItem) -> [u8; 32] {
        let (letter, number, position) = match self {
            Self::Queue(number, position) => (QUEUE.letter(), number, position),
            Self::Quarantine(number) => (QUARANTINE.letter(), number, 0),
        };
        let position = u64::try_from(position).unwrap_or(u64::MAX);
        Sha256::new_with_prefix(digest(item))
            .chain_update([letter])
            .chain_update(number.to_be_bytes())
            .chain_update(position.to_be_bytes())
            .finalize()
            .into()
    }
}

impl StoredItem {
    /// Keeps an item.
    pub fn keep(storage: &mut dyn Storage, mut item: RawItem, place: ItemPlace) -> StdResult<Self> {
        let in_parts = item.bytes.len() > SHORT;
        if in_parts {
            let key = place.key(&item);
            save_parts(storage, &key, &item.bytes)?;
            item.bytes = [&key[..], &[PLACED]].concat();
        }
        Ok(Self { item, in_parts })
    }

    /// The item.
    pub fn item(self, storage: &dyn Storage) -> StdResult<RawItem> {
        let Self { mut item, in_parts } = self;
        if in_parts {
            let key = item.bytes.first_chunk().copied().unwrap_or_default();
            item.bytes = load_parts(storage, &key)?;
        }
        Ok(item)
    }

    /// Deletes its parts, once its record is deleted. Those that 0.2.0 stored may be another record's too, and stay.
    pub fn delete_parts(&self, storage: &mut dyn Storage) {
        let Some((key, [PLACED])) = self.item.bytes.split_first_chunk::<32>().filter(|_| self.in_parts)
        else {
            return;
        };
        delete_parts(storage, key);
    }

    /// Its kind.
    pub const fn kind(&self) -> ItemKind {
        self.item.kind
    }
}

/// What two items have in common only if they are the same: sha256 over kind and bytes.
pub fn digest(item: &RawItem) -> [u8; 32] {
    Sha256::new_with_prefix(item.kind.name()).chain_update(&item.bytes).finalize().into()
}

/// Keeps the part of `bytes` that is too long for a record: all of them, or none.
pub(super) fn split(storage: &mut dyn Storage, key: &[u8; 32], bytes: &mut Vec<u8>) -> StdResult<()> {
    if bytes.len() > SHORT {
        save_parts(storage, key, &std::mem::take(bytes))?;
    }
    Ok(())
}

/// Deletes the parts of what was [`split`], if it was.
pub(super) fn delete_split(storage: &mut dyn Storage, key: &[u8; 32], bytes: &[u8]) {
    if bytes.is_empty() {
        delete_parts(storage, key);
    }
}

fn delete_parts(storage: &mut dyn Storage, key: &[u8; 32]) {
    for part in 0..PARTS_MAX {
        PARTS.remove(storage, &part_key(key, part));
    }
}

fn save_parts(storage: &mut dyn Storage, key: &[u8; 32], bytes: &[u8]) -> StdResult<()> {
    for (part, bytes) in (0..=u8::MAX).zip(bytes.chunks(PART)) {
        PARTS.save(storage, &part_key(key, part), &bytes.to_vec())?;
    }
    Ok(())
}

pub(super) fn load_parts(storage: &dyn Storage, key: &[u8; 32]) -> StdResult<Vec<u8>> {
    let parts = PARTS.range(storage, &part_key(key, 0), &part_key(key, u8::MAX), Order::Ascending);
    parts.map(|part| Ok(part?.1)).try_fold(Vec::new(), |mut whole, part: StdResult<Vec<u8>>| {
        whole.extend(part?);
        Ok(whole)
    })
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn an_item_of_any_length_is_kept_in_values_that_fit() {
        let mut storage = MockStorage::new();
        for length in [0, 1, SHORT, SHORT + 1, PART, PART + 1, 3 * PART, 256 * 1024] {
            let bytes = (0..length).map(|n| u8::try_from(n % 251).unwrap()).collect();
            let item = RawItem { kind: ItemKind::ActiveDelegation, bytes };
            let kept = StoredItem::keep(&mut storage, item.clone(), ItemPlace::Quarantine(1)).unwrap();
            assert!(postcard::to_allocvec(&kept).unwrap().len() < SHORT + 10);
            assert_eq!(kept.item(&storage).unwrap(), item, "{length}");
        }
        let longest = storage.range(None, None, Order::Ascending).map(|(_, value)| value.len()).max();
        assert!(longest < Some(128 * 1024));
    }

    /// C-36
    #[test]
    fn parts_are_deleted_with_their_record_and_with_no_other() {
        let mut storage = MockStorage::new();
        let item = RawItem { kind: ItemKind::ActiveDelegation, bytes: vec![7; MAX_PACKET_BYTES] };
        let places = [
            ItemPlace::Queue(1, 0),
            ItemPlace::Queue(1, 1),
            ItemPlace::Queue(2, 0),
            ItemPlace::Quarantine(1),
        ];
        let mut kept =
            places.map(|place| StoredItem::keep(&mut storage, item.clone(), place).unwrap()).to_vec();
        let parts = |storage: &MockStorage| PARTS.all(storage, Order::Ascending).count();
        while let Some(gone) = kept.pop() {
            gone.delete_parts(&mut storage);
            assert_eq!(parts(&storage), kept.len() * MAX_PACKET_BYTES.div_ceil(PART));
            assert!(kept.iter().all(|kept| kept.clone().item(&storage).unwrap() == item));
        }
    }

    #[test]
    fn an_item_that_0_2_0_kept_is_read_and_its_parts_stay() {
        let mut storage = MockStorage::new();
        let item = RawItem { kind: ItemKind::ActiveDelegation, bytes: vec![7; SHORT + 1] };
        let key = digest(&item);
        save_parts(&mut storage, &key, &item.bytes).unwrap();
        let old = StoredItem { item: RawItem { kind: item.kind, bytes: key.to_vec() }, in_parts: true };
        old.delete_parts(&mut storage);
        assert_eq!(old.item(&storage).unwrap(), item);
    }
}
