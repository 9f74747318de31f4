use bitcoin_spv::{Header, HeaderHash, MerkleRoot};
use primitives::BtcHeight;
use thiserror::Error;

/// A header below those that are checked by their work: an ancestor of one of them, known by its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ancestor {
    /// Its height.
    pub height: BtcHeight,
    /// Its hash.
    pub hash: HeaderHash,
    /// The root of its block's transactions.
    pub merkle_root: MerkleRoot,
    /// The hash of the header before it.
    pub prev_hash: HeaderHash,
}

/// Why headers are no ancestors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DescendError {
    /// None was given.
    #[error("no headers")]
    Nothing,
    /// One is not the parent of the one above it.
    #[error("header {got} is not {expected}, the parent of the one above it at height {above}")]
    NotParent {
        /// The header's hash.
        got: HeaderHash,
        /// The hash that the one above it names.
        expected: HeaderHash,
        /// Whose parent it should be.
        above: BtcHeight,
    },
    /// Block 0 has no parent.
    #[error("more headers than there are blocks below height {above}")]
    BelowGenesis {
        /// The height of the one they hang from.
        above: BtcHeight,
    },
}

/// Goes down from a header that is known, at `height` and with the parent `prev_hash`, over `headers`: ascending, the last one
/// that parent. Gives the lowest.
///
/// No work is checked: a hash commits to all that came before it.
///
/// # Errors
/// [`DescendError`].
pub fn descend(
    height: BtcHeight,
    prev_hash: HeaderHash,
    headers: &[[u8; 80]],
) -> Result<Ancestor, DescendError> {
    let (mut at, mut expected, mut lowest) = (height, prev_hash, None);
    for bytes in headers.iter().rev() {
        let header = Header::from_bytes(bytes);
        let got = header.hash();
        if got != expected {
            return Err(DescendError::NotParent { got, expected, above: at });
        }
        if at.get() == 0 {
            return Err(DescendError::BelowGenesis { above: height });
        }
        at = at.previous();
        expected = header.prev_hash;
        let Header { merkle_root, prev_hash, .. } = header;
        lowest = Some(Ancestor { height: at, hash: got, merkle_root, prev_hash });
    }
    lowest.ok_or(DescendError::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: u32) -> Vec<Header> {
        let mut prev_hash = HeaderHash::from_bytes([0; 32]);
        let next = |nonce: u32| {
            let mut bytes = [0; 80];
            bytes[4..36].copy_from_slice(prev_hash.as_bytes());
            bytes[76..].copy_from_slice(&nonce.to_le_bytes());
            let header = Header::from_bytes(&bytes);
            prev_hash = header.hash();
            header
        };
        (0..length).map(next).collect()
    }

    /// D-17
    #[test]
    fn headers_below_hang_from_the_one_above() {
        let chain = chain(10);
        let raw: Vec<_> = chain.iter().map(Header::to_bytes).collect();
        let top = chain[9];
        let lowest = descend(109.into(), top.prev_hash, &raw[3..9]).unwrap();
        let Header { merkle_root, prev_hash, .. } = chain[3];
        assert_eq!(lowest, Ancestor { height: 103.into(), hash: chain[3].hash(), merkle_root, prev_hash });

        assert_eq!(descend(109.into(), top.prev_hash, &[]), Err(DescendError::Nothing));
        let gap = [&raw[3..5], &raw[6..9]].concat();
        let not_parent = |got: usize, expected: usize, above: u32| DescendError::NotParent {
            got: chain[got].hash(),
            expected: chain[expected].hash(),
            above: above.into(),
        };
        assert_eq!(descend(109.into(), top.prev_hash, &gap), Err(not_parent(4, 5, 106)));
        assert_eq!(descend(109.into(), top.prev_hash, &raw[3..8]), Err(not_parent(7, 8, 109)));
        assert_eq!(
            descend(5.into(), top.prev_hash, &raw[3..9]),
            Err(DescendError::BelowGenesis { above: 5.into() })
        );
    }

    /// D-17
    #[test]
    fn no_bit_of_a_header_below_is_free() {
        let chain = chain(4);
        let raw: Vec<_> = chain.iter().map(Header::to_bytes).collect();
        for bit in 0..8 * 80 {
            for place in 0..3 {
                let mut changed = raw[..3].to_vec();
                changed[place][bit / 8] ^= 1 << (bit % 8);
                let refused = descend(3.into(), chain[3].prev_hash, &changed);
                assert!(matches!(refused, Err(DescendError::NotParent { .. })), "bit {bit} of {place}");
            }
        }
    }
}
