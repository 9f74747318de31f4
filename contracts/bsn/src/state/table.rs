//! Records in storage, and the keys they lie under.
//!
//! Every function here that returns a result fails only where storage is broken: a record does not decode, or one that
//! instantiation wrote is missing. The error names the table's letter. The functions of other rooms that return a bare
//! `StdResult` fail for the same reasons and no other.

use core::marker::PhantomData;

use cosmwasm_std::{Order, StdError, StdResult, Storage};
use serde::{Serialize, de::DeserializeOwned};

/// One record under one letter.
pub struct Item<T> {
    place: Location,
    value: PhantomData<T>,
}

/// Records under a letter and a key of `N` bytes.
pub struct Table<const N: usize, T> {
    place: Location,
    value: PhantomData<T>,
}

/// Where records lie, and how one of them is read.
///
/// An SDK chain charges 1,000 + 3 a byte for reading a key, and 30 + 6 a byte for an iterator over that one key, bytes of
/// the key included. So the iterator is cheaper for what is shorter than some 300 bytes, and for what is not there.
#[derive(Clone, Copy)]
struct Location {
    letter: u8,
    is_short: bool,
}

/// Undecoded records with keys from `from` to `to`, both included and without their letter; at most `limit`. All tables
/// share this function: a typed one for each would cost the contract a kilobyte.
#[inline(never)]
pub fn raw(
    storage: &dyn Storage,
    letter: u8,
    from: &[u8],
    to: &[u8],
    limit: usize,
) -> Vec<(Vec<u8>, Vec<u8>)> {
    raw_within(storage, letter, from, to, limit, usize::MAX)
}

/// As [`raw`], and stops once the records have `max_bytes`, keys included. It returns at least two records where there are
/// two: a caller whose portion begins with the last record of the one before still advances.
#[inline(never)]
pub fn raw_within(
    storage: &dyn Storage,
    letter: u8,
    from: &[u8],
    to: &[u8],
    limit: usize,
    max_bytes: usize,
) -> Vec<(Vec<u8>, Vec<u8>)> {
    let (mut records, mut bytes) = (Vec::new(), 0_usize);
    let mut range = raw_range(storage, letter, from, to, Order::Ascending);
    while records.len() < limit && (bytes < max_bytes || records.len() < 2) {
        let Some((mut key, value)) = range.next() else { break };
        key.remove(0);
        bytes = bytes.saturating_add(key.len()).saturating_add(value.len());
        records.push((key, value));
    }
    records
}

/// Forgets a record by its key without letter.
pub fn remove_raw(storage: &mut dyn Storage, letter: u8, key: &[u8]) {
    forget(storage, letter, key);
}

/// The bytes of a short record, if there is one.
#[inline(never)]
pub(super) fn short(storage: &dyn Storage, letter: u8, key: &[u8]) -> Option<Vec<u8>> {
    get(storage, Location { letter, is_short: true }, key)
}

/// Records bytes under a key without letter; a record of none is deleted, since the VM has no empty value.
#[inline(never)]
pub(super) fn put(storage: &mut dyn Storage, letter: u8, key: &[u8], record: &[u8]) {
    match record {
        [] => forget(storage, letter, key),
        record => storage.set(&whole_key(letter, key), record),
    }
}

/// Writes fields behind the single record of a letter, if there is one: a migration gives it what it lacks.
pub fn append(storage: &mut dyn Storage, letter: u8, fields: &impl Serialize) -> StdResult<()> {
    let Some(mut record) = storage.get(&[letter]) else { return Ok(()) };
    record.extend(encode(fields)?);
    set(storage, letter, &[], Ok(record))
}

// What does not depend on the type of a record stands in functions of its own, so that it is there once.

pub(super) fn encode<T: Serialize>(value: &T) -> StdResult<Vec<u8>> {
    records::encode(value).map_err(unwritable)
}

pub(super) fn decode<T: DeserializeOwned>(letter: u8, bytes: &[u8]) -> StdResult<T> {
    records::decode(bytes).map_err(|error| unreadable(letter, &error))
}

#[inline(never)]
fn unwritable(error: records::Broken) -> StdError {
    StdError::msg(format!("cannot encode: {error}"))
}

#[inline(never)]
fn unreadable(letter: u8, error: &dyn core::fmt::Display) -> StdError {
    StdError::msg(format!("broken record under {}: {error}", char::from(letter)))
}

#[inline(never)]
fn missing(letter: u8) -> StdError {
    StdError::msg(format!("no record under {}", char::from(letter)))
}

#[inline(never)]
fn whole_key(letter: u8, key: &[u8]) -> Vec<u8> {
    [&[letter], key].concat()
}

#[inline(never)]
fn get(storage: &dyn Storage, place: Location, key: &[u8]) -> Option<Vec<u8>> {
    match place.is_short {
        true => raw_range(storage, place.letter, key, key, Order::Ascending).next().map(|(_, value)| value),
        false => storage.get(&whole_key(place.letter, key)),
    }
}

#[inline(never)]
fn set(storage: &mut dyn Storage, letter: u8, key: &[u8], value: StdResult<Vec<u8>>) -> StdResult<()> {
    storage.set(&whole_key(letter, key), &value?);
    Ok(())
}

