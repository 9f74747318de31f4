use bitcoin_spv::OutPoint;
use primitives::{BtcHeight, Txid};
use standing::List;

/// An outpoint.
pub fn outpoint_key(outpoint: &OutPoint) -> [u8; 36] {
    let mut key = [0; 36];
    let (txid, index) = key.split_at_mut(32);
    txid.copy_from_slice(outpoint.txid.as_bytes());
    index.copy_from_slice(&outpoint.index.to_be_bytes());
    key
}

/// The outpoint that ends a key.
pub fn outpoint_of(key: &[u8]) -> Option<OutPoint> {
    let (rest, index) = key.split_last_chunk()?;
    let txid = rest.last_chunk()?;
    Some(OutPoint { txid: Txid::from_bytes(*txid), index: u32::from_be_bytes(*index) })
}

/// The first key that does not begin with these bytes; they are not all `ff`.
pub fn after(prefix: &[u8]) -> Vec<u8> {
    let mut next = prefix.to_vec();
    while let Some(last) = next.pop() {
        if let Some(more) = last.checked_add(1) {
            next.push(more);
            break;
        }
    }
    next
}

/// A list's first byte.
pub(super) const fn list_byte(list: List) -> u8 {
    match list {
        List::Watched => 0,
        List::Remembered => 1,
        List::Challenged => 2,
        List::Spent => 3,
    }
}

/// A stake on a list.
pub(super) fn list_key(list: List, height: BtcHeight, stake: &OutPoint) -> Vec<u8> {
    [&[list_byte(list)][..], &height.get().to_be_bytes(), &outpoint_key(stake)].concat()
}

/// The height in such a key.
pub(super) fn height_of(key: &[u8]) -> Option<BtcHeight> {
    let (height, _) = key.get(1..)?.split_first_chunk()?;
    Some(u32::from_be_bytes(*height).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_height_and_give_back_what_they_were_made_of() {
        let stake = OutPoint { txid: Txid::from_bytes([7; 32]), index: 258 };
        let key = |height: u32| list_key(List::Challenged, height.into(), &stake);
        assert!(key(255) < key(256));
        assert_eq!(height_of(&key(256)), Some(256.into()));
        assert_eq!(outpoint_of(&key(256)), Some(stake));
        assert_eq!((after(&[1]), after(&[1, 0xff]), after(&[0xff])), (vec![2], vec![2], vec![]));
    }
}
