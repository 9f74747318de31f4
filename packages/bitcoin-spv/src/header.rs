use primitives::{BtcTime, ParseError};

use crate::bytes::{bytes_from_hex, take};
use crate::{CompactTarget, HeaderHash, MerkleRoot, hash::double_sha256};

/// A Bitcoin block header.
///
/// 80 bytes: `version i32 ‖ previous hash 32 ‖ merkle root 32 ‖ time u32 ‖ bits u32 ‖ nonce u32`, the
/// numbers little endian, the hashes in internal order. Every 80 bytes are *a* header; whether it is
/// one that Bitcoin would follow is for [`crate::Context::judge`] to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Header {
    /// Version; negative ones occur and are refused only where a BIP demands a higher one.
    pub version: i32,
    /// The hash of the header before this one.
    pub prev_hash: HeaderHash,
    /// The root of the tree of transaction ids.
    pub merkle_root: MerkleRoot,
    /// When the miner says it was made, in seconds since 1970.
    pub time: BtcTime,
    /// The target, in Bitcoin's compact form.
    pub bits: CompactTarget,
    /// What the miner varied.
    pub nonce: u32,
}

impl Header {
    /// The length of a header in bytes.
    pub const LENGTH: usize = 80;

    /// Reads the 80 bytes.
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Self {
        let mut rest = bytes.as_slice();
        Self {
            version: i32::from_le_bytes(take(&mut rest)),
            prev_hash: HeaderHash::from_bytes(take(&mut rest)),
            merkle_root: MerkleRoot::from_bytes(take(&mut rest)),
            time: BtcTime::new(u32::from_le_bytes(take(&mut rest))),
            bits: CompactTarget::new(u32::from_le_bytes(take(&mut rest))),
            nonce: u32::from_le_bytes(take(&mut rest)),
        }
    }

    /// Reads exactly 80 bytes.
    ///
    /// # Errors
    /// [`ParseError::Length`] for any other number of bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ParseError> {
        let length = ParseError::Length { what: "bitcoin header", expected: Self::LENGTH, got: bytes.len() };
        bytes.try_into().map(Self::from_bytes).map_err(|_| length)
    }

    /// Reads 160 hexadecimal characters.
    ///
    /// # Errors
    /// [`ParseError::Hex`] or [`ParseError::Length`].
    pub fn from_hex(text: &str) -> Result<Self, ParseError> {
        bytes_from_hex("bitcoin header", text).map(|bytes| Self::from_bytes(&bytes))
    }

    /// The 80 bytes.
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let mut rest = bytes.as_mut_slice();
        put(&mut rest, &self.version.to_le_bytes());
        put(&mut rest, self.prev_hash.as_bytes());
        put(&mut rest, self.merkle_root.as_bytes());
        put(&mut rest, &self.time.get().to_le_bytes());
        put(&mut rest, &self.bits.get().to_le_bytes());
        put(&mut rest, &self.nonce.to_le_bytes());
        bytes
    }

    /// The header's hash: sha256 of sha256 of the 80 bytes.
    pub fn hash(&self) -> HeaderHash {
        HeaderHash::from_bytes(double_sha256(&self.to_bytes()))
    }
}

fn put<const N: usize>(rest: &mut &mut [u8], bytes: &[u8; N]) {
    if let Some((chunk, after)) = core::mem::take(rest).split_first_chunk_mut() {
        *chunk = *bytes;
        *rest = after;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_eighty_bytes_make_a_header() {
        for n in [0, 79, 81, 160] {
            let length = ParseError::Length { what: "bitcoin header", expected: 80, got: n };
            assert_eq!(Header::from_slice(&vec![1; n]), Err(length.clone()));
            assert_eq!(Header::from_hex(&"01".repeat(n)), Err(length));
        }
        assert!(matches!(Header::from_hex("xy"), Err(ParseError::Hex { .. })));
        assert!(matches!(Header::from_hex("012"), Err(ParseError::Hex { .. })));
    }

    fn any_bytes() -> impl Strategy<Value = [u8; 80]> {
        prop::collection::vec(any::<u8>(), 80).prop_map(|bytes| bytes.try_into().unwrap())
    }

    proptest! {
        #[test]
        fn eighty_bytes_round_trip(bytes in any_bytes()) {
            prop_assert_eq!(Header::from_bytes(&bytes).to_bytes(), bytes);
        }
    }
}
