use core::fmt;

use k256::{Scalar, elliptic_curve::PrimeField};
use primitives::{FpPublicKey, ParseError};

/// The public key of a staker, a finality provider or a covenant member: the x coordinate of a point of secp256k1, 32
/// bytes big endian, its y taken as even (BIP-340). Any 32 bytes parse.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct XOnlyKey([u8; 32]);

impl XOnlyKey {
    /// Takes 32 bytes as they are.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Parses exactly 32 bytes.
    ///
    /// # Errors
    /// [`ParseError::Length`] for any other number of bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ParseError> {
        let length = ParseError::Length { what: "x-only public key", expected: 32, got: bytes.len() };
        bytes.try_into().map(Self).map_err(|_| length)
    }

    /// The 32 bytes as they are.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The number as a scalar, or `None` where it is not below the group order: verification could not use that key.
    pub(crate) fn scalar(&self) -> Option<Scalar> {
        Scalar::from_repr(self.0.into()).into()
    }
}

impl From<FpPublicKey> for XOnlyKey {
    fn from(key: FpPublicKey) -> Self {
        Self(*key.as_bytes())
    }
}

impl From<XOnlyKey> for FpPublicKey {
    fn from(key: XOnlyKey) -> Self {
        Self::from_bytes(key.0)
    }
}

impl fmt::Display for XOnlyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        FpPublicKey::from(*self).fmt(f)
    }
}

impl fmt::Debug for XOnlyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "XOnlyKey({self})")
    }
}
