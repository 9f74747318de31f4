use k256::{
    AffinePoint, FieldBytes, NonZeroScalar, ProjectivePoint, Scalar, U256,
    elliptic_curve::{
        ops::{Reduce, ReduceNonZero},
        point::{AffineCoordinates, DecompactPoint},
    },
};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

use super::bytes;

/// The order of the group, n.
pub(super) const ORDER: U256 =
    U256::from_be_hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
/// The size of the field, p.
pub(super) const FIELD: U256 =
    U256::from_be_hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");

/// The bytes of a signed hash.
pub(super) struct Signed {
    pub(super) key: [u8; 32],
    pub(super) randomness: [u8; 32],
    pub(super) hash: [u8; 32],
    pub(super) signature: [u8; 32],
}

/// What a signer knows: d and k, as they were drawn, and the hash to sign.
#[derive(Clone, Copy)]
pub(super) struct Signer {
    pub(super) d: Scalar,
    pub(super) k: Scalar,
    pub(super) hash: [u8; 32],
}

impl Signer {
    pub(super) fn draw(rng: &mut ChaCha8Rng) -> Self {
        Self { d: scalar(rng), k: scalar(rng), hash: bytes(rng) }
    }

    /// Signs as BIP-340 does.
    pub(super) fn sign(self) -> Signed {
        self.sign_with(even(self.d), even(self.k))
    }

    /// Signs with other scalars than those that BIP-340 prescribes.
    pub(super) fn sign_with(self, d: Scalar, k: Scalar) -> Signed {
        self.answer(x(self.k), |e| k + e * d)
    }

    /// Lets `s` be computed from the challenge that these bytes of randomness give.
    pub(super) fn answer(self, randomness: [u8; 32], s: impl FnOnce(Scalar) -> Scalar) -> Signed {
        let key = x(self.d);
        let tag = Sha256::digest(b"BIP0340/challenge");
        let e = [&tag[..], &tag, &randomness, &key, &self.hash].concat();
        let e = <Scalar as Reduce<U256>>::reduce_bytes(&Sha256::digest(e));
        Signed { key, randomness, hash: self.hash, signature: s(e).to_bytes().into() }
    }
}

/// A random scalar that is not zero.
pub(super) fn scalar(rng: &mut ChaCha8Rng) -> Scalar {
    *<NonZeroScalar as ReduceNonZero<U256>>::reduce_nonzero_bytes(&bytes(rng).into())
}

/// The x coordinate of the scalar's point.
pub(super) fn x(scalar: Scalar) -> [u8; 32] {
    point(scalar).x().into()
}

/// The scalar, or its negation, whose point has even y.
pub(super) fn even(scalar: Scalar) -> Scalar {
    if point(scalar).y_is_odd().into() { -scalar } else { scalar }
}

/// Whether some point of the curve has this x coordinate.
pub(super) fn is_on_curve(x: &[u8; 32]) -> bool {
    AffinePoint::decompact(&FieldBytes::from(*x)).is_some().into()
}

fn point(scalar: Scalar) -> AffinePoint {
    (ProjectivePoint::GENERATOR * scalar).to_affine()
}
