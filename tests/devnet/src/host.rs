//! What a running contract reaches: its storage at the SDK's prices, and queries.

use std::{cell::RefCell, collections::BTreeMap, ops::Bound, rc::Rc};

use crate::{
    error::Failure,
    gas::{
        COSMWASM_GAS_PER_SDK_GAS, KEY_PREFIX_LENGTH, Meter, delete_price, read_price, step_price, write_price,
    },
    state::{State, as_slices, key_prefix, prefixed_range},
    vm::{Host, HostError, HostResult, Pair},
    world::World,
};

type Range = (Bound<Vec<u8>>, Bound<Vec<u8>>);

/// An iterator that holds no entries, only where it stands.
struct Cursor {
    range: Range,
    descending: bool,
}

/// A contract's view of the world during one call.
pub(crate) struct ContractHost {
    world: Rc<World>,
    contract: String,
    prefix: Vec<u8>,
    cursors: RefCell<BTreeMap<u32, Cursor>>,
}

impl ContractHost {
    pub fn new(world: Rc<World>, contract: &str) -> Result<Self, Failure> {
        let address = world.decode(contract)?;
        Ok(Self {
            world,
            contract: contract.to_owned(),
            prefix: key_prefix(&address),
            cursors: RefCell::default(),
        })
    }

    fn key(&self, key: &[u8]) -> Vec<u8> {
        [&self.prefix, key].concat()
    }

    /// The pair at the near end of a cursor, the prefix cut off.
    fn peek(&self, state: &State, cursor: &Cursor) -> Option<Pair> {
        let mut range = state.store.range(as_slices(&cursor.range));
        let (key, value) = if cursor.descending { range.next_back() } else { range.next() }?;
        Some((key[self.prefix.len()..].to_vec(), value.clone()))
    }
}

/// Charges `gas` for an answer that is ready.
fn charged<T>(state: &mut State, gas: u64, answer: T) -> HostResult<T> {
    let result = state.charge_storage(gas).map(|()| answer).map_err(|_| HostError::OutOfGas);
    (result, gas.saturating_mul(COSMWASM_GAS_PER_SDK_GAS))
}

/// Spends one write of a torn hook.
fn spend_write(state: &mut State) -> Result<(), HostError> {
    match &mut state.write_budget {
        Some(0) => {
            state.torn = true;
            Err(HostError::Failed("torn".to_owned()))
        }
        Some(left) => {
            *left -= 1;
            Ok(())
        }
        None => Ok(()),
    }
}

impl Host for ContractHost {
    fn get(&self, key: &[u8]) -> HostResult<Option<Vec<u8>>> {
        let state = &mut *self.world.state();
        let value = state.store.get(self.key(key).as_slice()).cloned();
        let bytes = value.as_deref().unwrap_or_default();
        state.usage.reads += 1;
        state.usage.read_bytes += (KEY_PREFIX_LENGTH + key.len() + bytes.len()) as u64;
        let price = read_price(key, bytes);
        charged(state, price, value)
    }

    fn scan(&self, start: Option<&[u8]>, end: Option<&[u8]>, descending: bool) -> HostResult<u32> {
        let state = &mut *self.world.state();
        let cursor = Cursor { range: prefixed_range(&self.prefix, start, end), descending };
        let first = self.peek(state, &cursor);
        let price = step_price(first.as_ref().map(|(k, v)| (k.as_slice(), v.as_slice())));
        state.usage.scans += 1;
        let mut cursors = self.cursors.borrow_mut();
        let id = cursors.len() as u32 + 1;
        cursors.insert(id, cursor);
        charged(state, price, id)
    }

    fn next(&self, iterator: u32) -> HostResult<Option<Pair>> {
        let state = &mut *self.world.state();
        let mut cursors = self.cursors.borrow_mut();
        let Some(cursor) = cursors.get_mut(&iterator) else {
            return (Err(HostError::NoIterator(iterator)), 0);
        };
        let Some((key, value)) = self.peek(state, cursor) else {
            return (Ok(None), 0);
        };
        let passed = Bound::Excluded(self.key(&key));
        if cursor.descending {
            cursor.range.1 = passed;
        } else {
            cursor.range.0 = passed;
        }
        state.usage.steps += 1;
        state.usage.read_bytes += (KEY_PREFIX_LENGTH + key.len() + value.len()) as u64;
        let price = step_price(Some((&key, &value)));
        charged(state, price, Some((key, value)))
    }

    fn set(&self, key: &[u8], value: &[u8]) -> HostResult<()> {
        let state = &mut *self.world.state();
        if let Err(e) = spend_write(state) {
            return (Err(e), 0);
        }
        state.usage.writes += 1;
        state.usage.written_bytes += (KEY_PREFIX_LENGTH + key.len() + value.len()) as u64;
        let answer = charged(state, write_price(key, value), ());
        if answer.0.is_ok() {
            state.store.insert(self.key(key), value.to_vec());
        }
        answer
    }

    fn remove(&self, key: &[u8]) -> HostResult<()> {
        let state = &mut *self.world.state();
        if let Err(e) = spend_write(state) {
            return (Err(e), 0);
        }
        state.usage.deletes += 1;
        let answer = charged(state, delete_price(), ());
        if answer.0.is_ok() {
            state.store.remove(&self.key(key));
        }
        answer
    }

    fn query(&self, request: &[u8], gas_limit: u64) -> HostResult<Vec<u8>> {
        self.world.state().meters.push(Meter::new(Some(gas_limit / COSMWASM_GAS_PER_SDK_GAS)));
        let answer = self.world.answer(&self.contract, request);
        let state = &mut *self.world.state();
        let used = state.meters.pop().map_or(0, |meter| meter.used());
        // The parent meter notices an excess at the end of the call, the VM at once.
        let paid = state.meter().charge(used).is_ok();
        let gas = used.saturating_mul(COSMWASM_GAS_PER_SDK_GAS);
        match answer {
            Ok(json) if paid => (Ok(json), gas),
            Err(failure) if !failure.is_panic() => (Err(HostError::Failed(failure.to_string())), gas),
            _ => (Err(HostError::OutOfGas), gas),
        }
    }

    fn prefix(&self) -> String {
        self.world.prefix.clone()
    }
}
