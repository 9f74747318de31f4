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

/// What a signature answers: `e = tagged_hash("BIP0340/challenge", R.x ‖ P.x ‖ message) mod n`.
pub(crate) fn challenge(randomness: &PublicRandomness, key: &FpPublicKey, message: &[u8]) -> Scalar {
    let parts: [&[u8]; 3] = [randomness.as_bytes(), key.as_bytes(), message];
    reduce(tagged_hash("BIP0340/challenge", parts))
}
