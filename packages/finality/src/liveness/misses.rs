use primitives::BlockHeight;
use serde::{Deserialize, Serialize};

use super::EXACT_MAX;

/// What 0.2.0 and before recorded of one FP: as bits over the last [`EXACT_MAX`] heights. Read until they are out of
/// every window, and never written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misses {
    /// The highest height missed.
    last_missed: BlockHeight,
    /// Always zero.
    unused: BlockHeight,
    /// Bit `i` of word `w` is height `last_missed - (64 w + i)`.
    words: Vec<u64>,
}

impl Misses {
    /// How many of the `window` heights that end with `height` were missed.
    pub fn count(&self, height: BlockHeight, window: u64) -> u64 {
        let age = height.above(self.last_missed);
        let seen = window.min(EXACT_MAX).saturating_sub(age);
        let (whole, rest) = (seen / 64, seen % 64);
        let sum = |count: u64, (word, at): (&u64, u64)| {
            let inside = if at < whole { *word } else { word & (1_u64 << rest).wrapping_sub(1) };
            count.saturating_add(inside.count_ones().into())
        };
        self.words.iter().zip(0..=whole).fold(0, sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_bits_count_what_a_list_of_misses_would(
            window in 1u64..=EXACT_MAX,
            missed in proptest::collection::btree_set(1u64..1_500, 1..200),
            later in 0u64..1_500,
        ) {
            let last = *missed.last().unwrap();
            let mut words = vec![0u64; 16];
            for height in missed.iter().filter(|height| last - **height < EXACT_MAX) {
                words[usize::try_from((last - height) / 64).unwrap()] |= 1 << ((last - height) % 64);
            }
            let bytes = postcard::to_allocvec(&(last, 0u64, words)).unwrap();
            let misses: Misses = postcard::from_bytes(&bytes).unwrap();
            let now = last + later;
            let inside = |height: &&u64| **height + window > now && last - **height < EXACT_MAX;
            prop_assert_eq!(misses.count(BlockHeight::new(now), window), missed.iter().filter(inside).count() as u64);
        }
    }
}
