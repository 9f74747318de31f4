use core::fmt;

use primitives::ParseError;
use sha2::{Digest, Sha256};

/// Bitcoin's hash: sha256 of sha256.
pub(crate) fn double_sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(Sha256::digest(bytes)).into()
}

macro_rules! shown_reversed {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Takes 32 bytes in Bitcoin's internal order.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Parses exactly 32 bytes in internal order.
            ///
            /// # Errors
            /// [`ParseError::Length`] for any other number of bytes.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, ParseError> {
                let length = ParseError::Length { what: $what, expected: 32, got: bytes.len() };
                bytes.try_into().map(Self).map_err(|_| length)
            }

            /// Parses 64 hexadecimal characters in display (reversed) order.
            ///
            /// # Errors
            /// [`ParseError::Hex`] or [`ParseError::Length`].
            pub fn from_display_hex(text: &str) -> Result<Self, ParseError> {
                let mut bytes = crate::bytes::bytes_from_hex::<32>($what, text)?;
                bytes.reverse();
                Ok(Self(bytes))
            }

            /// The 32 bytes in internal order.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut shown = self.0;
                shown.reverse();
                f.write_str(&hex::encode(shown))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

shown_reversed! {
    /// The hash of a Bitcoin header: 32 bytes in internal order, **shown reversed**.
    HeaderHash, "bitcoin block hash"
}

shown_reversed! {
    /// The root of a block's tree of transaction ids: 32 bytes in internal order, **shown reversed**.
    MerkleRoot, "merkle root"
}
