//! The nonces of the heights of a commitment: all of them, since a proof of one needs the tree over all.

use std::thread;

use eots::{PublicRandomness, SecretKey, SecretRandomness};
use merkle::{Proof, RangeProof, Tree};
use primitives::SigningContext;

/// The most heights of one commitment that nonces are derived for: half a minute of one core.
pub const MOST: u64 = 1 << 20;

/// The public halves, in the order of their heights, and the tree over them.
pub struct Nonces {
    start: u64,
    count: u64,
    tree: Tree,
}

impl Nonces {
    /// Those that follow from a key, at most [`MOST`]; on all cores.
    pub fn derive(key: &SecretKey, context: &SigningContext, start: u64, count: u64) -> Self {
        let count = count.min(MOST);
        let heights: Vec<u64> = (start..start.saturating_add(count)).collect();
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let portion = heights.len().div_ceil(workers).max(1);
        let public = |height: &u64| SecretRandomness::derive(key, context, *height).public();
        let values: Vec<PublicRandomness> = thread::scope(|scope| {
            let parts = heights.chunks(portion);
            let parts: Vec<_> =
                parts.map(|part| (part, scope.spawn(|| part.iter().map(public).collect()))).collect();
            // What a thread did not finish is done here.
            let joined = parts.into_iter();
            joined
                .flat_map(|(part, worker)| {
                    worker.join().unwrap_or_else(|_| part.iter().map(public).collect::<Vec<_>>())
                })
                .collect()
        });
        Self { start, count, tree: Tree::new(values.iter().map(PublicRandomness::as_bytes)) }
    }

    /// The first height.
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// How many heights.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// What is committed to.
    pub fn root(&self) -> [u8; 32] {
        self.tree.root()
    }

    /// The proof of one height; nothing for a height of another commitment.
    pub fn proof(&self, height: u64) -> Option<Proof> {
        self.tree.proof(height.checked_sub(self.start)?)
    }

    /// The proof of so many heights from one on.
    pub fn range(&self, height: u64, count: u64) -> Option<RangeProof> {
        self.tree.range(height.checked_sub(self.start)?, count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_height_is_proven_with_the_nonce_that_signs_there() {
        let (key, context) =
            (SecretKey::from_slice(&[1; 32]).unwrap(), SigningContext::finality_vote("a", "b"));
        let nonces = Nonces::derive(&key, &context, 50, 7);
        let public = |height| *SecretRandomness::derive(&key, &context, height).public().as_bytes();
        for height in 50..57 {
            assert!(nonces.proof(height).unwrap().verify(&nonces.root(), &public(height)).is_ok());
        }
        let range: Vec<_> = (52..55).map(public).collect();
        assert!(nonces.range(52, 3).unwrap().verify(&nonces.root(), &range).is_ok());
        assert!(nonces.proof(49).is_none() && nonces.proof(57).is_none() && nonces.range(55, 3).is_none());
    }
}
