use k256::{Scalar, U256, elliptic_curve::ops::Reduce};
use primitives::FpPublicKey;
use sha2::{Digest, Sha256};

use crate::PublicRandomness;

/// A hash that cannot collide with one made for another purpose: `sha256(sha256(tag) ‖ sha256(tag) ‖ …)`
/// (BIP-340, design).
pub(crate) fn tagged_hash<'a>(tag: &str, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let tag = Sha256::digest(tag.as_bytes());
    let hasher = Sha256::new().chain_update(tag).chain_update(tag);
    parts.into_iter().fold(hasher, |hasher, part| hasher.chain_update(part)).finalize().into()
}

/// A 32-byte big endian number modulo the group order.
pub(crate) fn reduce(bytes: [u8; 32]) -> Scalar {
    <Scalar as Reduce<U256>>::reduce_bytes(&bytes.into())
}

/// `sha256("BIP0340/challenge")`: every verification needs it.
const TAG: [u8; 32] = [
    0x7b, 0xb5, 0x2d, 0x7a, 0x9f, 0xef, 0x58, 0x32, 0x3e, 0xb1, 0xbf, 0x7a, 0x40, 0x7d, 0xb3, 0x82, 0xd2,
    0xf3, 0xf2, 0xd8, 0x1b, 0xb1, 0x22, 0x4f, 0x49, 0xfe, 0x51, 0x8f, 0x6d, 0x48, 0xd3, 0x7c,
];

/// What a signature answers: `e = tagged_hash("BIP0340/challenge", R.x ‖ P.x ‖ message) mod n`.
pub(crate) fn challenge(randomness: &PublicRandomness, key: &FpPublicKey, message: &[u8]) -> Scalar {
    let bytes = [&TAG[..], &TAG, randomness.as_bytes(), key.as_bytes(), message].concat();
    reduce(Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_the_challenge_is_that_of_bip_340() {
        assert_eq!(TAG, <[u8; 32]>::from(Sha256::digest("BIP0340/challenge")));
    }
}
