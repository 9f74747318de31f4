use std::{ops::Range, sync::Arc, thread};

use eots::{PublicRandomness, SecretKey, SecretRandomness};
use merkle::Tree;
use primitives::SigningContext;
use sha2::{Digest, Sha256};

/// One of the histories of a chain that has parted. A finality provider has one list of randomness on each.
///
/// Branch 0 has the randomness that an honest daemon derives, which depends on nothing but key, context
/// and height: there, whoever votes twice loses its key. Any other branch has randomness of its own:
/// the attack of those who commit twice.
pub type Branch = u32;

/// Randomness a finality provider has committed to.
#[derive(Debug, Clone)]
pub struct Commitment {
    /// The first height.
    pub start_height: u64,
    /// How many heights.
    pub num_pub_rand: u64,
    /// Where it was committed.
    pub branch: Branch,
    list: Arc<List>,
}

#[derive(Debug)]
struct List {
    values: Vec<PublicRandomness>,
    tree: Tree,
}

impl Commitment {
    /// Computes the randomness and its tree, on all processors: some 10,000 heights a
    /// second each. Outside of `voted` nobody knows the nonce to a leaf.
    pub(crate) fn new(
        key: &SecretKey,
        context: &SigningContext,
        branch: Branch,
        start_height: u64,
        num_pub_rand: u64,
        voted: &Range<u64>,
    ) -> Self {
        let heights: Vec<u64> = (start_height..start_height.saturating_add(num_pub_rand)).collect();
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let portion = heights.len().div_ceil(workers).max(1);
        let values: Vec<PublicRandomness> = thread::scope(|scope| {
            let workers: Vec<_> = heights
                .chunks(portion)
                .map(|heights| {
                    scope.spawn(|| {
                        let public = |height: &u64| match voted.contains(height) {
                            true => secret(key, context, branch, *height).public(),
                            false => {
                                PublicRandomness::from_bytes(Sha256::digest(height.to_be_bytes()).into())
                            }
                        };
                        heights.iter().map(public).collect::<Vec<_>>()
                    })
                })
                .collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("deriving does not fail")).collect()
        });
        let tree = Tree::new(values.iter().map(PublicRandomness::as_bytes));
        Self { start_height, num_pub_rand, branch, list: Arc::new(List { values, tree }) }
    }

    /// The last height.
    pub fn end_height(&self) -> u64 {
        self.start_height.saturating_add(self.num_pub_rand).saturating_sub(1)
    }

    /// Whether there is randomness for `height`.
    pub fn covers(&self, height: u64) -> bool {
        self.num_pub_rand > 0 && (self.start_height..=self.end_height()).contains(&height)
    }

    /// The root of the tree: what is committed to.
    pub fn root(&self) -> [u8; 32] {
        self.list.tree.root()
    }

    /// The tree.
    pub fn tree(&self) -> &Tree {
        &self.list.tree
    }

    /// The place of `height` in the tree and its public randomness.
    pub fn public(&self, height: u64) -> Option<(u64, PublicRandomness)> {
        let index = height.checked_sub(self.start_height)?;
        Some((index, *self.list.values.get(usize::try_from(index).ok()?)?))
    }
}

/// The nonce of a height on a branch.
pub(crate) fn secret(
    key: &SecretKey,
    context: &SigningContext,
    branch: Branch,
    height: u64,
) -> SecretRandomness {
    let honest = SecretRandomness::derive(key, context, height);
    if branch == 0 {
        return honest;
    }
    let seed = Sha256::new()
        .chain_update(key.to_bytes())
        .chain_update(context.as_bytes())
        .chain_update(height.to_be_bytes())
        .chain_update(branch.to_be_bytes())
        .finalize();
    // A hash is below the group order but for one in 2^128.
    SecretRandomness::from_slice(&seed).unwrap_or(honest)
}
