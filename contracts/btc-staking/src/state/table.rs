use core::marker::PhantomData;

use cosmwasm_std::{Order, StdError, StdResult, Storage};
use cw_storage_plus::Map;
use serde::{Serialize, de::DeserializeOwned};

/// Packed records under a name and a key.
pub struct Table<T> {
    name: &'static str,
    value: PhantomData<T>,
}

/// One packed record under a name.
pub struct Single<T> {
    name: &'static str,
    value: PhantomData<T>,
}

impl<T: Serialize + DeserializeOwned> Table<T> {
    /// Under that name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, value: PhantomData }
    }

    /// Reads a record.
    ///
    /// # Errors
    /// If it is broken.
    pub fn may_load(&self, storage: &dyn Storage, key: &[u8]) -> StdResult<Option<T>> {
        storage.get(&path(self.name, key)).map(|bytes| decode(self.name, &bytes)).transpose()
    }

    /// Whether there is a record.
    pub fn has(&self, storage: &dyn Storage, key: &[u8]) -> bool {
        storage.get(&path(self.name, key)).is_some()
    }

    /// Writes a record.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub fn save(&self, storage: &mut dyn Storage, key: &[u8], value: &T) -> StdResult<()> {
        storage.set(&path(self.name, key), &encode(self.name, value)?);
        Ok(())
    }

    /// Deletes a record.
    pub fn remove(&self, storage: &mut dyn Storage, key: &[u8]) {
        storage.remove(&path(self.name, key));
    }

    /// Records from one key on and below another, without the name.
    ///
    /// # Errors
    /// If one is broken.
    pub fn range(
        &self,
        storage: &dyn Storage,
        from: &[u8],
        below: &[u8],
        order: Order,
        limit: usize,
    ) -> StdResult<Vec<(Vec<u8>, T)>> {
        let records = raw_range(storage, self.name, from, below, order, limit);
        records.into_iter().map(|(key, bytes)| Ok((key, decode(self.name, &bytes)?))).collect()
    }
}

impl<T: Serialize + DeserializeOwned> Single<T> {
    /// Under that name.
    pub const fn new(name: &'static str) -> Self {
        Self { name, value: PhantomData }
    }

    /// Reads it.
    ///
    /// # Errors
    /// If it is broken.
    pub fn may_load(&self, storage: &dyn Storage) -> StdResult<Option<T>> {
        storage.get(self.name.as_bytes()).map(|bytes| decode(self.name, &bytes)).transpose()
    }

    /// Reads it.
    ///
    /// # Errors
    /// If it is broken or absent.
    pub fn load(&self, storage: &dyn Storage) -> StdResult<T> {
        self.may_load(storage)?.ok_or_else(|| StdError::msg(format!("no record {}", self.name)))
    }

    /// Writes it.
    ///
    /// # Errors
    /// If it cannot be encoded.
    pub fn save(&self, storage: &mut dyn Storage, value: &T) -> StdResult<()> {
        storage.set(self.name.as_bytes(), &encode(self.name, value)?);
        Ok(())
    }
}

#[inline(never)]
fn path(name: &'static str, key: &[u8]) -> Vec<u8> {
    Map::<&[u8], ()>::new(name).key(key).to_vec()
}

#[inline(never)]
fn raw_range(
    storage: &dyn Storage,
    name: &'static str,
    from: &[u8],
    below: &[u8],
    order: Order,
    limit: usize,
) -> Vec<(Vec<u8>, Vec<u8>)> {
    let (from, below, start) = (path(name, from), path(name, below), path(name, &[]).len());
    let records = storage.range(Some(&from), Some(&below), order).take(limit);
    records.map(|(key, value)| (key.get(start..).unwrap_or_default().to_vec(), value)).collect()
}

fn encode<T: Serialize>(name: &'static str, value: &T) -> StdResult<Vec<u8>> {
    records::encode(value).map_err(|error| StdError::msg(format!("cannot encode {name}: {error}")))
}

fn decode<T: DeserializeOwned>(name: &'static str, bytes: &[u8]) -> StdResult<T> {
    records::decode(bytes).map_err(|error| StdError::msg(format!("broken record {name}: {error}")))
}
