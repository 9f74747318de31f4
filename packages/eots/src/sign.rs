use k256::Scalar;

use crate::{SecretKey, SecretRandomness, Signature, challenge::challenge, randomness::Nonce};

/// Signs the 32-byte `hash` with the committed `randomness`: s = k + e·d mod n.
///
/// **Twice with one `randomness` and different hashes gives the key away** to whoever sees both
/// signatures ([`crate::extract`]). A signer must remember, durably and before it answers, what it signed at
/// every height; this function remembers nothing.
pub fn sign(key: &SecretKey, randomness: &SecretRandomness, hash: &[u8; 32]) -> Signature {
    answer(key, &randomness.nonce(), hash).into()
}

pub(crate) fn answer(key: &SecretKey, nonce: &Nonce, message: &[u8]) -> Scalar {
    let e = challenge(&nonce.public, key.public_key().as_fp(), message);
    nonce.secret + e * key.even_scalar()
}
