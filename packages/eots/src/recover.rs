use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};

/// The one operation on the curve that verification asks for: recovering an ECDSA public key.
///
/// A chain offers it to contracts as `secp256k1_recover_pubkey`, at about 1/17 of the price of the
/// same work done in wasm. Passing it in makes the chain's path and the native path one.
///
/// Every closure of this shape is a `Recover`:
///
/// ```
/// # use eots::{Native, Recover};
/// let host = |hash: &[u8; 32], signature: &[u8; 64], id: u8| Native.recover(hash, signature, id);
/// assert_eq!(host.recover(&[1; 32], &[0; 64], 0), None);
/// ```
pub trait Recover {
    /// The public key (65 bytes, SEC 1 uncompressed: `4 ‖ x ‖ y`) under which `signature` is an ECDSA
    /// signature of `hash`, or `None` on any error.
    ///
    /// `signature` is `r ‖ s`, big endian, each in `1..n`; `recovery_id` is the parity of the y of the
    /// nonce point whose x is `r`, and only 0 and 1 are supported. With `R` that point, the answer is
    /// `r⁻¹·(s·R − hash·G)`. A high `s` is as good as a low one.
    fn recover(&self, hash: &[u8; 32], signature: &[u8; 64], recovery_id: u8) -> Option<[u8; 65]>;
}

impl<F> Recover for F
where
    F: Fn(&[u8; 32], &[u8; 64], u8) -> Option<[u8; 65]>,
{
    fn recover(&self, hash: &[u8; 32], signature: &[u8; 64], recovery_id: u8) -> Option<[u8; 65]> {
        self(hash, signature, recovery_id)
    }
}

/// Recovery in plain Rust, with the answers of the host of a CosmWasm chain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Native;

impl Recover for Native {
    fn recover(&self, hash: &[u8; 32], signature: &[u8; 64], recovery_id: u8) -> Option<[u8; 65]> {
        let is_y_odd = match recovery_id {
            0 => false,
            1 => true,
            _ => return None,
        };
        let signature = Signature::from_slice(signature).ok()?;
        // Recovery verifies what it found, and verification refuses a high s.
        let (signature, is_y_odd) = match signature.normalize_s() {
            Some(low) => (low, !is_y_odd),
            None => (signature, is_y_odd),
        };
        let id = RecoveryId::new(is_y_odd, false);
        let key = VerifyingKey::recover_from_prehash(hash, &signature, id).ok()?;
        key.to_encoded_point(false).as_bytes().try_into().ok()
    }
}
