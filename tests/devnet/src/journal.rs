//! A map that can take back what was done to it.
//!
//! A transaction, a submessage and a hook each may have to be undone. Copying the state before each of
//! them would cost more than running them; so the map logs the former value of every entry it changes,
//! and a rollback replays that log backwards to a [`Mark`]. The log of one block is also what the
//! block did to the state, which is what the app hash commits to.

use std::{borrow::Borrow, collections::BTreeMap, ops::Bound};

use serde::Serialize;
use sha2::{Digest, Sha256};

/// A point in the log of a [`Journal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(usize);

/// A sorted map with an undo log.
#[derive(Debug, Clone)]
pub struct Journal<K, V> {
    map: BTreeMap<K, V>,
    log: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Journal<K, V> {
    fn default() -> Self {
        Self { map: BTreeMap::new(), log: Vec::new() }
    }
}

impl<K: Ord + Clone, V: Clone> Journal<K, V> {
    /// The value at `key`.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.map.get(key)
    }

    /// Puts `value` at `key`.
    pub fn insert(&mut self, key: K, value: V) {
        let old = self.map.insert(key.clone(), value);
        self.log.push((key, old));
    }

    /// Takes the entry at `key` away, and gives it.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let old = self.map.remove(key)?;
        self.log.push((key.clone(), Some(old.clone())));
        Some(old)
    }

    /// Entries in order; an empty or reversed range has none.
    pub fn range<Q: Ord + ?Sized>(
        &self,
        range: (Bound<&Q>, Bound<&Q>),
    ) -> impl DoubleEndedIterator<Item = (&K, &V)>
    where
        K: Borrow<Q>,
    {
        let empty = match range {
            (Bound::Included(a), Bound::Included(b)) => a > b,
            (Bound::Included(a) | Bound::Excluded(a), Bound::Excluded(b) | Bound::Included(b)) => a >= b,
            _ => false,
        };
        (!empty).then(|| self.map.range(range)).into_iter().flatten()
    }

    /// All entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.map.iter()
    }

    /// Where the log is now.
    pub fn mark(&self) -> Mark {
        Mark(self.log.len())
    }

    /// Undoes everything since `mark`.
    pub fn rollback(&mut self, mark: Mark) {
        while self.log.len() > mark.0 {
            match self.log.pop() {
                Some((key, Some(old))) => self.map.insert(key, old),
                Some((key, None)) => self.map.remove(&key),
                None => return,
            };
        }
    }

    /// What changed since the last seal, each key once and in order with its new value (`None`:
    /// deleted); what was put back as it was does not count. The log starts anew.
    pub fn seal(&mut self) -> Vec<(K, Option<V>)>
    where
        V: PartialEq,
    {
        let mut before: BTreeMap<K, Option<V>> = BTreeMap::new();
        for (key, old) in self.log.drain(..) {
            before.entry(key).or_insert(old);
        }
        let changed = before.into_iter().filter_map(|(key, old)| {
            let new = self.map.get(&key);
            (new != old.as_ref()).then(|| (key, new.cloned()))
        });
        changed.collect()
    }
}

/// The hash of what [`Journal::seal`] gave, over each entry's JSON with its length before it.
pub fn changes_hash<K: Serialize, V: Serialize>(changes: &[(K, Option<V>)]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for change in changes {
        let entry = serde_json::to_vec(change).expect("keys and values are plain data");
        hash.update((entry.len() as u64).to_be_bytes());
        hash.update(entry);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*};

    use super::*;

    fn content(journal: &Journal<u8, u8>) -> Vec<(u8, u8)> {
        journal.iter().map(|(k, v)| (*k, *v)).collect()
    }

    #[test]
    fn a_rollback_restores_exactly_what_was_there() {
        let mut j = Journal::default();
        j.insert(1, 10);
        j.insert(2, 20);
        let outer = j.mark();
        j.insert(1, 11);
        let inner = j.mark();
        j.remove(&2);
        j.insert(3, 30);
        j.insert(1, 12);
        j.rollback(inner);
        assert_eq!(content(&j), [(1, 11), (2, 20)]);
        j.rollback(outer);
        assert_eq!(content(&j), [(1, 10), (2, 20)]);
    }

    proptest! {
        /// Whatever is done after a mark, and however marks nest, going back is as if it had not been.
        #[test]
        fn going_back_is_as_if_nothing_had_been(
            rounds in vec((vec((0u8..16, option::of(any::<u8>())), 0..12), any::<bool>()), 0..12),
        ) {
            let mut j = Journal::default();
            let mut open = Vec::new();
            for (changes, goes_back) in rounds {
                open.push((j.mark(), content(&j)));
                for (key, value) in changes {
                    match value {
                        Some(value) => j.insert(key, value),
                        None => drop(j.remove(&key)),
                    }
                }
                if goes_back && let Some((mark, before)) = open.pop() {
                    j.rollback(mark);
                    prop_assert_eq!(content(&j), before);
                }
            }
            while let Some((mark, before)) = open.pop() {
                j.rollback(mark);
                prop_assert_eq!(content(&j), before);
            }
            prop_assert_eq!(j.seal(), Vec::new());
        }
    }

    #[test]
    fn sealing_names_every_change_once_and_no_other() {
        let mut j = Journal::default();
        j.insert(1, 10);
        j.insert(2, 20);
        j.seal();
        j.insert(1, 11);
        j.insert(1, 10); // as it was
        j.insert(3, 30);
        j.insert(3, 31);
        j.remove(&2);
        j.insert(4, 40);
        j.remove(&4);
        assert_eq!(j.seal(), [(2, None), (3, Some(31))]);
        assert_eq!(j.seal(), []);
    }

    #[test]
    fn empty_and_reversed_ranges_have_no_entries() {
        let mut j = Journal::default();
        (0..5).for_each(|i| j.insert(i, i));
        let count = |a: Bound<&u8>, b: Bound<&u8>| j.range((a, b)).count();
        assert_eq!(count(Bound::Included(&1), Bound::Excluded(&4)), 3);
        assert_eq!(count(Bound::Included(&3), Bound::Excluded(&3)), 0);
        assert_eq!(count(Bound::Excluded(&3), Bound::Excluded(&3)), 0);
        assert_eq!(count(Bound::Included(&4), Bound::Excluded(&1)), 0);
        assert_eq!(count(Bound::Included(&3), Bound::Included(&3)), 1);
    }

    #[test]
    fn the_hash_tells_keys_from_values_and_deletion_from_absence() {
        let hash = |c: &[(&str, Option<&str>)]| changes_hash(c);
        let all = [hash(&[("ab", Some("c"))]), hash(&[("a", Some("bc"))]), hash(&[("ab", None)]), hash(&[])];
        for (i, a) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|b| a != b));
        }
    }
}
