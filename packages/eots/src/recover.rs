use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};

/// The one operation on the curve that verification asks for: recovering an ECDSA public key.
///
/// A chain offers it to contracts as `secp256k1_recover_pubkey`, at about 1/17 of the price of the
/// same work done in wasm. Passing it in makes the chain's path and the native path one.
///
/// Every closure of this shape is a `Recover`:
///
/// ```
/// # use bsn_eots::{Native, Recover};
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

#[cfg(test)]
mod tests {
    use k256::{ecdsa::SigningKey, elliptic_curve::PrimeField};

    use super::*;

    fn signed() -> ([u8; 65], [u8; 64], u8) {
        let key = SigningKey::from_slice(&[6; 32]).unwrap();
        let (signature, id) = key.sign_prehash_recoverable(&[7; 32]).unwrap();
        let point = key.verifying_key().to_encoded_point(false);
        (point.as_bytes().try_into().unwrap(), signature.to_bytes().into(), id.to_byte())
    }

    #[test]
    fn the_signer_is_recovered() {
        let (point, signature, id) = signed();
        assert_eq!(Native.recover(&[7; 32], &signature, id), Some(point));
        assert_ne!(Native.recover(&[7; 32], &signature, 1 - id), Some(point));
    }

    #[test]
    fn a_high_s_is_as_good_as_a_low_one() {
        let (point, mut signature, id) = signed();
        let high: [u8; 32] = signature[32..].try_into().unwrap();
        let s = k256::Scalar::from_repr(high.into()).unwrap();
        signature[32..].copy_from_slice(&(-s).to_bytes());
        assert_eq!(Native.recover(&[7; 32], &signature, 1 - id), Some(point));
    }

    #[test]
    fn recovery_ids_above_one_are_refused_as_by_the_host() {
        let (_, signature, _) = signed();
        for id in 2..=u8::MAX {
            assert_eq!(Native.recover(&[7; 32], &signature, id), None);
        }
    }

    #[test]
    fn zero_and_the_order_are_no_halves_of_a_signature() {
        let (_, signature, id) = signed();
        for bad in [[0; 32], [0xff; 32]] {
            for half in [0..32, 32..64] {
                let mut signature = signature;
                signature[half].copy_from_slice(&bad);
                assert_eq!(Native.recover(&[7; 32], &signature, id), None);
            }
        }
    }
}
