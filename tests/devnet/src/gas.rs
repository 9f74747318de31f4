//! Gas: the Cosmos SDK's prices for storage, meters with a limit, and what a call used.
//!
//! Two units: **SDK gas**, what a transaction pays, and **CosmWasm gas**, what the VM counts; 140,000
//! of the latter are one of the former. Storage is charged in SDK gas, at the SDK's prices on key and
//! value, every key lengthened by the 33 bytes that wasmd puts before it.

use std::ops::{AddAssign, Sub};

use thiserror::Error;

/// How much CosmWasm gas one SDK gas is.
pub const COSMWASM_GAS_PER_SDK_GAS: u64 = 140_000;
/// What wasmd puts before every key of a contract: one byte and the contract's 32-byte address.
pub const KEY_PREFIX_LENGTH: usize = 33;
/// What wasmd charges to start an instance of a pinned code.
pub const INSTANCE_PINNED: u64 = 2_000;
/// What wasmd charges to start an instance of a code that is not pinned.
pub const INSTANCE_UNPINNED: u64 = 60_000;
/// What a transaction pays per byte.
pub const TX_BYTE: u64 = 10;

const READ_FLAT: u64 = 1_000;
const READ_BYTE: u64 = 3;
const WRITE_FLAT: u64 = 2_000;
const WRITE_BYTE: u64 = 30;
const DELETE_FLAT: u64 = 1_000;
const STEP_FLAT: u64 = 30;
// Such that the CosmWasm gas still fits in 64 bits with room for addition.
const UNLIMITED: u64 = u64::MAX / COSMWASM_GAS_PER_SDK_GAS / 4;

fn length(key: &[u8], value: &[u8]) -> u64 {
    (key.len() + KEY_PREFIX_LENGTH + value.len()) as u64
}

/// The price of reading `value` at `key` (nothing there: empty), in SDK gas.
pub fn read_price(key: &[u8], value: &[u8]) -> u64 {
    READ_FLAT + READ_BYTE * length(key, value)
}

/// The price of reading a contract's balance from x/bank's own store: a letter, the address behind its length, the denom.
pub fn balance_price(denom: &str, amount: &str) -> u64 {
    READ_FLAT + READ_BYTE * (KEY_PREFIX_LENGTH + 1 + denom.len() + amount.len()) as u64
}

/// The price of writing `value` at `key`, in SDK gas.
pub fn write_price(key: &[u8], value: &[u8]) -> u64 {
    WRITE_FLAT + WRITE_BYTE * length(key, value)
}

/// The price of a deletion, in SDK gas.
pub const fn delete_price() -> u64 {
    DELETE_FLAT
}

/// The price of standing on a pair with an iterator, in SDK gas: paid for the first pair when the
/// iterator opens (`None`: it is empty) and for each pair that it passes, as the SDK does.
pub fn step_price(pair: Option<(&[u8], &[u8])>) -> u64 {
    STEP_FLAT + pair.map_or(0, |(key, value)| READ_BYTE * length(key, value))
}

/// The limit of a meter was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("gas wanted: {limit}, gas used: {used}")]
pub struct OutOfGas {
    /// The limit, in SDK gas.
    pub limit: u64,
    /// What had been asked for when it was passed.
    pub used: u64,
}

/// Counts SDK gas up to a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meter {
    limit: u64,
    used: u64,
}

impl Meter {
    /// A fresh meter; `None` is practically unlimited.
    pub fn new(limit: Option<u64>) -> Self {
        Self { limit: limit.unwrap_or(UNLIMITED).min(UNLIMITED), used: 0 }
    }

    /// Charges `gas`.
    ///
    /// # Errors
    /// [`OutOfGas`] if that passes the limit; it stays charged.
    pub fn charge(&mut self, gas: u64) -> Result<(), OutOfGas> {
        self.used = self.used.saturating_add(gas);
        if self.used > self.limit {
            return Err(OutOfGas { limit: self.limit, used: self.used });
        }
        Ok(())
    }

    /// Charges all that is left.
    pub fn exhaust(&mut self) -> OutOfGas {
        self.used = self.used.max(self.limit.saturating_add(1));
        OutOfGas { limit: self.limit, used: self.used }
    }

    /// What was charged.
    pub const fn used(&self) -> u64 {
        self.used
    }

    /// What may still be charged.
    pub const fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    /// Whether everything is used and more was asked for.
    pub const fn is_exhausted(&self) -> bool {
        self.used > self.limit
    }
}

/// What one or more calls used, queried and sub-called contracts included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// CosmWasm gas of wasm and VM, all contracts.
    pub cosmwasm_gas: u64,
    /// SDK gas of storage.
    pub storage_gas: u64,
    /// SDK gas of starting instances, which the published figures leave out.
    pub instance_gas: u64,
    /// Entry points run, queries included.
    pub calls: u64,
    /// Smart queries that contracts asked.
    pub queries: u64,
    /// Storage reads.
    pub reads: u64,
    /// Storage writes.
    pub writes: u64,
    /// Storage deletions.
    pub deletes: u64,
    /// Iterators opened.
    pub scans: u64,
    /// Pairs that iterators gave.
    pub steps: u64,
    /// Bytes read, key prefixes included.
    pub read_bytes: u64,
    /// Bytes written, key prefixes included.
    pub written_bytes: u64,
}

impl Usage {
    /// SDK gas as the published figures count it: wasm and storage, queries included, instances not.
    pub const fn sdk_gas(&self) -> u64 {
        self.cosmwasm_gas / COSMWASM_GAS_PER_SDK_GAS + self.storage_gas
    }

    /// SDK gas with wasmd's price for each instance.
    pub const fn charged_gas(&self) -> u64 {
        self.sdk_gas() + self.instance_gas
    }
}

macro_rules! each_field {
    ($self:ident, $other:ident, $op:ident: $($field:ident),*) => {
        Usage { $($field: $self.$field.$op($other.$field)),* }
    };
}

impl Sub for Usage {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        each_field!(self, other, saturating_sub: cosmwasm_gas, storage_gas, instance_gas, calls, queries,
            reads, writes, deletes, scans, steps, read_bytes, written_bytes)
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        *self = each_field!(self, other, saturating_add: cosmwasm_gas, storage_gas, instance_gas, calls,
            queries, reads, writes, deletes, scans, steps, read_bytes, written_bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_the_sdks_on_prefixed_keys() {
        assert_eq!(read_price(b"k", b""), 1_000 + 3 * 34);
        assert_eq!(read_price(b"k", &[0; 100]), 1_000 + 3 * 134);
        assert_eq!(write_price(b"k", &[0; 100]), 2_000 + 30 * 134);
        assert_eq!(balance_price("ubbn", "1000"), 1_000 + 3 * (1 + 1 + 32 + 4 + 4));
        assert_eq!(step_price(None), 30);
        assert_eq!(step_price(Some((b"k", b"v"))), 30 + 3 * 35);
        assert_eq!(delete_price(), 1_000);
    }

    #[test]
    fn a_meter_stops_above_its_limit_not_at_it() {
        let mut meter = Meter::new(Some(10));
        assert_eq!(meter.charge(10), Ok(()));
        assert!(!meter.is_exhausted());
        assert_eq!(meter.charge(1), Err(OutOfGas { limit: 10, used: 11 }));
        assert_eq!(meter.remaining(), 0);
    }

    #[test]
    fn no_limit_still_fits_the_vms_counter() {
        let meter = Meter::new(None);
        assert!(meter.remaining().checked_mul(COSMWASM_GAS_PER_SDK_GAS).is_some());
    }
}
