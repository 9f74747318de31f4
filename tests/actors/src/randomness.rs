//! Where the actors' chance comes from: nowhere else, so that every run is the same.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};

/// A generator that depends on `seed` and `purpose` alone.
///
/// The key is `sha256(seed u64 BE || purpose)`: two purposes share nothing, so that one actor drawing
/// more numbers never changes what another one draws.
pub(crate) fn generator(seed: u64, purpose: &str) -> ChaCha20Rng {
    let mut hasher = Sha256::new();
    hasher.update(seed.to_be_bytes());
    hasher.update(purpose.as_bytes());
    ChaCha20Rng::from_seed(hasher.finalize().into())
}

/// The next `N` bytes.
pub(crate) fn bytes<const N: usize>(rng: &mut ChaCha20Rng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_and_purpose_decide_everything() {
        let draw = |seed, purpose| bytes::<16>(&mut generator(seed, purpose));
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
    }
}
