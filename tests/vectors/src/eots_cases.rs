mod change;
mod curve;

use k256::schnorr::{Signature, VerifyingKey};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub use change::Change;
use curve::Signed;

/// A vote as it reaches a contract, and whether it is to be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EotsCase {
    /// The x-only public key.
    pub key: [u8; 32],
    /// The public randomness, R.x.
    pub randomness: [u8; 32],
    /// The 32-byte hash that is signed.
    pub hash: [u8; 32],
    /// The scalar s.
    pub signature: [u8; 32],
    /// Whether k256 verifies `randomness ‖ signature` as a BIP-340 signature of `hash` by `key`.
    pub valid: bool,
    /// What was done to a valid one.
    pub change: Change,
}

/// Makes `n` cases, the same ones for the same `seed`: one of each [`Change`] in turn, each from a
/// fresh key, nonce and hash.
///
/// `valid` is k256's answer, not what the change was meant to do.
pub fn eots_cases(seed: u64, n: usize) -> Vec<EotsCase> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Change::ALL.into_iter().cycle().take(n).map(|change| case(&mut rng, change)).collect()
}

fn case(rng: &mut ChaCha8Rng, change: Change) -> EotsCase {
    let Signed { key, randomness, hash, signature } = change.make(rng);
    let valid = is_valid(&key, &randomness, &hash, &signature);
    EotsCase { key, randomness, hash, signature, valid, change }
}

fn is_valid(key: &[u8; 32], randomness: &[u8; 32], hash: &[u8; 32], signature: &[u8; 32]) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(key) else { return false };
    let Ok(signature) = Signature::try_from(&[*randomness, *signature].concat()[..]) else { return false };
    key.verify_raw(hash, &signature).is_ok()
}

/// 32 random bytes.
fn bytes(rng: &mut ChaCha8Rng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_is_made_and_judged_as_it_was_meant() {
        for case in eots_cases(340, 4 * Change::ALL.len()) {
            assert_eq!(case.valid, case.change.is_harmless(), "{case:?}");
        }
    }

    #[test]
    fn a_seed_gives_its_cases_and_no_others() {
        assert_eq!(eots_cases(1, 50), eots_cases(1, 80)[..50]);
        assert_ne!(eots_cases(1, 50), eots_cases(2, 50));
    }
}
