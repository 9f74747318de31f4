use core::marker::PhantomData;

use cosmwasm_std::{Order, StdError, StdResult, Storage};
use serde::{Serialize, de::DeserializeOwned};

/// One record under one letter.
pub struct Item<T> {
    letter: u8,
    value: PhantomData<T>,
}

/// Records under a letter and a key of `N` bytes.
pub struct Table<const N: usize, T> {
    letter: u8,
    value: PhantomData<T>,
}

fn encode<T: Serialize>(value: &T) -> StdResult<Vec<u8>> {
    postcard::to_allocvec(value).map_err(|error| StdError::msg(format!("cannot encode: {error}")))
}

fn decode<T: DeserializeOwned>(letter: u8, bytes: &[u8]) -> StdResult<T> {
    postcard::from_bytes(bytes)
        .map_err(|error| StdError::msg(format!("broken record under {}: {error}", char::from(letter))))
}

impl<T: Serialize + DeserializeOwned> Item<T> {
    /// Declares it.
    pub const fn new(letter: u8) -> Self {
        Self { letter, value: PhantomData }
    }

    /// The record; an error if there is none.
    pub fn load(&self, storage: &dyn Storage) -> StdResult<T> {
        self.may_load(storage)?
            .ok_or_else(|| StdError::msg(format!("no record under {}", char::from(self.letter))))
    }

    /// The record, if there is one.
    pub fn may_load(&self, storage: &dyn Storage) -> StdResult<Option<T>> {
        storage.get(&[self.letter]).map(|bytes| decode(self.letter, &bytes)).transpose()
    }

    /// Records it.
    pub fn save(&self, storage: &mut dyn Storage, value: &T) -> StdResult<()> {
        storage.set(&[self.letter], &encode(value)?);
        Ok(())
    }

    /// Forgets it.
    pub fn remove(&self, storage: &mut dyn Storage) {
        storage.remove(&[self.letter]);
    }
}

impl<const N: usize, T: Serialize + DeserializeOwned> Table<N, T> {
    /// Declares it.
    pub const fn new(letter: u8) -> Self {
        Self { letter, value: PhantomData }
    }

    fn key(&self, key: &[u8]) -> Vec<u8> {
        let mut whole = Vec::with_capacity(key.len().saturating_add(1));
        whole.push(self.letter);
        whole.extend_from_slice(key);
        whole
    }

    /// The record, if there is one.
    pub fn may_load(&self, storage: &dyn Storage, key: &[u8; N]) -> StdResult<Option<T>> {
        storage.get(&self.key(key)).map(|bytes| decode(self.letter, &bytes)).transpose()
    }

    /// Records it.
    pub fn save(&self, storage: &mut dyn Storage, key: &[u8; N], value: &T) -> StdResult<()> {
        storage.set(&self.key(key), &encode(value)?);
        Ok(())
    }

    /// Forgets it.
    pub fn remove(&self, storage: &mut dyn Storage, key: &[u8; N]) {
        storage.remove(&self.key(key));
    }

    /// The records with keys from `from` to `to`, both included.
    pub fn range<'a>(
        &self,
        storage: &'a dyn Storage,
        from: &[u8; N],
        to: &[u8; N],
        order: Order,
    ) -> impl Iterator<Item = StdResult<([u8; N], T)>> + use<'a, N, T> {
        let letter = self.letter;
        let mut end = self.key(to);
        end.push(0);
        storage.range(Some(&self.key(from)), Some(&end), order).map(move |(key, value)| {
            let key = key
                .get(1..)
                .and_then(|key| key.try_into().ok())
                .ok_or_else(|| StdError::msg(format!("broken key under {}", char::from(letter))))?;
            Ok((key, decode(letter, &value)?))
        })
    }

    /// All records.
    pub fn all<'a>(
        &self,
        storage: &'a dyn Storage,
        order: Order,
    ) -> impl Iterator<Item = StdResult<([u8; N], T)>> + use<'a, N, T> {
        self.range(storage, &[0; N], &[u8::MAX; N], order)
    }
}