#[inline(never)]
fn forget(storage: &mut dyn Storage, letter: u8, key: &[u8]) {
    storage.remove(&whole_key(letter, key));
}

type Raw<'a> = Box<dyn Iterator<Item = (Vec<u8>, Vec<u8>)> + 'a>;

#[inline(never)]
fn raw_range<'a>(storage: &'a dyn Storage, letter: u8, from: &[u8], to: &[u8], order: Order) -> Raw<'a> {
    let mut end = whole_key(letter, to);
    end.push(0);
    storage.range(Some(&whole_key(letter, from)), Some(&end), order)
}

impl<T: Serialize + DeserializeOwned> Item<T> {
    /// Declares a record that may be long.
    pub const fn new(letter: u8) -> Self {
        Self { place: Location { letter, is_short: false }, value: PhantomData }
    }

    /// Declares a record that is shorter than some 300 bytes, or rarely there.
    pub const fn short(letter: u8) -> Self {
        Self { place: Location { letter, is_short: true }, value: PhantomData }
    }

    /// Its letter.
    pub const fn letter(&self) -> u8 {
        self.place.letter
    }

    /// The record; an error if there is none.
    pub fn load(&self, storage: &dyn Storage) -> StdResult<T> {
        self.may_load(storage)?.ok_or_else(|| missing(self.place.letter))
    }

    /// The record, if there is one.
    pub fn may_load(&self, storage: &dyn Storage) -> StdResult<Option<T>> {
        get(storage, self.place, &[]).map(|bytes| decode(self.place.letter, &bytes)).transpose()
    }

    /// Records it.
    pub fn save(&self, storage: &mut dyn Storage, value: &T) -> StdResult<()> {
        set(storage, self.place.letter, &[], encode(value))
    }

    /// The record as it lies there; an error if there is none.
    pub fn load_raw(&self, storage: &dyn Storage) -> StdResult<Vec<u8>> {
        get(storage, self.place, &[]).ok_or_else(|| missing(self.place.letter))
    }

    /// Records bytes that encode one.
    pub fn save_raw(&self, storage: &mut dyn Storage, bytes: Vec<u8>) -> StdResult<()> {
        set(storage, self.place.letter, &[], Ok(bytes))
    }

    /// Deletes it.
    pub fn remove(&self, storage: &mut dyn Storage) {
        forget(storage, self.place.letter, &[]);
    }
}

/// Keys and records, in the order of the keys.
pub type Records<'a, const N: usize, T> = Box<dyn Iterator<Item = StdResult<([u8; N], T)>> + 'a>;

impl<const N: usize, T: Serialize + DeserializeOwned> Table<N, T> {
    /// Declares records that may be long.
    pub const fn new(letter: u8) -> Self {
        Self { place: Location { letter, is_short: false }, value: PhantomData }
    }

    /// Declares records that are shorter than some 300 bytes, or rarely there.
    pub const fn short(letter: u8) -> Self {
        Self { place: Location { letter, is_short: true }, value: PhantomData }
    }

    /// Its letter.
    pub const fn letter(&self) -> u8 {
        self.place.letter
    }

    /// A record as [`raw`] gives it.
    pub fn read(&self, bytes: &[u8]) -> StdResult<T> {
        decode(self.place.letter, bytes)
    }

    /// The first fields of a record as [`raw`] gives it, and the bytes that follow them.
    pub fn read_head<'a, H: DeserializeOwned>(&self, bytes: &'a [u8]) -> StdResult<(H, &'a [u8])> {
        records::take(bytes).map_err(|error| unreadable(self.place.letter, &error))
    }

    /// The record, if there is one.
    pub fn may_load(&self, storage: &dyn Storage, key: &[u8; N]) -> StdResult<Option<T>> {
        get(storage, self.place, key).map(|bytes| decode(self.place.letter, &bytes)).transpose()
    }

    /// Records it.
    pub fn save(&self, storage: &mut dyn Storage, key: &[u8; N], value: &T) -> StdResult<()> {
        set(storage, self.place.letter, key, encode(value))
    }

    /// Deletes it.
    pub fn remove(&self, storage: &mut dyn Storage, key: &[u8; N]) {
        forget(storage, self.place.letter, key);
    }

    /// The records with keys from `from` to `to`, both included.
    pub fn range<'a>(
        &self,
        storage: &'a dyn Storage,
        from: &[u8; N],
        to: &[u8; N],
        order: Order,
    ) -> Records<'a, N, T>
    where
        T: 'a,
    {
        let letter = self.place.letter;
        Box::new(raw_range(storage, letter, from, to, order).map(move |(key, value)| {
            let key = key.get(1..).and_then(|key| key.try_into().ok());
            Ok((key.ok_or_else(|| missing(letter))?, decode(letter, &value)?))
        }))
    }

    /// All records.
    pub fn all<'a>(&self, storage: &'a dyn Storage, order: Order) -> Records<'a, N, T>
    where
        T: 'a,
    {
        self.range(storage, &[0; N], &[u8::MAX; N], order)
    }
}
