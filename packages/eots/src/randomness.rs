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

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SecretKey {
        SecretKey::from_slice(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_nonce_is_the_same_every_time() {
        let context = SigningContext::finality_vote("a", "b");
        let one = SecretRandomness::derive(&key(1), &context, 7).public();
        assert_eq!(one, SecretRandomness::derive(&key(1), &context, 7).public());
    }

    #[test]
    fn key_context_and_height_each_change_the_nonce() {
        let (vote, other) =
            (SigningContext::finality_vote("a", "b"), SigningContext::finality_vote("c", "b"));
        let nonces = [
            SecretRandomness::derive(&key(1), &vote, 7).public(),
            SecretRandomness::derive(&key(2), &vote, 7).public(),
            SecretRandomness::derive(&key(1), &other, 7).public(),
            SecretRandomness::derive(&key(1), &vote, 8).public(),
            SecretRandomness::derive(&key(1), &vote, 7 << 56).public(),
        ];
        for (i, one) in nonces.iter().enumerate() {
            assert!(nonces.iter().skip(i + 1).all(|other| other != one));
        }
    }

    #[test]
    fn a_nonce_is_not_printed() {
        let nonce = SecretRandomness::from_slice(&[0x5a; 32]).unwrap();
        assert!(!format!("{nonce:?}").contains("5a5a"));
    }

    #[test]
    fn a_nonce_has_the_range_of_a_key() {
        assert_eq!(SecretRandomness::from_slice(&[0; 32]).unwrap_err(), KeyError::SecretRange);
        assert_eq!(SecretRandomness::from_slice(&[0xff; 32]).unwrap_err(), KeyError::SecretRange);
        assert_eq!(SecretRandomness::from_slice(&[1; 31]).unwrap_err(), KeyError::SecretLength { got: 31 });
    }

    #[test]
    fn only_thirty_two_bytes_make_public_randomness() {
        for got in [0, 31, 33] {
            let length = ParseError::Length { what: "public randomness", expected: 32, got };
            assert_eq!(PublicRandomness::from_slice(&vec![1; got]), Err(length));
        }
        assert_eq!(PublicRandomness::from_slice(&[1; 32]), Ok(PublicRandomness::from_bytes([1; 32])));
    }
}
