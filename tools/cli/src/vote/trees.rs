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
