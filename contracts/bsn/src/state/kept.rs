use cosmwasm_std::{Order, StdResult, Storage};
use proto::decode::{ItemKind, MAX_PACKET_BYTES, RawItem};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{PARTS, join};

/// What fits into a record beside other things: a value has room for 131,072 bytes.
const SHORT: usize = 32_000;
/// How long a part of something longer is.
const PART: usize = 60_000;

/// How many parts anything has, at most: it came in a packet.
#[expect(clippy::cast_possible_truncation, reason = "nine")]
pub const PARTS_MAX: u8 = MAX_PACKET_BYTES.div_ceil(PART) as u8;

/// A staking item in storage, as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    item: RawItem,
    /// The item's bytes are elsewhere, in parts, and here is their digest.
    in_parts: bool,
}

impl Kept {
    /// Keeps an item.
    ///
    /// # Errors
    /// Only those of storage.
    pub fn keep(storage: &mut dyn Storage, mut item: RawItem) -> StdResult<Self> {
        let in_parts = item.bytes.len() > SHORT;
        if in_parts {
            let digest = digest(&item);
            save_parts(storage, &digest, &item.bytes)?;
            item.bytes = digest.to_vec();
        }
        Ok(Self { item, in_parts })
    }

    /// The item.
    ///
    /// # Errors
    /// Only those of storage.
    pub fn item(self, storage: &dyn Storage) -> StdResult<RawItem> {
        let Self { mut item, in_parts } = self;
        if in_parts {
            item.bytes = load_parts(storage, &join(&item.bytes, &[]))?;
        }
        Ok(item)
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

fn save_parts(storage: &mut dyn Storage, key: &[u8; 32], bytes: &[u8]) -> StdResult<()> {
    for (part, bytes) in (0..=u8::MAX).zip(bytes.chunks(PART)) {
        PARTS.save(storage, &join(key, &[part]), &bytes.to_vec())?;
    }
    Ok(())
}

pub(super) fn load_parts(storage: &dyn Storage, key: &[u8; 32]) -> StdResult<Vec<u8>> {
    let parts = PARTS.range(storage, &join(key, &[0]), &join(key, &[u8::MAX]), Order::Ascending);
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
            let kept = Kept::keep(&mut storage, item.clone()).unwrap();
            assert!(postcard::to_allocvec(&kept).unwrap().len() < SHORT + 10);
            assert_eq!(kept.item(&storage).unwrap(), item, "{length}");
        }
        let longest = storage.range(None, None, Order::Ascending).map(|(_, value)| value.len()).max();
        assert!(longest < Some(128 * 1024));
    }
}
