//! A fixed committee: who, with how much power, and with which nonces.

use primitives::{BlockHeight, FpPublicKey, VotingPower};
use sha2::{Digest, Sha256};

use crate::Commitment;

/// The most FPs that a committee has rows of.
pub const ROWS_MAX: usize = 512;
/// The most heights of one commitment in a row.
pub const COUNT_MAX: u64 = 1 << 32;
/// How many bytes a row has.
pub const ROW_BYTES: usize = 88;
/// Before the rows of a committee; 00 and 01 are Merkle trees'.
const DOMAIN: u8 = 0x02;

/// SHA-256 of a committee.
pub type Hash = [u8; 32];

/// One FP with one of its commitments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Whose.
    pub key: FpPublicKey,
    /// Its power, in sats; the same in each of its rows.
    pub power: u64,
    /// The Merkle root of the nonces.
    pub root: [u8; 32],
    /// The first height that they are for.
    pub start: BlockHeight,
    /// For how many heights they are.
    pub count: u64,
}

impl Row {
    /// `key 32 ‖ power u64 ‖ root 32 ‖ start u64 ‖ count u64`, numbers big-endian (GRID.md, "Formats").
    pub fn to_bytes(&self) -> [u8; ROW_BYTES] {
        let mut bytes = [0; ROW_BYTES];
        let numbers = [self.power, self.start.get(), self.count].map(u64::to_be_bytes);
        let [power, start, count] = &numbers;
        let parts: [&[u8]; 5] = [self.key.as_bytes(), power, &self.root, start, count];
        bytes.iter_mut().zip(parts.into_iter().flatten()).for_each(|(to, from)| *to = *from);
        bytes
    }
}

/// An FP that was taken, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Whose.
    pub key: FpPublicKey,
    /// Its power, in sats.
    pub power: u64,
    /// The commitments with whose nonces it votes, in the order of their heights; one to three.
    pub randomness: Vec<Commitment>,
}

impl Seat {
    /// Its rows, in the order of their heights.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.randomness.iter().map(|one| Row {
            key: self.key,
            power: self.power,
            root: one.root,
            start: one.start,
            count: one.count,
        })
    }

    /// The commitment with whose nonce it votes at `height`; no other nonce counts there.
    pub fn row_at(&self, height: BlockHeight) -> Option<&Commitment> {
        self.randomness.iter().find(|one| one.covers(height))
    }
}

/// The hash of a committee of so many rows: `sha256(02 ‖ rows u64 ‖ row ‖ …)`, rows by key, then start.
#[derive(Debug, Clone)]
pub struct Hasher(Sha256);

impl Hasher {
    /// For a committee of `rows` rows.
    pub fn new(rows: u64) -> Self {
        Self(Sha256::new().chain_update([DOMAIN]).chain_update(rows.to_be_bytes()))
    }

    /// The next row.
    pub fn push(&mut self, row: &Row) {
        self.0.update(row.to_bytes());
    }

    /// The hash of `rows` rows that stand one behind the other, as their bytes.
    pub fn whole(rows: u64, bytes: &[u8]) -> Hash {
        Sha256::digest([&[DOMAIN][..], &rows.to_be_bytes(), bytes].concat()).into()
    }

    /// The hash, after the last one.
    pub fn finish(self) -> Hash {
        self.0.finalize().into()
    }
}

/// Whether `voted` closes a committee of `total`, both in sats: more than two thirds of it.
pub fn is_quorum(voted: u64, total: u64) -> bool {
    VotingPower::new(voted.into()).is_quorum_of(VotingPower::new(total.into()))
}

/// The least that closes a committee of `total`, both in sats.
pub const fn quorum_of(total: u64) -> u64 {
    // Two thirds, rounded down, and one more; `total` times two may be more than a u64 holds.
    let third = total / 3;
    third.saturating_mul(2).saturating_add((total % 3) * 2 / 3).saturating_add(1)
}
