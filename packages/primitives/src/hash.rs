use core::fmt;

use serde::{Deserialize, Serialize};

use crate::ParseError;

/// Parses hexadecimal text of either case into exactly `N` bytes.
pub(crate) fn from_hex<const N: usize>(what: &'static str, text: &str) -> Result<[u8; N], ParseError> {
    if text.len() != 2 * N {
        if !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(ParseError::hex(what, text));
        }
        return Err(ParseError::Length { what, expected: N, got: text.len() / 2 });
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| ParseError::hex(what, text))?;
    Ok(bytes)
}

/// Takes exactly `N` bytes.
pub(crate) fn from_slice<const N: usize>(what: &'static str, bytes: &[u8]) -> Result<[u8; N], ParseError> {
    bytes.try_into().map_err(|_| ParseError::Length { what, expected: N, got: bytes.len() })
}

macro_rules! bytes32 {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Takes 32 bytes as they are stored.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Parses exactly 32 bytes.
            ///
            /// # Errors
            /// [`ParseError::Length`] for any other number of bytes.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, ParseError> {
                crate::hash::from_slice($what, bytes).map(Self)
            }

            /// The 32 bytes as they are stored.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }
    };
}
pub(crate) use bytes32;

macro_rules! shown_as_stored {
    ($name:ident, $what:literal) => {
        impl $name {
            /// Parses 64 hexadecimal characters of either case.
            ///
            /// # Errors
            /// [`ParseError::Hex`] or [`ParseError::Length`].
            pub fn from_hex(text: &str) -> Result<Self, ParseError> {
                crate::hash::from_hex($what, text).map(Self)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}
pub(crate) use shown_as_stored;

bytes32! {
    /// The application hash in the header of block *h*: the state after block *h-1*.
    ///
    /// 32 bytes, shown in stored order. This is what a finality signature signs (PROTOCOL.md,
    /// "Signed bytes").
    AppHash, "app hash"
}
shown_as_stored!(AppHash, "app hash");

bytes32! {
    /// The hash of a block of the appchain (CometBFT), 32 bytes, shown in stored order.
    BlockHash, "block hash"
}
shown_as_stored!(BlockHash, "block hash");

bytes32! {
    /// The id of a Bitcoin transaction: double sha256 of its serialization without witness.
    ///
    /// Stored in Bitcoin's internal order, **shown reversed**, as block explorers and Babylon's
    /// `staking_tx_hash` do (PROTOCOL.md, "Delegations").
    Txid, "txid"
}

impl Txid {
    /// Parses 64 hexadecimal characters in display (reversed) order.
    ///
    /// # Errors
    /// [`ParseError::Hex`] or [`ParseError::Length`].
    pub fn from_display_hex(text: &str) -> Result<Self, ParseError> {
        let mut bytes = from_hex("txid", text)?;
        bytes.reverse();
        Ok(Self(bytes))
    }
}

impl fmt::Display for Txid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0;
        shown.reverse();
        f.write_str(&hex::encode(shown))
    }
}

impl fmt::Debug for Txid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Txid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_thirty_two_bytes_make_a_hash() {
        for n in [0, 1, 31, 33, 64] {
            let length = ParseError::Length { what: "app hash", expected: 32, got: n };
            assert_eq!(AppHash::from_slice(&vec![7; n]), Err(length.clone()));
            assert_eq!(AppHash::from_hex(&"07".repeat(n)), Err(length));
        }
        assert!(AppHash::from_slice(&[7; 32]).is_ok());
        assert_eq!(AppHash::from_hex(&"zz".repeat(32)), Err(ParseError::hex("app hash", &"zz".repeat(32))));
        assert_eq!(AppHash::from_hex("é"), Err(ParseError::hex("app hash", "é")));
    }

    #[test]
    fn a_hash_is_shown_as_it_is_stored_and_read_in_either_case() {
        let bytes: [u8; 32] = core::array::from_fn(|at| u8::try_from(at).unwrap() | 0xa0);
        let shown = hex::encode(bytes);
        assert_eq!(AppHash::from_bytes(bytes).to_string(), shown);
        assert_eq!(AppHash::from_slice(&bytes), Ok(AppHash::from_bytes(bytes)));
        assert_eq!(BlockHash::from_hex(&shown.to_uppercase()).unwrap().as_bytes(), &bytes);
    }

    #[test]
    fn a_txid_is_shown_reversed() {
        // The coinbase of Bitcoin's genesis block.
        let shown = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b";
        let txid = Txid::from_display_hex(shown).unwrap();
        assert_eq!(txid.as_bytes()[0], 0x3b);
        assert_eq!(txid.to_string(), shown);
    }
}
