//! Adaptor signatures in the form of Babylon's Go code: signatures that one secret key completes, and that give it away
//! when they are.
//!
//! A covenant member signs a slashing transaction *encrypted* to the finality provider's key. Nobody can use that
//! signature until the provider equivocates; from then on everybody can.

use core::fmt;

use eots::{Recover, SecretKey};
use k256::{AffinePoint, ProjectivePoint, Scalar, elliptic_curve::point::DecompressPoint};
use primitives::ParseError;
use thiserror::Error;

use crate::{
    XOnlyKey,
    curve::{challenge, combine, coordinates, even_scalar, reduce, scalar, tagged_hash, times_generator},
};

/// The key that an adaptor signature is encrypted to: a finality provider's, its y taken as even.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncryptionKey(AffinePoint);

impl EncryptionKey {
    /// Lifts the key, by one square root. `None` where it is no point of the curve.
    pub fn new(key: &XOnlyKey) -> Option<Self> {
        Self::from_compressed(2, key.as_bytes())
    }

    /// A point of either parity: 2 for an even y, 3 for an odd one. Babylon's tables of examples have such ones.
    pub fn from_compressed(prefix: u8, x: &[u8; 32]) -> Option<Self> {
        let is_odd = parity(prefix)?;
        Option::from(AffinePoint::decompress(&(*x).into(), u8::from(is_odd).into())).map(Self)
    }
}

/// A Schnorr signature that lacks a secret: `R.x` of the complete one, and s less (or more) that secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AdaptorSignature {
    /// Whether the point R + T has an odd y: then the secret is to be subtracted, else added.
    is_odd: bool,
    nonce: [u8; 32],
    s: [u8; 32],
}

/// Why bytes are no adaptor signature.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AdaptorFormError {
    /// Neither 65 nor 66 bytes.
    #[error("{0}")]
    Length(#[from] ParseError),
    /// The new form begins with 2 or 3; the old one begins with 2 and ends with 0 or 1.
    #[error("adaptor signature begins with {first} and ends with {last}")]
    Parity {
        /// The first byte.
        first: u8,
        /// The byte after 65, where there is one.
        last: u8,
    },
}

/// Why an adaptor signature is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AdaptorInvalid {
    /// s is zero or not below the group order.
    #[error("s of the adaptor signature is not between 0 and the group order")]
    Scalar,
    /// Recovery failed: the signer's key is no key, or s·G − e·P is the point at infinity.
    #[error("no point comes out of the adaptor signature for {signer}")]
    NoPoint {
        /// Whose signature it is said to be.
        signer: XOnlyKey,
    },
    /// It is of another signer, message or encryption key.
    #[error("the adaptor signature of {signer} does not fit its nonce")]
    Mismatch {
        /// Whose signature it is said to be.
        signer: XOnlyKey,
    },
}

impl AdaptorSignature {
    /// Parses either form: 65 bytes `2|3 ‖ R.x ‖ s`, or the old 66 bytes `2 ‖ R.x ‖ s ‖ 0|1`.
    ///
    /// # Errors
    /// [`AdaptorFormError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, AdaptorFormError> {
        let what = "adaptor signature";
        let length = ParseError::Length { what, expected: 65, got: bytes.len() };
        let (form, rest) = bytes.split_first_chunk::<65>().ok_or_else(|| length.clone())?;
        let [first, halves @ ..] = form;
        let is_odd = match (*first, rest) {
            (2 | 3, []) => *first == 3,
            (2, [last @ (0 | 1)]) => *last == 1,
            (first, [last]) => return Err(AdaptorFormError::Parity { first, last: *last }),
            (first, []) => return Err(AdaptorFormError::Parity { first, last: 0 }),
            _ => return Err(length.into()),
        };
        let mut parts = [[0; 32]; 2];
        parts.as_flattened_mut().copy_from_slice(halves);
        let [nonce, s] = parts;
        Ok(Self { is_odd, nonce, s })
    }

    /// The new form.
    pub fn to_bytes(&self) -> [u8; 65] {
        let mut bytes = [2 + u8::from(self.is_odd); 65];
        let (_, halves) = bytes.split_at_mut(1);
        halves.copy_from_slice([self.nonce, self.s].as_flattened());
        bytes
    }

    /// Verifies that this becomes a BIP-340 signature of `message` by `signer` once the secret of `encryption` is
    /// known, by **one** recovery: R = s·G − e·P, where e is the challenge of the *complete* signature.
    ///
    /// Then R + T must be the point R₀ with the x of the complete signature, if y of R₀ is even; else T − R. Neither
    /// asks whether that x is on the curve: no other x can come out.
    ///
    /// # Errors
    /// [`AdaptorInvalid`]; nothing panics, whatever the bytes and whatever the host answers.
    pub fn verify(
        &self,
        recover: &impl Recover,
        signer: &XOnlyKey,
        encryption: &EncryptionKey,
        message: &[u8; 32],
    ) -> Result<(), AdaptorInvalid> {
        let s = scalar(&self.s).filter(|s| *s != Scalar::ZERO).ok_or(AdaptorInvalid::Scalar)?;
        let e = challenge(&self.nonce, signer, message);
        let no_point = AdaptorInvalid::NoPoint { signer: *signer };
        let r = ProjectivePoint::from(combine(recover, &s, &-e, signer).ok_or(no_point)?);
        let sum = if self.is_odd { -r + encryption.0 } else { r + encryption.0 };
        if coordinates(&sum.to_affine()) != Some((self.nonce, self.is_odd)) {
            return Err(AdaptorInvalid::Mismatch { signer: *signer });
        }
        Ok(())
    }

    /// Completes it: the BIP-340 signature. `None` where s is not below the group order.
    pub fn decrypt(&self, secret: &DecryptionKey) -> Option<[u8; 64]> {
        let s = scalar(&self.s)?;
        let complete = if self.is_odd { s - secret.0 } else { s + secret.0 };
        Some(crate::signature(&self.nonce, &complete.to_bytes().into()))
    }

    /// The secret that completed it, from the complete signature; of d and n − d the one whose point is `encryption`.
    /// `None` where these two are not of one another.
    pub fn extract(&self, complete: &[u8; 64], encryption: &EncryptionKey) -> Option<SecretKey> {
        let (nonce, s) = complete.split_first_chunk::<32>()?;
        let difference = scalar(s.first_chunk()?)? - scalar(&self.s)?;
        let secret = if self.is_odd { -difference } else { difference };
        let is_theirs = *nonce == self.nonce && times_generator(&secret) == encryption.0;
        if is_theirs { SecretKey::from_slice(&secret.to_bytes()).ok() } else { None }
    }
}

