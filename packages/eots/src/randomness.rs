use core::fmt;

use k256::{
    AffinePoint, NonZeroScalar, ProjectivePoint, Scalar, U256,
    elliptic_curve::{ops::ReduceNonZero, point::AffineCoordinates},
};
use primitives::{ParseError, SigningContext};

use crate::{KeyError, SecretKey, challenge::tagged_hash};

/// The public half of the randomness of one height: the x coordinate of the nonce point R, 32 bytes big
/// endian, its y taken as even.
///
/// Any 32 bytes parse: bytes that are no point make verification fail, so nothing is lost by not
/// checking them twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicRandomness([u8; 32]);

impl PublicRandomness {
    /// Takes 32 bytes as they are on the wire.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Parses exactly 32 bytes.
    ///
    /// # Errors
    /// [`ParseError::Length`] for any other number of bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ParseError> {
        let what = "public randomness";
        let got = bytes.len();
        bytes.try_into().map(Self).map_err(|_| ParseError::Length { what, expected: 32, got })
    }

    /// The 32 bytes as they are on the wire.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for PublicRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicRandomness(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// The secret nonce k of one height, 0 < k < n. Wiped from memory when dropped, and never printed.
///
/// **Sign one message with it.** Whoever sees two signatures made with one nonce computes the key
/// ([`crate::extract`]).
#[derive(Clone)]
pub struct SecretRandomness(k256::SecretKey);

impl SecretRandomness {
    /// Parses 32 bytes, big endian.
    ///
    /// # Errors
    /// [`KeyError::SecretLength`] or [`KeyError::SecretRange`].
    pub fn from_slice(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| KeyError::SecretLength { got: bytes.len() })?;
        k256::SecretKey::from_bytes(&bytes.into()).map(Self).map_err(|_| KeyError::SecretRange)
    }

    /// The nonce of `height` under `context`, always the same one for the same key.
    ///
    /// `tagged_hash("BSN/eots/nonce", key ‖ context ‖ height u64 BE)`, mapped onto 1..n. The context
    /// holds chain and contract, so a key that votes on two chains never shares a nonce between them.
    pub fn derive(key: &SecretKey, context: &SigningContext, height: u64) -> Self {
        let secret = key.to_bytes();
        let height = height.to_be_bytes();
        let hash = tagged_hash("BSN/eots/nonce", [&secret[..], context.as_bytes(), &height]);
        Self(k256::SecretKey::from(nonzero(hash)))
    }

    /// The half to commit to.
    pub fn public(&self) -> PublicRandomness {
        Nonce::new(&self.0.to_nonzero_scalar()).public
    }

    pub(crate) fn nonce(&self) -> Nonce {
        Nonce::new(&self.0.to_nonzero_scalar())
    }
}

impl fmt::Debug for SecretRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretRandomness(of {:?})", self.public())
    }
}

/// A nonce ready for signing: k with k·G of even y, and the x of that point.
pub(crate) struct Nonce {
    pub(crate) secret: Scalar,
    pub(crate) public: PublicRandomness,
}

impl Nonce {
    pub(crate) fn new(k: &NonZeroScalar) -> Self {
        let point: AffinePoint = (ProjectivePoint::GENERATOR * k.as_ref()).to_affine();
        let secret = if point.y_is_odd().into() { -k.as_ref() } else { *k.as_ref() };
        Self { secret, public: PublicRandomness(point.x().into()) }
    }
}

/// A hash as a number from 1 to n − 1; the bias is below 2^-127.
pub(crate) fn nonzero(hash: [u8; 32]) -> NonZeroScalar {
    <NonZeroScalar as ReduceNonZero<U256>>::reduce_nonzero_bytes(&hash.into())
}
