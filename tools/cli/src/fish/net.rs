//! What each finality provider signed, as far as it was seen. It is bounded: what a vote takes is fixed, and where there are
//! too many, whoever has the most loses its own oldest.

use std::collections::{BTreeMap, VecDeque};

use eots::PublicRandomness;
use primitives::{BlockHeight, FpPublicKey};

use super::vote::Vote;

/// What a vote takes in memory with its place in three tables, in bytes; rounded up.
pub const ENTRY: usize = 512;

/// What a vote means beside those that were seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Catch {
    /// It contradicts nothing, and is kept.
    New,
    /// It was there.
    Known,
    /// Another hash at this height, with the same nonce: evidence.
    TwoHashes(Vote),
    /// Another hash at this height, with another nonce: it breaks the rule, and gives no key away.
    TwoNonces(Vote),
    /// The nonce of another height: it gives the key away, and is no evidence.
    NonceAgain(Vote),
}

/// What one of them signed.
#[derive(Debug, Default)]
struct Shelf {
    /// In the order in which it came.
    order: VecDeque<Vote>,
    by_height: BTreeMap<BlockHeight, Vec<Vote>>,
    by_nonce: BTreeMap<PublicRandomness, Vote>,
}

/// The votes that were seen.
#[derive(Debug)]
pub struct Net {
    shelves: BTreeMap<FpPublicKey, Shelf>,
    held: usize,
    most: usize,
}

impl Net {
    /// Of at most so many votes, at least one.
    pub fn new(most: usize) -> Self {
        Self { shelves: BTreeMap::new(), held: 0, most: most.max(1) }
    }

    /// Of at most so many bytes.
    pub fn of_bytes(bytes: usize) -> Self {
        Self::new(bytes / ENTRY)
    }

    /// How many votes it holds.
    pub fn held(&self) -> usize {
        self.held
    }

    /// All of them, each provider's in the order in which they came.
    pub fn votes(&self) -> impl Iterator<Item = &Vote> {
        self.shelves.values().flat_map(|shelf| &shelf.order)
    }

    /// Whether exactly this vote is there: it need not be verified again.
    pub fn knows(&self, vote: &Vote) -> bool {
        let at = |shelf: &Shelf| shelf.by_height.get(&vote.height).is_some_and(|there| there.contains(vote));
        self.shelves.get(&vote.provider).is_some_and(at)
    }

    /// Puts in a vote that is known to be genuine; what it means beside the others.
    pub fn take(&mut self, vote: Vote) -> Catch {
        let shelf = self.shelves.entry(vote.provider).or_default();
        let catch = shelf.judge(&vote);
        if catch == Catch::Known {
            return catch;
        }
        shelf.order.push_back(vote);
        shelf.by_height.entry(vote.height).or_default().push(vote);
        shelf.by_nonce.entry(vote.randomness).or_insert(vote);
        self.held += 1;
        while self.held > self.most {
            self.drop_one();
        }
        catch
    }

    /// Forgets one of them: who is slashed signs nothing any more that matters.
    pub fn forget(&mut self, provider: &FpPublicKey) {
        let gone = self.shelves.remove(provider).map_or(0, |shelf| shelf.order.len());
        self.held = self.held.saturating_sub(gone);
    }

    /// Drops the oldest vote of whoever has the most.
    fn drop_one(&mut self) {
        let fullest = self.shelves.values_mut().max_by_key(|shelf| shelf.order.len());
        if let Some(vote) = fullest.and_then(Shelf::drop_oldest) {
            self.held -= 1;
            if self.shelves.get(&vote.provider).is_some_and(|shelf| shelf.order.is_empty()) {
                self.shelves.remove(&vote.provider);
            }
        }
    }
}

impl Shelf {
    fn judge(&self, vote: &Vote) -> Catch {
        let there = self.by_height.get(&vote.height).map_or(&[][..], Vec::as_slice);
        let is_other = |one: &&Vote| one.signed.app_hash != vote.signed.app_hash;
        let fits = |one: &&Vote| one.randomness == vote.randomness;
        if there.contains(vote) {
            return Catch::Known;
        }
        if let Some(other) = there.iter().filter(is_other).find(fits) {
            return Catch::TwoHashes(*other);
        }
        match self.by_nonce.get(&vote.randomness).filter(|other| other.height != vote.height) {
            Some(other) => Catch::NonceAgain(*other),
            None => there.iter().find(is_other).map_or(Catch::New, |other| Catch::TwoNonces(*other)),
        }
    }

    fn drop_oldest(&mut self) -> Option<Vote> {
        let vote = self.order.pop_front()?;
        if let Some(there) = self.by_height.get_mut(&vote.height) {
            there.retain(|one| *one != vote);
            if there.is_empty() {
                self.by_height.remove(&vote.height);
            }
        }
        if self.by_nonce.get(&vote.randomness) == Some(&vote) {
            self.by_nonce.remove(&vote.randomness);
        }
        Some(vote)
    }
}

#[cfg(test)]
mod tests;