impl fmt::Debug for AdaptorSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdaptorSignature(")?;
        self.to_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// The secret that completes adaptor signatures. Never printed.
#[derive(Clone)]
pub struct DecryptionKey(Scalar);

impl DecryptionKey {
    /// A finality provider's, whichever of d and n − d it was generated as.
    pub fn new(key: &SecretKey) -> Self {
        Self(even_scalar(key))
    }

    /// The number as it is, whatever the parity of its point. Babylon's tables of examples have such ones.
    pub fn from_scalar(bytes: &[u8; 32]) -> Option<Self> {
        scalar(bytes).map(Self)
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecryptionKey(..)")
    }
}

/// Signs `message`, encrypted to `encryption`.
///
/// The nonce depends on the encryption key too: two signatures of one message for two finality providers would
/// otherwise share it, and both providers' secrets with the two complete signatures would give the member's key away.
/// `aux_rand` is 32 bytes of fresh randomness, which protects against an attacker who watches the signer's hardware;
/// zeros are safe otherwise.
pub fn presign(
    key: &SecretKey,
    encryption: &EncryptionKey,
    message: &[u8; 32],
    aux_rand: &[u8; 32],
) -> AdaptorSignature {
    let secret = even_scalar(key);
    let signer = XOnlyKey::from(*key.public_key().as_fp());
    let k = adaptor_nonce(&secret, &signer, encryption, message, aux_rand);
    let sum = (ProjectivePoint::from(times_generator(&k)) + encryption.0).to_affine();
    // At infinity only if the encryption key is the nonce's negative, which nobody can arrange.
    let (nonce, is_odd) = coordinates(&sum).unwrap_or_default();
    let e = challenge(&nonce, &signer, message);
    let k = if is_odd { -k } else { k };
    AdaptorSignature { is_odd, nonce, s: (k + e * secret).to_bytes().into() }
}

/// `tagged_hash("BSN/covenant/nonce", (d ⊕ tagged_hash("BSN/covenant/aux", aux)) ‖ P ‖ T ‖ message)`.
fn adaptor_nonce(
    secret: &Scalar,
    signer: &XOnlyKey,
    encryption: &EncryptionKey,
    message: &[u8; 32],
    aux_rand: &[u8; 32],
) -> Scalar {
    let mut masked: [u8; 32] = secret.to_bytes().into();
    let mask = tagged_hash("BSN/covenant/aux", [&aux_rand[..]]);
    masked.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    let (x, is_odd) = coordinates(&encryption.0).unwrap_or_default();
    let parts = [&masked[..], signer.as_bytes(), &[2 + u8::from(is_odd)], &x, message];
    reduce(tagged_hash("BSN/covenant/nonce", parts))
}

/// Whether a point with this prefix has an odd y; `None` for another prefix than 2 and 3.
fn parity(prefix: u8) -> Option<bool> {
    matches!(prefix, 2 | 3).then_some(prefix == 3)
}
