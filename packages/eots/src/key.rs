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
