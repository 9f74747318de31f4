//! Everything on the chain that a failed call has to leave as it was.

use std::ops::Bound;

use cosmwasm_std::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    gas::{Meter, OutOfGas, Usage},
    ibc::IbcState,
    journal::{Journal, Mark, changes_hash},
    vm::CodeFacts,
};

/// A wasm file that was stored.
#[derive(Debug, Clone)]
pub struct Code {
    /// What the VM found in it.
    pub facts: CodeFacts,
    /// Who stored it.
    pub creator: String,
    /// Whether starting an instance costs 2,000 instead of 60,000 SDK gas.
    pub pinned: bool,
    /// Its size.
    pub bytes: usize,
}

/// A contract that was instantiated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contract {
    /// The number of its code.
    pub code_id: u64,
    /// Who instantiated it.
    pub creator: String,
    /// Who may migrate it.
    pub admin: Option<String>,
    /// Its label.
    pub label: String,
    /// Its IBC port, if its code has the IBC entry points.
    pub ibc_port: Option<String>,
}

/// The block that calls run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockNow {
    /// Its height.
    pub height: u64,
    /// Its time.
    pub time: Timestamp,
}

#[derive(Debug, Clone)]
pub(crate) struct State {
    pub store: Journal<Vec<u8>, Vec<u8>>,
    pub bank: Journal<(String, String), u128>,
    pub contracts: Journal<String, Contract>,
    pub counters: Journal<String, u64>,
    pub ibc: IbcState,
    pub codes: Vec<Code>,
    pub now: BlockNow,
    pub tx_index: Option<u32>,
    pub meters: Vec<Meter>,
    pub usage: Usage,
    /// How many writes a torn hook may still make.
    pub write_budget: Option<u64>,
    pub torn: bool,
    pub depth: u32,
}

/// A point to which [`State::rollback`] can return.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checkpoint {
    store: Mark,
    bank: Mark,
    contracts: Mark,
    counters: Mark,
    ibc: [Mark; 5],
    codes: usize,
}

impl State {
    pub fn new(now: BlockNow) -> Self {
        Self {
            store: Journal::default(),
            bank: Journal::default(),
            contracts: Journal::default(),
            counters: Journal::default(),
            ibc: IbcState::default(),
            codes: Vec::new(),
            now,
            tx_index: None,
            meters: vec![Meter::new(None)],
            usage: Usage::default(),
            write_budget: None,
            torn: false,
            depth: 0,
        }
    }

    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            store: self.store.mark(),
            bank: self.bank.mark(),
            contracts: self.contracts.mark(),
            counters: self.counters.mark(),
            ibc: self.ibc.marks(),
            codes: self.codes.len(),
        }
    }

    pub fn rollback(&mut self, to: Checkpoint) {
        self.store.rollback(to.store);
        self.bank.rollback(to.bank);
        self.contracts.rollback(to.contracts);
        self.counters.rollback(to.counters);
        self.ibc.rollback(to.ibc);
        self.codes.truncate(to.codes);
    }

    /// The app hash after this block: the former one, chained with what the block changed.
    pub fn seal(&mut self, former: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(former);
        hash.update(changes_hash(&self.store.seal()));
        hash.update(changes_hash(&self.bank.seal()));
        hash.update(changes_hash(&self.contracts.seal()));
        hash.update(changes_hash(&self.counters.seal()));
        self.ibc.seal().iter().for_each(|part| hash.update(part));
        hash.finalize().into()
    }

    pub fn meter(&mut self) -> &mut Meter {
        if self.meters.is_empty() {
            self.meters.push(Meter::new(None));
        }
        self.meters.last_mut().expect("one was just put there")
    }

    pub fn charge_storage(&mut self, gas: u64) -> Result<(), OutOfGas> {
        self.usage.storage_gas += gas;
        self.meter().charge(gas)
    }

    /// Counts up, and gives the number before.
    pub fn next(&mut self, counter: &str) -> u64 {
        let n = self.counters.get(counter).copied().unwrap_or(0);
        self.counters.insert(counter.to_owned(), n + 1);
        n
    }
}

/// Entries and bytes of keys (without prefix) and values of one contract.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StateSize {
    /// How many entries.
    pub entries: u64,
    /// How many bytes in keys and values.
    pub bytes: u64,
}

/// What stands before each key of a contract: `0x03` and its address.
pub(crate) fn key_prefix(address: &[u8]) -> Vec<u8> {
    [&[3], address].concat()
}

/// The range of a prefix, narrowed to `start..end` within it.
pub(crate) fn prefixed_range(
    prefix: &[u8],
    start: Option<&[u8]>,
    end: Option<&[u8]>,
) -> (Bound<Vec<u8>>, Bound<Vec<u8>>) {
    let low = Bound::Included([prefix, start.unwrap_or_default()].concat());
    let high = end.map_or_else(
        || prefix_end(prefix).map_or(Bound::Unbounded, Bound::Excluded),
        |end| Bound::Excluded([prefix, end].concat()),
    );
    (low, high)
}

/// The first byte string that is above everything that starts with `prefix`.
fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

/// A range by reference.
pub(crate) fn as_slices(range: &(Bound<Vec<u8>>, Bound<Vec<u8>>)) -> (Bound<&[u8]>, Bound<&[u8]>) {
    (range.0.as_ref().map(Vec::as_slice), range.1.as_ref().map(Vec::as_slice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State::new(BlockNow { height: 1, time: Timestamp::from_seconds(1) })
    }

    #[test]
    fn the_app_hash_commits_to_what_changed_and_to_the_past() {
        let run = |past: u8, key: &[u8], value: &[u8]| {
            let mut s = state();
            s.store.insert(key.to_vec(), value.to_vec());
            s.seal(&[past; 32])
        };
        let base = run(0, b"k", b"v");
        assert_eq!(run(0, b"k", b"v"), base);
        assert_ne!(run(0, b"k", b"w"), base);
        assert_ne!(run(0, b"l", b"v"), base);
        assert_ne!(run(1, b"k", b"v"), base);
    }

    #[test]
    fn what_was_rolled_back_leaves_no_trace_in_the_app_hash() {
        let mut with = state();
        let mut without = state();
        let point = with.checkpoint();
        with.store.insert(b"k".to_vec(), b"v".to_vec());
        with.bank.insert(("a".into(), "u".into()), 5);
        with.next("c");
        with.rollback(point);
        assert_eq!(with.seal(&[0; 32]), without.seal(&[0; 32]));
    }

    #[test]
    fn money_and_contracts_are_part_of_the_state_too() {
        let empty = state().seal(&[0; 32]);
        let mut rich = state();
        rich.bank.insert(("a".into(), "u".into()), 5);
        assert_ne!(rich.seal(&[0; 32]), empty);
    }

    #[test]
    fn a_prefix_ends_where_the_next_begins() {
        assert_eq!(prefix_end(&[3, 4]), Some(vec![3, 5]));
        assert_eq!(prefix_end(&[3, 255]), Some(vec![4]));
        assert_eq!(prefix_end(&[255]), None);
    }
}
