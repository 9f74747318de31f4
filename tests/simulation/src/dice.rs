use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha20Rng;

/// All chance of a run: the same seed throws the same.
#[derive(Debug, Clone)]
pub struct Dice(ChaCha20Rng);

impl Dice {
    /// The dice of a seed.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }

    /// True once in `many` throws.
    pub fn one_in(&mut self, many: u32) -> bool {
        self.0.gen_ratio(1, many)
    }

    /// True in so many of a hundred throws.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.gen_ratio(percent.min(100), 100)
    }

    /// A number of `low..=high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0.gen_range(low..=high)
    }

    /// A place in a list of `length`, or `None` in an empty one.
    pub fn place(&mut self, length: usize) -> Option<usize> {
        (length > 0).then(|| self.0.gen_range(0..length))
    }

    /// One of a list.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.choose(&mut self.0)
    }

    /// Brings a list into another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        list.shuffle(&mut self.0);
    }
}
