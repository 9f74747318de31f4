use std::panic::resume_unwind;
use std::rc::Rc;

use super::Trap;
use crate::vm::{Host, HostResult};
use cosmwasm_std::{
    Binary, ContractResult, Order, Querier, QuerierResult, Record, Storage, SystemResult, from_json,
};

/// What the chain charges for it, the chain has counted.
fn served<T>((result, _): HostResult<T>) -> T {
    result.unwrap_or_else(|error| resume_unwind(Box::new(Trap(error))))
}

/// The contract's storage.
pub struct Backing(pub Rc<dyn Host>);

impl Storage for Backing {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        served(self.0.get(key))
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        let iterator = served(self.0.scan(start, end, order == Order::Descending));
        Box::new(std::iter::from_fn(move || served(self.0.next(iterator))))
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        assert!(!value.is_empty(), "the virtual machine takes no empty value");
        served(self.0.set(key, value));
    }

    fn remove(&mut self, key: &[u8]) {
        served(self.0.remove(key));
    }
}

/// Questions to the chain and to other contracts.
pub struct Asking(pub Rc<dyn Host>);

impl Querier for Asking {
    fn raw_query(&self, request: &[u8]) -> QuerierResult {
        let answer = served(self.0.query(request, u64::MAX / 8));
        from_json::<SystemResult<ContractResult<Binary>>>(&answer).expect("the chain speaks JSON")
    }
}
