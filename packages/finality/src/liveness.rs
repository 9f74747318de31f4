//! Who does not vote.
//!
//! A height is judged once votes at it can no longer count. Only **misses** are written down, as bits over
//! the last [`WINDOW_MAX`] heights at most: an FP that always votes costs nothing, and leaving the set and
//! coming back forgets nothing. The window is one of heights, so old misses age out wherever the FP is.

use primitives::BlockHeight;
use serde::{Deserialize, Serialize};

/// The longest window, in heights: what the bits hold.
pub const WINDOW_MAX: u64 = 1_024;

const WORD: u64 = 64;

/// The misses of one FP.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misses {
    /// The highest height missed.
    pub last_missed: BlockHeight,
    /// The highest height known to be signed when a miss was recorded; zero if none.
    pub last_signed: BlockHeight,
    /// Bit `i` of word `w` is height `last_missed - (64 w + i)`.
    words: Vec<u64>,
}

impl Misses {
    /// Records that `height` was missed, and forgets what is `window` heights back.
    ///
    /// Heights come in order; one that was recorded already changes nothing.
    pub fn record(&mut self, height: BlockHeight, window: u64) {
        if height <= self.last_missed {
            return;
        }
        self.shift(height.above(self.last_missed));
        self.last_missed = height;
        match self.words.first_mut() {
            Some(word) => *word |= 1,
            None => self.words.push(1),
        }
        self.forget(window);
    }

    /// How many of the `window` heights that end with `height` were missed.
    pub fn count(&self, height: BlockHeight, window: u64) -> u64 {
        let age = height.above(self.last_missed);
        let Some(seen) = window.checked_sub(age) else { return 0 };
        self.bits().take_while(|&at| at < seen).count().try_into().unwrap_or(u64::MAX)
    }

    /// Forgets everything up to `height`, also what is not judged yet there: an FP that unjails starts anew.
    pub fn clear(&mut self, height: BlockHeight) {
        self.words.clear();
        self.last_missed = self.last_missed.max(height);
    }

    fn bits(&self) -> impl Iterator<Item = u64> {
        self.words.iter().zip(0u64..).flat_map(|(word, w)| {
            (0..WORD)
                .filter(move |bit| word >> bit & 1 == 1)
                .map(move |bit| w.saturating_mul(WORD).saturating_add(bit))
        })
    }

    fn shift(&mut self, by: u64) {
        if by >= WINDOW_MAX {
            self.words.clear();
            return;
        }
        let mut shifted: Vec<u64> = Vec::new();
        for at in self.bits().map(|at| at.saturating_add(by)).filter(|at| *at < WINDOW_MAX) {
            let word = usize::try_from(at / WORD).unwrap_or(usize::MAX);
            while shifted.len() <= word {
                shifted.push(0);
            }
            if let Some(bits) = shifted.get_mut(word) {
                *bits |= 1 << (at % WORD);
            }
        }
        self.words = shifted;
    }

    fn forget(&mut self, window: u64) {
        let words = usize::try_from(window.min(WINDOW_MAX).div_ceil(WORD)).unwrap_or(usize::MAX);
        self.words.truncate(words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn the_bits_count_what_a_list_of_misses_would(
            window in 1u64..=WINDOW_MAX,
            steps in proptest::collection::vec(1u64..200, 1..60),
            later in 0u64..1_500,
        ) {
            let mut misses = Misses::default();
            let mut list = BTreeSet::new();
            let mut height = 0;
            for step in steps {
                height += step;
                misses.record(BlockHeight::new(height), window);
                misses.record(BlockHeight::new(height), window);
                list.insert(height);
            }
            let now = height + later;
            let expected = list.iter().filter(|&&h| h + window > now).count() as u64;
            prop_assert_eq!(misses.count(BlockHeight::new(now), window), expected);
        }
    }

    #[test]
    fn unjailing_wipes_the_slate() {
        let mut misses = Misses::default();
        misses.record(BlockHeight::new(5), 10);
        misses.clear(BlockHeight::new(20));
        for height in [6, 20, 21] {
            misses.record(BlockHeight::new(height), 10);
        }
        assert_eq!(misses.count(BlockHeight::new(21), 10), 1, "only what is after it");
    }
}
