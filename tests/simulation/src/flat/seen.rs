//! What is stored, read off the keys and the first fields of the values: everything is postcard (`bsn::state`).

use std::collections::{BTreeMap, BTreeSet};

use super::letter;

/// The last of the 64 heights of a bucket of strips, counted from the first.
const LAST_OF_BUCKET: u64 = 63;

/// A contract's storage at a glance.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// How many entries under each letter.
    pub counts: BTreeMap<u8, u64>,
    /// How many votes are kept at each height, wherever they lie.
    pub votes: BTreeMap<u64, u64>,
    /// The lowest height of votes outside of slots, by letter; of strips the last height that they could be of.
    pub outside: BTreeMap<u8, u64>,
    /// How many strips of votes.
    pub strips: u64,
    /// The heights with anchors.
    pub anchors: BTreeSet<u64>,
    /// Where the power of each finality provider changes.
    pub powers: BTreeMap<u32, BTreeSet<u64>>,
    /// The last heights of the commitments of each.
    pub commitments: BTreeMap<u32, BTreeSet<u64>>,
    /// The delegations.
    pub delegations: BTreeSet<[u8; 32]>,
    /// Those with an early end.
    pub ended: BTreeSet<[u8; 32]>,
    /// Those in parts.
    pub in_parts: BTreeSet<[u8; 32]>,
}

impl Seen {
    /// How many entries a table has.
    pub fn count(&self, letter: u8) -> u64 {
        self.counts.get(&letter).copied().unwrap_or_default()
    }

    /// Takes in an entry; one that is not what its letter says counts and is otherwise passed over.
    pub fn note(&mut self, key: &[u8], value: &[u8]) {
        let Some((letter, key)) = key.split_first() else { return };
        *self.counts.entry(*letter).or_default() += 1;
        _ = self.note_of(*letter, key, value);
    }

    fn note_of(&mut self, letter: u8, key: &[u8], mut value: &[u8]) -> Option<()> {
        match letter {
            letter::ANCHORS => _ = self.anchors.insert(height(key)?),
            letter::SLOTS => *self.votes.entry(varint(&mut value)?).or_default() += 1,
            letter::OVERFLOW | letter::VOTE_BATCHES | letter::SIGNATURES => {
                self.note_outside(letter, height(key)?, value)?
            }
            letter::STRIPS => self.note_strips(height(key)?, value)?,
            letter::STRIP_SIGNATURES => self.note_lowest(letter, height(key)? | LAST_OF_BUCKET),
            letter::POWERS => _ = self.powers.entry(id(key)?).or_default().insert(height(key.get(4..)?)?),
            letter::COMMITMENTS => {
                let (start, count) = (varint(&mut value)?, varint(&mut value)?);
                self.commitments.entry(id(key)?).or_default().insert(start + count - 1);
            }
            letter::DELEGATIONS => _ = self.delegations.insert(*key.first_chunk()?),
            letter::ENDED => _ = self.ended.insert(*key.first_chunk()?),
            letter::PARTS => _ = self.in_parts.insert(*key.first_chunk()?),
            _ => {}
        }
        Some(())
    }

    fn note_lowest(&mut self, letter: u8, height: u64) {
        let lowest = self.outside.entry(letter).or_insert(height);
        *lowest = height.min(*lowest);
    }

    /// Where strips begin, a bit each, and for each power where there are votes.
    fn note_strips(&mut self, first: u64, mut value: &[u8]) -> Option<()> {
        self.note_lowest(letter::STRIPS, first | LAST_OF_BUCKET);
        self.strips += u64::from(varint(&mut value)?.count_ones());
        for _ in 0..varint(&mut value)? {
            let (_power, places) = (varint(&mut value)?, varint(&mut value)?);
            for place in (0..=LAST_OF_BUCKET).filter(|place| places >> place & 1 == 1) {
                *self.votes.entry(first + place).or_default() += 1;
            }
        }
        Some(())
    }

    fn note_outside(&mut self, letter: u8, height: u64, mut value: &[u8]) -> Option<()> {
        self.note_lowest(letter, height);
        let votes = match letter {
            letter::OVERFLOW => 1,
            letter::VOTE_BATCHES => {
                varint(&mut value)?;
                varint(&mut value)?
            }
            _ => 0,
        };
        *self.votes.entry(height).or_default() += votes;
        Some(())
    }
}

fn height(key: &[u8]) -> Option<u64> {
    key.first_chunk().map(|height| u64::from_be_bytes(*height))
}

fn id(key: &[u8]) -> Option<u32> {
    key.first_chunk().map(|id| u32::from_be_bytes(*id))
}

/// The next number as postcard writes it: seven bits a byte, the lowest first; what is above 64 bits is cut off.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0.. {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(7 * place).unwrap_or_default();
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(number)
}
