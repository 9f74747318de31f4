use core::fmt;

use k256::{Scalar, elliptic_curve::PrimeField};
use primitives::ParseError;

/// An extractable one-time signature: the scalar s of a BIP-340 signature, 32 bytes big endian.
///
/// The other half of a BIP-340 signature is the committed [`crate::PublicRandomness`]. Any 32 bytes
/// parse; verification and extraction refuse s ≥ n, so there is one signature per message and nonce.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signature([u8; 32]);

impl Signature {
    /// Takes 32 bytes as they are on the wire.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Parses exactly 32 bytes.
    ///
    /// # Errors
    /// [`ParseError::Length`] for any other number of bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, ParseError> {
        let got = bytes.len();
        let what = "finality signature";
        bytes.try_into().map(Self).map_err(|_| ParseError::Length { what, expected: 32, got })
    }

    /// The 32 bytes as they are on the wire.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The number, or `None` if it is not below the group order.
    pub(crate) fn scalar(&self) -> Option<Scalar> {
        Scalar::from_repr(self.0.into()).into()
    }
}

impl From<Scalar> for Signature {
    fn from(scalar: Scalar) -> Self {
        Self(scalar.to_bytes().into())
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_thirty_two_bytes_make_a_signature() {
        for got in [0, 31, 33, 64] {
            let length = ParseError::Length { what: "finality signature", expected: 32, got };
            assert_eq!(Signature::from_slice(&vec![1; got]), Err(length));
        }
        assert_eq!(Signature::from_slice(&[1; 32]), Ok(Signature::from_bytes([1; 32])));
    }

    #[test]
    fn a_scalar_is_below_the_order() {
        let last = Signature::from(-Scalar::ONE);
        assert_eq!(last.scalar(), Some(-Scalar::ONE));
        let mut order = *last.as_bytes();
        order[31] += 1;
        assert_eq!(Signature::from_bytes(order).scalar(), None);
    }
}
