//! Storage at the SDK's prices (read 1,000 + 3 a byte, write 2,000 + 30, delete 1,000, step 30 + 3), every key 33 bytes
//! longer.

use std::cell::Cell;

use cosmwasm_std::testing::MockStorage;
use cosmwasm_std::{Order, Record, Storage};

#[derive(Default)]
pub struct Metered {
    pub inner: MockStorage,
    gas: Cell<u64>,
}

/// What a read of another contract's storage costs.
pub fn read_price(key: usize, value: usize) -> u64 {
    1_000 + 3 * (PREFIX + key + value) as u64
}

const PREFIX: usize = 33;

impl Metered {
    fn charge(&self, flat: usize, per_byte: usize, bytes: usize) {
        self.gas.set(self.gas.get() + (flat + per_byte * (PREFIX + bytes)) as u64);
    }

    /// What was charged since the last time.
    pub fn taken(&self) -> u64 {
        self.gas.replace(0)
    }
}

impl Storage for Metered {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let value = self.inner.get(key);
        self.charge(1_000, 3, key.len() + value.as_ref().map_or(0, Vec::len));
        value
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.charge(2_000, 30, key.len() + value.len());
        self.inner.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.charge(1_000, 0, 0);
        self.inner.remove(key);
    }

    fn range<'a>(
        &'a self,
        from: Option<&[u8]>,
        to: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        let charged = |(key, value): &Record| self.charge(30, 3, key.len() + value.len());
        Box::new(self.inner.range(from, to, order).inspect(charged))
    }
}
