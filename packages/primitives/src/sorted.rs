/// A map in a sorted list, for the few records that one call touches: a B-tree costs a contract four kilobytes for
/// each pair of types.
#[derive(Debug, Clone)]
pub struct Sorted<K, V>(Vec<(K, V)>);

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> Sorted<K, V> {
    /// Nothing.
    pub const fn new() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, V> Sorted<K, V> {
    /// What is there under a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        let at = self.place(key).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.place(key).ok()?;
        self.0.get_mut(at).map(|(_, value)| value)
    }

    /// Puts it in, in place of what was there.
    pub fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Ok(at) => {
                if let Some(slot) = self.0.get_mut(at) {
                    slot.1 = value;
                }
            }
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    fn place(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(key))
    }
}

impl<K, V> IntoIterator for Sorted<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::Sorted;

    proptest! {
        #[test]
        fn it_is_a_map(entries: Vec<(u8, u16)>, asked: u8) {
            let (mut sorted, mut tree) = (Sorted::new(), BTreeMap::new());
            for (key, value) in entries {
                sorted.insert(key, value);
                tree.insert(key, value);
            }
            prop_assert_eq!(sorted.get(&asked), tree.get(&asked));
            if let (Some(ours), Some(theirs)) = (sorted.get_mut(&asked), tree.get_mut(&asked)) {
                (*ours, *theirs) = (7, 7);
            }
            prop_assert!(sorted.into_iter().eq(tree));
        }
    }
}
