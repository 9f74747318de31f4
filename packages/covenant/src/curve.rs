use eots::{Recover, SecretKey};
use k256::{
    AffinePoint, EncodedPoint, ProjectivePoint, Scalar, U256,
    elliptic_curve::{PrimeField, ops::Reduce, point::AffineCoordinates, sec1::FromEncodedPoint},
};
use sha2::{Digest, Sha256};

use crate::XOnlyKey;

/// `sha256(sha256(tag) ‖ sha256(tag) ‖ …)` (BIP-340, design).
pub(crate) fn tagged_hash<'a>(tag: &str, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
    let tag = Sha256::digest(tag.as_bytes());
    let hasher = Sha256::new().chain_update(tag).chain_update(tag);
    parts.into_iter().fold(hasher, |hasher, part| hasher.chain_update(part)).finalize().into()
}

/// `e = tagged_hash("BIP0340/challenge", R.x ‖ P.x ‖ message) mod n`.
pub(crate) fn challenge(nonce: &[u8; 32], key: &XOnlyKey, message: &[u8; 32]) -> Scalar {
    reduce(tagged_hash("BIP0340/challenge", [&nonce[..], key.as_bytes(), message]))
}

/// A 32-byte big endian number modulo the group order.
pub(crate) fn reduce(bytes: [u8; 32]) -> Scalar {
    <Scalar as Reduce<U256>>::reduce_bytes(&bytes.into())
}

/// A 32-byte big endian number, or `None` if it is not below the group order.
pub(crate) fn scalar(bytes: &[u8; 32]) -> Option<Scalar> {
    Scalar::from_repr((*bytes).into()).into()
}

/// `g·G + p·P`, where P is the point with this x and even y, by **one** ECDSA recovery: with r = P.x and recovery id 0
/// the nonce point is P, and for s' = p·P.x and z = −g·P.x the answer r⁻¹·(s'·P − z·G) is that sum.
///
/// `None` where x is no point or not below the group order, p is zero, or the sum is the point at infinity.
pub(crate) fn combine(recover: &impl Recover, g: &Scalar, p: &Scalar, x: &XOnlyKey) -> Option<AffinePoint> {
    let px = x.scalar()?;
    let mut signature = [0; 64];
    let (r, s) = signature.split_at_mut(32);
    r.copy_from_slice(x.as_bytes());
    s.copy_from_slice(&(p * &px).to_bytes());
    let hash = (-(g * &px)).to_bytes().into();
    let answer = EncodedPoint::from_bytes(recover.recover(&hash, &signature, 0)?).ok()?;
    Option::from(AffinePoint::from_encoded_point(&answer))
}

/// The x of a point and whether its y is odd, or `None` for the point at infinity.
pub(crate) fn coordinates(point: &AffinePoint) -> Option<([u8; 32], bool)> {
    (*point != AffinePoint::IDENTITY).then(|| (point.x().into(), point.y_is_odd().into()))
}

/// The point of a scalar.
pub(crate) fn times_generator(scalar: &Scalar) -> AffinePoint {
    (ProjectivePoint::GENERATOR * scalar).to_affine()
}

/// d or n − d, whichever has a point of even y (BIP-340).
pub(crate) fn even(scalar: Scalar) -> Scalar {
    if times_generator(&scalar).y_is_odd().into() { -scalar } else { scalar }
}

/// The number of a secret key that BIP-340 signs with.
pub(crate) fn even_scalar(key: &SecretKey) -> Scalar {
    even(reduce(key.to_bytes()))
}
