use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Bound;

use cosmwasm_std::{Order, Record, Storage};

/// A storage that can be copied and counts what is done to it.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    entries: BTreeMap<Vec<u8>, Vec<u8>>,
    operations: Cell<u64>,
    written: Cell<u64>,
}

impl Counted {
    /// Reads, writes, deletions and steps of iterators since the last time, and the bytes of keys and values written.
    pub fn taken(&self) -> (u64, u64) {
        (self.operations.take(), self.written.take())
    }

    /// What is there, uncounted.
    pub fn peek(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.entries.get(key).cloned()
    }

    /// How many bytes are kept.
    pub fn size(&self) -> u64 {
        self.entries.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum()
    }

    fn count(&self) {
        self.operations.set(self.operations.get() + 1);
    }
}

impl Storage for Counted {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.count();
        self.peek(key)
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        assert!(!value.is_empty(), "the virtual machine knows no empty value");
        self.count();
        self.written.set(self.written.get() + (key.len() + value.len()) as u64);
        self.entries.insert(key.to_vec(), value.to_vec());
    }

    fn remove(&mut self, key: &[u8]) {
        self.count();
        self.entries.remove(key);
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        self.count();
        if let (Some(start), Some(end)) = (start, end)
            && start >= end
        {
            return Box::new(std::iter::empty());
        }
        let from = start.map_or(Bound::Unbounded, |start| Bound::Included(start.to_vec()));
        let to = end.map_or(Bound::Unbounded, |end| Bound::Excluded(end.to_vec()));
        let entries = self.entries.range((from, to));
        let record = |(key, value): (&Vec<u8>, &Vec<u8>)| {
            self.count();
            (key.clone(), value.clone())
        };
        match order {
            Order::Ascending => Box::new(entries.map(record)),
            Order::Descending => Box::new(entries.rev().map(record)),
        }
    }
}
