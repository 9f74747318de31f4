//! Records as numbers of eight bytes and hashes of 32, big endian, one behind the other.

use core::marker::PhantomData;

use cosmwasm_std::Storage;
use primitives::BlockHeight;

/// One record, or records by a key, under a digit.
pub struct Words<T> {
    letter: u8,
    value: PhantomData<T>,
}

/// A value that is stored as numbers and hashes.
pub trait Worded: Sized {
    /// Writes it.
    fn write(&self, to: &mut Vec<u8>);
    /// Reads it.
    fn read(from: &mut Reader<'_>) -> Self;
}

/// What is left of a record.
pub struct Reader<'a>(pub(super) &'a [u8]);

impl Reader<'_> {
    #[inline(never)]
    pub(super) fn number(&mut self) -> u64 {
        let Some((number, rest)) = self.0.split_first_chunk() else { return 0 };
        self.0 = rest;
        u64::from_be_bytes(*number)
    }

    #[inline(never)]
    pub(super) fn hash(&mut self) -> Option<[u8; 32]> {
        let (hash, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*hash)
    }

    pub(super) fn count(&mut self) -> usize {
        usize::try_from(self.number()).unwrap_or(usize::MAX)
    }

    pub(super) fn height(&mut self) -> BlockHeight {
        BlockHeight::new(self.number())
    }
}

/// Writes numbers, and a hash behind them.
#[inline(never)]
pub fn put(to: &mut Vec<u8>, numbers: &[u64], hash: Option<&[u8; 32]>) {
    numbers.iter().for_each(|number| to.extend_from_slice(&number.to_be_bytes()));
    to.extend_from_slice(hash.map_or(&[], |hash| hash));
}

impl<T: Worded> Words<T> {
    pub(super) const fn new(letter: u8) -> Self {
        Self { letter, value: PhantomData }
    }

    /// Its digit.
    pub const fn letter(&self) -> u8 {
        self.letter
    }

    /// A record as [`raw`](crate::state::raw) gives it.
    pub fn read(&self, record: &[u8]) -> T {
        T::read(&mut Reader(record))
    }

    /// The record under a key, if there is one; the single record of a digit lies under the empty key.
    pub fn at(&self, storage: &dyn Storage, key: &[u8]) -> Option<T> {
        crate::state::table::short(storage, self.letter, key).map(|record| self.read(&record))
    }

    /// Records it.
    pub fn save(&self, storage: &mut dyn Storage, key: &[u8], value: &T) {
        let mut record = vec![];
        value.write(&mut record);
        crate::state::table::put(storage, self.letter, key, &record);
    }

    /// Deletes it.
    pub fn remove(&self, storage: &mut dyn Storage, key: &[u8]) {
        crate::state::remove_raw(storage, self.letter, key);
    }
}
