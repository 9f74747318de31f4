use primitives::BtcHeight;
use prost::{DecodeError, Message};

use super::error::{ItemError, exactly, message};
use crate::btclightclient::BtcHeaderInfo;

/// A header of Bitcoin, not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawHeader(Vec<u8>);

/// A header of Bitcoin as Babylon tells it. Its hash and proof of work are for the light client to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BtcHeader {
    /// The header.
    pub header: [u8; 80],
    /// What Babylon says its hash is, in internal order.
    pub hash: [u8; 32],
    /// Its height.
    pub height: BtcHeight,
    /// What Babylon says the work of the chain up to it is, big endian; `None` if that is no decimal
    /// number below 2^256 (PROTOCOL.md, "Headers of Bitcoin").
    pub work: Option<[u8; 32]>,
}

#[derive(Clone, PartialEq, Message)]
struct RawHeaders {
    #[prost(bytes = "vec", repeated, tag = "1")]
    headers: Vec<Vec<u8>>,
}

/// Cuts a `BTCHeaders` into its headers.
pub(super) fn cut(bytes: &[u8]) -> Result<Vec<RawHeader>, DecodeError> {
    Ok(RawHeaders::decode(bytes)?.headers.into_iter().map(RawHeader).collect())
}

impl RawHeader {
    /// Reads it.
    ///
    /// # Errors
    /// [`ItemError`] if the header is not 80 bytes or the hash not 32.
    pub fn decode(&self) -> Result<BtcHeader, ItemError> {
        let BtcHeaderInfo { header, hash, height, work } = message("bitcoin header", &self.0)?;
        Ok(BtcHeader {
            header: exactly("bitcoin header", &header)?,
            hash: exactly("bitcoin header hash", &hash)?,
            height: BtcHeight::new(height),
            work: decimal(&work),
        })
    }
}

/// An ASCII decimal number below 2^256, as 32 big-endian bytes.
fn decimal(ascii: &[u8]) -> Option<[u8; 32]> {
    if ascii.is_empty() || ascii.len() > 78 {
        return None;
    }
    let mut number = [0_u8; 32];
    for digit in ascii {
        let mut carry = u16::from(digit.checked_sub(b'0').filter(|digit| *digit <= 9)?);
        for byte in number.iter_mut().rev() {
            let [high, low] = (u16::from(*byte) * 10 + carry).to_be_bytes();
            *byte = low;
            carry = u16::from(high);
        }
        if carry > 0 {
            return None;
        }
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_decimal() {
        let number = |n: u128| {
            let mut bytes = [0; 32];
            bytes[16..].copy_from_slice(&n.to_be_bytes());
            Some(bytes)
        };
        for n in [0, 8, 255, 256, 4_294_967_297, u128::MAX] {
            assert_eq!(decimal(n.to_string().as_bytes()), number(n));
        }
        let most = b"115792089237316195423570985008687907853269984665640564039457584007913129639935";
        assert_eq!(decimal(most), Some([0xff; 32]));
    }

    #[test]
    fn other_work_is_none() {
        let over = b"115792089237316195423570985008687907853269984665640564039457584007913129639936";
        for text in [&b""[..], b"-1", b"1.5", b"0x10", &[0xff; 8], &[b'9'; 79], over] {
            assert_eq!(decimal(text), None);
        }
    }
}
