//! The trees of commitments, each derived once: for tens of thousands of heights that takes seconds.

use std::rc::Rc;

use super::due::Committed;
use super::nonces::{MOST, Nonces};
use super::signer::Signer;
use super::state::Disk;

/// How many are kept.
const KEPT: usize = 4;

/// The last ones that were asked for.
#[derive(Default)]
pub struct Trees {
    known: Vec<(Key, Option<Rc<Nonces>>)>,
}

/// First height, number of heights, root.
type Key = (u64, u64, [u8; 32]);

impl Trees {
    /// The nonces behind a commitment; nothing where they are not those of this key.
    pub fn of<D: Disk>(&mut self, signer: &Signer<D>, commitment: &Committed) -> Option<Rc<Nonces>> {
        let Committed { start, count, root, .. } = *commitment;
        let key = (start, count, root);
        if let Some((_, found)) = self.known.iter().find(|(known, _)| *known == key) {
            return found.clone();
        }
        let own = (count <= MOST).then(|| signer.nonces(start, count)).filter(|nonces| nonces.root() == root);
        self.keep(key, own.map(Rc::new))
    }

    /// The nonces of heights that are about to be committed.
    pub fn derive<D: Disk>(&mut self, signer: &Signer<D>, start: u64, count: u64) -> Rc<Nonces> {
        if let Some(found) = self.known.iter().find(|((from, many, _), _)| (*from, *many) == (start, count))
            && let Some(nonces) = &found.1
        {
            return Rc::clone(nonces);
        }
        let nonces = Rc::new(signer.nonces(start, count));
        self.keep((start, nonces.count(), nonces.root()), Some(Rc::clone(&nonces)));
        nonces
    }

    fn keep(&mut self, key: Key, nonces: Option<Rc<Nonces>>) -> Option<Rc<Nonces>> {
        if self.known.len() >= KEPT {
            self.known.remove(0);
        }
        self.known.push((key, nonces.clone()));
        nonces
    }
}

#[cfg(test)]
mod tests {
    use eots::SecretKey;

    use super::*;
    use crate::vote::file::Head;
    use crate::vote::state::tests::{Double, fresh};

    fn signer(key: [u8; 32]) -> Signer<Double> {
        let key = SecretKey::from_slice(&key).unwrap();
        let (chain_id, contract, fp) = ("a-1".to_owned(), "app1contract".to_owned(), key.public_key().into());
        Signer::new(key, fresh(Double::default(), Head { chain_id, contract, fp, first: 1 })).unwrap()
    }

    #[test]
    fn only_a_commitment_to_the_nonces_of_this_key_is_ours() {
        let (ours, theirs) = (signer([1; 32]), signer([2; 32]));
        let mut trees = Trees::default();
        let root = trees.derive(&ours, 5, 9).root();
        let commitment = Committed { start: 5, count: 9, root, block: 1 };
        assert!(Trees::default().of(&ours, &commitment).is_some() && trees.of(&ours, &commitment).is_some());
        assert!(Trees::default().of(&theirs, &commitment).is_none());
        let moved = Committed { start: 6, ..commitment };
        assert!(trees.of(&ours, &moved).is_none());
    }

    #[test]
    fn a_commitment_that_would_take_too_long_is_not_derived() {
        let huge = Committed { start: 1, count: MOST + 1, root: [0; 32], block: 1 };
        assert!(Trees::default().of(&signer([1; 32]), &huge).is_none());
    }

    #[test]
    fn what_is_kept_is_bounded_and_each_tree_is_derived_once() {
        let (ours, mut trees) = (signer([1; 32]), Trees::default());
        let first = trees.derive(&ours, 0, 3);
        assert!(Rc::ptr_eq(&first, &trees.derive(&ours, 0, 3)));
        (1..10).for_each(|start| drop(trees.derive(&ours, start, 3)));
        assert_eq!(trees.known.len(), KEPT);
    }
}
