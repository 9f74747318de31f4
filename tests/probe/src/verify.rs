//! EOTS signatures through the host's recovery function.

use core::fmt;

use cosmwasm_std::{Api, Binary, StdError, StdResult};
use eots::{PublicRandomness, Signature};
use primitives::FpPublicKey;

/// The length of a case: public key, public randomness, signature and message hash, 32 bytes each.
pub const CASE_LENGTH: usize = 128;

/// Why a batch is not read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyError {
    /// It does not end where a case ends.
    Length {
        /// The number of bytes given.
        got: usize,
    },
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Length { got } = self;
        write!(f, "{got} bytes are no whole number of cases of {CASE_LENGTH}")
    }
}

impl core::error::Error for VerifyError {}

/// A bit a case, the first one lowest in the first byte: whether its signature is valid.
pub fn verify(api: &dyn Api, cases: &[u8]) -> StdResult<Binary> {
    let (cases, rest) = cases.as_chunks::<CASE_LENGTH>();
    if !rest.is_empty() {
        let got = cases.len() * CASE_LENGTH + rest.len();
        return Err(StdError::from(VerifyError::Length { got }));
    }
    let mut bitmap = vec![0u8; cases.len().div_ceil(8)];
    for (byte, eight) in bitmap.iter_mut().zip(cases.chunks(8)) {
        for (bit, case) in eight.iter().enumerate() {
            *byte |= u8::from(is_valid(api, case)) << bit;
        }
    }
    Ok(Binary::new(bitmap))
}

/// Anything that cannot be read is not valid.
fn is_valid(api: &dyn Api, case: &[u8; CASE_LENGTH]) -> bool {
    let recover = |hash: &[u8; 32], signature: &[u8; 64], id: u8| {
        api.secp256k1_recover_pubkey(hash, signature, id).ok()?.try_into().ok()
    };
    let (parts, _) = case.as_chunks::<32>();
    let [key, randomness, signature, hash] = parts else { return false };
    let key = FpPublicKey::from_bytes(*key);
    let randomness = PublicRandomness::from_bytes(*randomness);
    let signature = Signature::from_bytes(*signature);
    eots::verify(&recover, &key, &randomness, hash, &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockApi;
    use eots::{SecretKey, SecretRandomness, sign};
    use primitives::{FpPublicKey, SigningContext};

    use super::*;

    #[test]
    fn the_bit_of_a_valid_case_is_set_and_no_other() {
        let key = SecretKey::from_slice(&[1; 32]).unwrap();
        let nonce = SecretRandomness::derive(&key, &SigningContext::finality_vote("chain", "contract"), 7);
        let signature = sign(&key, &nonce, &[9; 32]);
        let fp = FpPublicKey::from(key.public_key());
        let case = |hash| {
            [fp.as_bytes(), nonce.public().as_bytes(), signature.as_bytes(), &hash]
                .map(|part| part.as_slice())
                .concat()
        };
        let mut cases = vec![case([8; 32]); 11];
        for valid in [1, 9] {
            cases[valid] = case([9; 32]);
        }
        assert_eq!(verify(&MockApi::default(), &cases.concat()).unwrap().as_slice(), [0b10, 0b10]);
    }

    #[test]
    fn half_a_case_is_refused() {
        let error = verify(&MockApi::default(), &[0; 192]).unwrap_err().to_string();
        assert!(error.contains("192 bytes are no whole number of cases of 128"), "{error}");
    }
}
