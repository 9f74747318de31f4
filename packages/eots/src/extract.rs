use k256::Scalar;
use primitives::FpPublicKey;
use thiserror::Error;

use crate::{KeyError, PublicRandomness, SecretKey, Signature, challenge::challenge};

/// Why two signatures do not give a key away.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExtractError {
    /// Both are on one message: the same equation twice.
    #[error("both signatures are on the same hash")]
    SameHash {
        /// The hash that was signed twice.
        hash: [u8; 32],
    },
    /// A signature is not below the group order.
    #[error("signature {signature:?} is not below the group order")]
    Scalar {
        /// The scalar as given.
        signature: Signature,
    },
    /// What came out is no secret key at all.
    #[error("the signatures give no secret key: {0}")]
    NoKey(#[from] KeyError),
    /// What came out is not the secret key of the accused: at least one signature is not valid.
    #[error("the signatures give the key of {got}, not of {expected}")]
    AnotherKey {
        /// The accused.
        expected: FpPublicKey,
        /// Whose key came out.
        got: FpPublicKey,
    },
}

/// Extracts the secret key of `key` from two signatures of different hashes with one `randomness`.
///
/// s₁ = k + e₁·d and s₂ = k + e₂·d are two equations in two unknowns: d = (s₁ − s₂)/(e₁ − e₂) mod n.
/// From valid signatures comes the one of d and n − d whose public point has even y, whichever was generated.
///
/// **The result is the proof.** It is returned only if its public key is `key`; from signatures of which one is
/// not valid, nobody who does not know the secret key already can make that happen. Two hashes and
/// signatures that [`crate::verify`] accepts always extract.
///
/// ```
/// # use bsn_eots::{ExtractError, PublicRandomness, SecretKey, SecretRandomness, extract, sign};
/// # let key = SecretKey::from_slice(&[7; 32])?;
/// # let nonce = SecretRandomness::from_slice(&[9; 32]).unwrap();
/// let (one, other) = ([1; 32], [2; 32]);
/// let (first, second) = (sign(&key, &nonce, &one), sign(&key, &nonce, &other));
/// let fp = key.public_key().into();
/// let leaked = extract(&fp, &nonce.public(), (&one, &first), (&other, &second)).unwrap();
/// assert_eq!(leaked.public_key(), key.public_key());
/// let same = extract(&fp, &nonce.public(), (&one, &first), (&one, &first));
/// assert_eq!(same.unwrap_err(), ExtractError::SameHash { hash: one });
/// # Ok::<(), bsn_eots::KeyError>(())
/// ```
///
/// # Errors
/// [`ExtractError`].
pub fn extract(
    key: &FpPublicKey,
    randomness: &PublicRandomness,
    first: (&[u8; 32], &Signature),
    second: (&[u8; 32], &Signature),
) -> Result<SecretKey, ExtractError> {
    if first.0 == second.0 {
        return Err(ExtractError::SameHash { hash: *first.0 });
    }
    let s = scalar(first.1)? - scalar(second.1)?;
    let e = challenge(randomness, key, first.0) - challenge(randomness, key, second.0);
    // Equal challenges of different hashes would be a collision of sha256: no key comes out.
    let inverse = e.invert().unwrap_or(Scalar::ZERO);
    let secret = SecretKey::from_slice(&(s * inverse).to_bytes())?;
    let got = FpPublicKey::from(secret.public_key());
    if got != *key {
        return Err(ExtractError::AnotherKey { expected: *key, got });
    }
    Ok(secret)
}

fn scalar(signature: &Signature) -> Result<Scalar, ExtractError> {
    signature.scalar().ok_or(ExtractError::Scalar { signature: *signature })
}
