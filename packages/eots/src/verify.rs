use k256::{Scalar, elliptic_curve::PrimeField};
use primitives::FpPublicKey;
use thiserror::Error;

use crate::{PublicRandomness, Recover, Signature, challenge::challenge};

/// Why a signature is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Invalid {
    /// The key is not below the group order ([`crate::PublicKey`]).
    #[error("the x coordinate of {key} is not below the group order")]
    Key {
        /// The key as given.
        key: FpPublicKey,
    },
    /// The signature is not below the group order.
    #[error("signature {signature:?} is not below the group order")]
    Scalar {
        /// The scalar as given.
        signature: Signature,
    },
    /// Recovery failed: the key is no point of the curve, or s·G − e·P is the point at infinity.
    #[error("no point comes out of the signature for {key}")]
    NoPoint {
        /// The key as given.
        key: FpPublicKey,
    },
    /// The signature belongs to another key, message or nonce.
    #[error("the signature does not fit {randomness:?}")]
    Mismatch {
        /// The randomness as given.
        randomness: PublicRandomness,
    },
}

/// Verifies the extractable one-time signature of the 32-byte `hash` with the committed `randomness`.
///
/// Accepts exactly what BIP-340 accepts for the key, the message `hash` and the signature
/// `randomness ‖ signature`: R = s·G − e·P is a point with even y and x = `randomness`, where e is
/// the BIP-340 challenge.
///
/// That point is the answer to **one** ECDSA recovery: with r = P.x the nonce point is P itself (recovery
/// id 0 is the even y), and for s' = −e·P.x and z = −s·P.x
///
/// ```text
/// r⁻¹·(s'·P − z·G)  =  P.x⁻¹·(−e·P.x·P + s·P.x·G)  =  s·G − e·P
/// ```
///
/// The host refuses what it does not need to know here: r = 0 or no x of a point (the key is no key),
/// s' = 0 (e = 0, which no one can find), and a result at infinity. All are [`Invalid`].
///
/// # Errors
/// [`Invalid`]; nothing panics, whatever the bytes and whatever the host answers.
pub fn verify(
    recover: &impl Recover,
    key: &FpPublicKey,
    randomness: &PublicRandomness,
    hash: &[u8; 32],
    signature: &Signature,
) -> Result<(), Invalid> {
    verify_message(recover, key, randomness, hash, signature)
}

pub(crate) fn verify_message(
    recover: &impl Recover,
    key: &FpPublicKey,
    randomness: &PublicRandomness,
    message: &[u8],
    signature: &Signature,
) -> Result<(), Invalid> {
    let px: Scalar =
        Option::from(Scalar::from_repr((*key.as_bytes()).into())).ok_or(Invalid::Key { key: *key })?;
    let s = signature.scalar().ok_or(Invalid::Scalar { signature: *signature })?;
    let e = challenge(randomness, key, message);
    let z = (-(s * px)).to_bytes().into();
    let r_and_s = concat(key.as_bytes(), &(-(e * px)).to_bytes().into());
    let point = recover.recover(&z, &r_and_s, 0).ok_or(Invalid::NoPoint { key: *key })?;
    if !is_even_point(&point, randomness.as_bytes()) {
        return Err(Invalid::Mismatch { randomness: *randomness });
    }
    Ok(())
}

/// Whether `4 ‖ x ‖ y` has this x and an even y.
fn is_even_point(point: &[u8; 65], x: &[u8; 32]) -> bool {
    let [4, rest @ ..] = point else { return false };
    let [.., last] = rest;
    rest.starts_with(x) && last & 1 == 0
}

pub(crate) fn concat(first: &[u8; 32], second: &[u8; 32]) -> [u8; 64] {
    let mut both = [0; 64];
    let (left, right) = both.split_at_mut(32);
    left.copy_from_slice(first);
    right.copy_from_slice(second);
    both
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;

    use super::*;
    use crate::{Native, SecretKey, SecretRandomness, sign};

    fn vote() -> (FpPublicKey, PublicRandomness, [u8; 32], Signature) {
        let key = SecretKey::from_slice(&[3; 32]).unwrap();
        let nonce = SecretRandomness::from_slice(&[4; 32]).unwrap();
        (key.public_key().into(), nonce.public(), [5; 32], sign(&key, &nonce, &[5; 32]))
    }

    #[test]
    fn the_host_is_asked_once() {
        let (key, randomness, hash, signature) = vote();
        let calls = Cell::new(0);
        let host = |hash: &[u8; 32], signature: &[u8; 64], id: u8| {
            calls.set(calls.get() + 1);
            Native.recover(hash, signature, id)
        };
        assert_eq!(verify(&host, &key, &randomness, &hash, &signature), Ok(()));
        assert_eq!(calls.get(), 1);
    }

    #[test]
    fn an_error_of_the_host_is_an_invalid_signature() {
        let (key, randomness, hash, signature) = vote();
        let host = |_: &[u8; 32], _: &[u8; 64], _: u8| None;
        assert_eq!(verify(&host, &key, &randomness, &hash, &signature), Err(Invalid::NoPoint { key }));
    }

    #[test]
    fn every_byte_of_the_point_that_must_fit_is_looked_at() {
        let (key, randomness, hash, signature) = vote();
        for byte in (0..=32).chain([64]) {
            let host = |hash: &[u8; 32], signature: &[u8; 64], id: u8| {
                let mut point = Native.recover(hash, signature, id)?;
                point[byte] ^= 1;
                Some(point)
            };
            let refused = verify(&host, &key, &randomness, &hash, &signature);
            assert_eq!(refused, Err(Invalid::Mismatch { randomness }), "byte {byte}");
        }
    }

    #[test]
    fn numbers_above_the_order_never_reach_the_host() {
        let (key, randomness, hash, signature) = vote();
        let host = |_: &[u8; 32], _: &[u8; 64], _: u8| panic!("asked");
        let high = FpPublicKey::from_bytes([0xff; 32]);
        assert_eq!(verify(&host, &high, &randomness, &hash, &signature), Err(Invalid::Key { key: high }));
        let high = Signature::from_bytes([0xff; 32]);
        assert_eq!(verify(&host, &key, &randomness, &hash, &high), Err(Invalid::Scalar { signature: high }));
    }
}
