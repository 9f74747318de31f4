//! Plain BIP-340 signatures, for what is signed once and leaks nothing: commitments to randomness, proofs of
//! possession, the request to be unjailed.
//!
//! Verification is that of [`crate::verify`]: the same equation, the same code.

use k256::NonZeroScalar;
use primitives::FpPublicKey;

use crate::{
    Invalid, PublicRandomness, Recover, SecretKey, Signature,
    challenge::{reduce, tagged_hash},
    randomness::{Nonce, nonzero},
    sign::answer,
    verify::{concat, verify_message},
};

/// Verifies a BIP-340 signature (`R.x ‖ s`) of a message of any length.
///
/// Here messages are the 32-byte hashes of [`crate::message`].
///
/// # Errors
/// [`Invalid`], exactly where BIP-340's `Verify` fails or the key is not below the group order.
pub fn verify(
    recover: &impl Recover,
    key: &FpPublicKey,
    message: &[u8],
    signature: &[u8; 64],
) -> Result<(), Invalid> {
    let mut halves = [[0; 32]; 2];
    halves.as_flattened_mut().copy_from_slice(signature);
    let [r, s] = halves;
    verify_message(recover, key, &PublicRandomness::from_bytes(r), message, &Signature::from_bytes(s))
}

/// Signs a message of any length, as BIP-340's default signing does.
///
/// `aux_rand` is 32 bytes of fresh randomness, which protects against an attacker who watches the signer's hardware;
/// zeros are safe otherwise.
pub fn sign(key: &SecretKey, message: &[u8], aux_rand: &[u8; 32]) -> [u8; 64] {
    let public = FpPublicKey::from(key.public_key());
    let mut masked: [u8; 32] = key.even_scalar().to_bytes().into();
    let mask = tagged_hash("BIP0340/aux", [&aux_rand[..]]);
    masked.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    let hash = tagged_hash("BIP0340/nonce", [&masked[..], public.as_bytes(), message]);
    // BIP-340 gives up on a zero here; one more hash is as safe, and as unreachable.
    let k = Option::from(NonZeroScalar::new(reduce(hash)))
        .unwrap_or_else(|| nonzero(tagged_hash("BIP0340/nonce", [&hash[..]])));
    let nonce = Nonce::new(&k);
    concat(nonce.public.as_bytes(), &answer(key, &nonce, message).to_bytes().into())
}
