use core::fmt;

use k256::{
    AffinePoint, FieldBytes, Scalar,
    elliptic_curve::{PrimeField, point::AffineCoordinates, point::DecompactPoint},
};
use primitives::FpPublicKey;
use thiserror::Error;

/// Why bytes are not a key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not the x coordinate of a point of secp256k1.
    #[error("{key} is not a point of secp256k1")]
    NotOnCurve {
        /// The bytes as given.
        key: FpPublicKey,
    },
    /// A point whose x coordinate is not below the group order.
    #[error("the x coordinate of {key} is not below the group order")]
    AboveOrder {
        /// The bytes as given.
        key: FpPublicKey,
    },
    /// A secret key of another length than 32 bytes; the bytes are not repeated.
    #[error("a secret key must be 32 bytes, got {got}")]
    SecretLength {
        /// How many bytes were given.
        got: usize,
    },
    /// A secret key that is zero or not below the group order; the bytes are not repeated.
    #[error("a secret key must be a number from 1 to the group order less 1")]
    SecretRange,
}

/// A public key that can vote: the x coordinate of a point of secp256k1, below the group order n.
///
/// Verification puts x in the place of an ECDSA `r`, a number modulo n (see [`crate::verify`]), so a
/// key with n ≤ x < p could never verify anything there. Only one point in 2^127 has such an x, so
/// refusing it at registration costs nobody a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey(FpPublicKey);

impl PublicKey {
    /// Checks the bytes of a key.
    ///
    /// # Errors
    /// [`KeyError::AboveOrder`] or [`KeyError::NotOnCurve`].
    pub fn parse(key: FpPublicKey) -> Result<Self, KeyError> {
        let bytes = FieldBytes::from(*key.as_bytes());
        if Option::<AffinePoint>::from(AffinePoint::decompact(&bytes)).is_none() {
            return Err(KeyError::NotOnCurve { key });
        }
        if Option::<Scalar>::from(Scalar::from_repr(bytes)).is_none() {
            return Err(KeyError::AboveOrder { key });
        }
        Ok(Self(key))
    }

    /// The bytes of the key.
    pub const fn as_fp(&self) -> &FpPublicKey {
        &self.0
    }
}

impl From<PublicKey> for FpPublicKey {
    fn from(key: PublicKey) -> Self {
        key.0
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A secret key: a number d with 0 < d < n. Wiped from memory when dropped, and never printed.
///
/// d and n − d have one x-only public key, and sign alike.
#[derive(Clone)]
pub struct SecretKey {
    secret: k256::SecretKey,
    public: PublicKey,
    is_y_odd: bool,
}

impl SecretKey {
    /// Parses 32 bytes, big endian.
    ///
    /// # Errors
    /// [`KeyError::SecretLength`], [`KeyError::SecretRange`], or [`KeyError::AboveOrder`] if the
    /// public key is not one that can vote.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| KeyError::SecretLength { got: bytes.len() })?;
        let secret = k256::SecretKey::from_bytes(&bytes.into()).map_err(|_| KeyError::SecretRange)?;
        let public = secret.public_key();
        let point = public.as_affine();
        Ok(Self {
            public: PublicKey::parse(FpPublicKey::from_bytes(point.x().into()))?,
            is_y_odd: point.y_is_odd().into(),
            secret,
        })
    }

    /// The 32 bytes, big endian, as they were given.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.secret.to_bytes().into()
    }

    /// The key that verifies what this key signs.
    pub const fn public_key(&self) -> PublicKey {
        self.public
    }

    /// d or n − d, whichever has a public point with even y: what BIP-340 signs with.
    pub(crate) fn even_scalar(&self) -> Scalar {
        let scalar = *self.secret.to_nonzero_scalar();
        if self.is_y_odd { -scalar } else { scalar }
    }
}

impl PartialEq for SecretKey {
    /// Compares in constant time.
    fn eq(&self, other: &Self) -> bool {
        self.secret == other.secret
    }
}

impl Eq for SecretKey {}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> [u8; 32] {
        let mut bytes: [u8; 32] = (-Scalar::ONE).to_bytes().into();
        bytes[31] += 1;
        bytes
    }

    #[test]
    fn a_secret_key_is_from_one_to_the_order_less_one() {
        assert_eq!(SecretKey::from_slice(&[0; 32]).unwrap_err(), KeyError::SecretRange);
        assert_eq!(SecretKey::from_slice(&order()).unwrap_err(), KeyError::SecretRange);
        assert_eq!(SecretKey::from_slice(&[0xff; 32]).unwrap_err(), KeyError::SecretRange);
        let last = SecretKey::from_slice(&(-Scalar::ONE).to_bytes()).unwrap();
        let mut one = [0; 32];
        one[31] = 1;
        let first = SecretKey::from_slice(&one).unwrap();
        assert_eq!(first.public_key(), last.public_key());
        assert_ne!(first, last);
        assert_eq!(first, SecretKey::from_slice(&one).unwrap());
        assert_eq!(first.to_bytes(), one);
    }

    #[test]
    fn only_thirty_two_bytes_make_a_secret_key() {
        for got in [0, 31, 33, 64] {
            assert_eq!(SecretKey::from_slice(&vec![1; got]).unwrap_err(), KeyError::SecretLength { got });
        }
    }

    #[test]
    fn a_secret_key_is_not_printed() {
        let key = SecretKey::from_slice(&[0x5a; 32]).unwrap();
        let shown = format!("{key:?}");
        assert_eq!(shown, format!("SecretKey(of {})", key.public_key()));
        assert!(!shown.contains("5a5a"));
    }

    #[test]
    fn a_public_key_is_shown_as_its_bytes() {
        let key = SecretKey::from_slice(&[7; 32]).unwrap().public_key();
        let shown = "989c0b76cb563971fdc9bef31ec06c3560f3249d6ee9e5d83c57625596e05f6f";
        assert_eq!((key.to_string(), key.as_fp().to_string()), (shown.into(), shown.into()));
        assert_eq!(PublicKey::parse(FpPublicKey::from_hex(shown).unwrap()), Ok(key));
    }

    #[test]
    fn a_public_key_must_be_a_point() {
        for bytes in [[0; 32], [0xff; 32]] {
            let key = FpPublicKey::from_bytes(bytes);
            assert_eq!(PublicKey::parse(key), Err(KeyError::NotOnCurve { key }));
        }
    }

    #[test]
    fn a_public_key_must_be_below_the_order() {
        let mut bytes = order();
        let refusals: Vec<_> = (0..60)
            .map(|_| {
                bytes[31] += 1;
                PublicKey::parse(FpPublicKey::from_bytes(bytes)).unwrap_err()
            })
            .collect();
        assert!(refusals.iter().any(|e| matches!(e, KeyError::AboveOrder { .. })));
        assert!(refusals.iter().any(|e| matches!(e, KeyError::NotOnCurve { .. })));
    }
}
