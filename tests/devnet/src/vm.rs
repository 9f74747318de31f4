//! The virtual machine behind one small interface of bytes, so that a chain runs on any version of it.
//!
//! A chain hands a [`VmCall`] and a [`Host`] to a [`Vm`] and gets a [`VmOutcome`] back. Everything
//! that crosses is JSON bytes or numbers: no type of `cosmwasm-std` does, since each version of the
//! VM brings its own. [`devnet_vm!`](crate::devnet_vm) writes the implementation for one version.

mod cache_dir;
mod code;
mod macros;
#[cfg(feature = "vm")]
mod three;

use std::rc::Rc;

use thiserror::Error;

pub use cache_dir::CacheDir;
pub use code::{CAPABILITIES, CodeFacts};
#[cfg(feature = "vm")]
pub use three::{Vm3, vm3};

/// The sha256 of a wasm file: how the VM knows a code.
pub type CodeHash = [u8; 32];

/// The export of a contract that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entry {
    /// `instantiate(env, info, msg)`
    Instantiate,
    /// `execute(env, info, msg)`
    Execute,
    /// `query(env, msg)`, read-only
    Query,
    /// `sudo(env, msg)`
    Sudo,
    /// `migrate(env, msg)`, or with the migrate info as a third argument if the contract takes one
    Migrate,
    /// `reply(env, reply)`
    Reply,
    /// `ibc_channel_open(env, msg)`
    IbcChannelOpen,
    /// `ibc_channel_connect(env, msg)`
    IbcChannelConnect,
    /// `ibc_channel_close(env, msg)`
    IbcChannelClose,
    /// `ibc_packet_receive(env, msg)`
    IbcPacketReceive,
    /// `ibc_packet_ack(env, msg)`
    IbcPacketAck,
    /// `ibc_packet_timeout(env, msg)`
    IbcPacketTimeout,
}

/// One call of an entry point.
#[derive(Debug, Clone)]
pub struct VmCall<'a> {
    /// Which code.
    pub code: &'a CodeHash,
    /// Which export.
    pub entry: Entry,
    /// `env` as JSON.
    pub env: &'a [u8],
    /// `info` (for [`Entry::Instantiate`] and [`Entry::Execute`]) or migrate info as JSON, else empty.
    pub info: &'a [u8],
    /// The message as JSON.
    pub msg: &'a [u8],
    /// The most CosmWasm gas the call may use, what the host charges included.
    pub gas_limit: u64,
}

/// What came of a call.
#[derive(Debug, Clone)]
pub struct VmOutcome {
    /// The JSON that the contract answered (`{"ok":…}` or `{"error":"…"}`), or why it did not.
    pub result: Result<Vec<u8>, VmFailure>,
    /// CosmWasm gas used by the wasm and by the VM's own imports, without what the host charged.
    pub gas_used: u64,
    /// CosmWasm gas that the host charged: storage and queries.
    pub gas_charged_by_host: u64,
    /// Pages (64 KiB) of memory at the end.
    pub memory_pages: usize,
}

/// Why a contract gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VmFailure {
    /// Wasm, storage and queries together reached the limit.
    #[error("out of gas")]
    OutOfGas,
    /// A panic, a missing export, a broken answer, or a host that failed.
    #[error("{0}")]
    Failed(String),
}

/// Why the host could not serve the contract.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HostError {
    /// The gas meter of the transaction is at its limit.
    #[error("out of gas")]
    OutOfGas,
    /// No iterator has this number.
    #[error("iterator {0} does not exist")]
    NoIterator(u32),
    /// Anything else; it aborts the call.
    #[error("{0}")]
    Failed(String),
}

/// An answer of the host, and the CosmWasm gas that it charges for it.
pub type HostResult<T> = (Result<T, HostError>, u64);

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// What a running contract can reach: its own storage, and queries. Keys are the contract's own,
/// without any prefix.
pub trait Host {
    /// The value at `key`.
    fn get(&self, key: &[u8]) -> HostResult<Option<Vec<u8>>>;
    /// Opens an iterator over `start` (inclusive) to `end` (exclusive).
    fn scan(&self, start: Option<&[u8]>, end: Option<&[u8]>, descending: bool) -> HostResult<u32>;
    /// The next pair of an iterator.
    fn next(&self, iterator: u32) -> HostResult<Option<Pair>>;
    /// Writes `value` at `key`.
    fn set(&self, key: &[u8], value: &[u8]) -> HostResult<()>;
    /// Deletes `key`.
    fn remove(&self, key: &[u8]) -> HostResult<()>;
    /// Answers a `QueryRequest` (JSON) with a `SystemResult<ContractResult<Binary>>` (JSON), using at
    /// most `gas_limit` CosmWasm gas.
    fn query(&self, request: &[u8], gas_limit: u64) -> HostResult<Vec<u8>>;
    /// The bech32 prefix of the chain.
    fn prefix(&self) -> String;
}

/// A version of the VM.
pub trait Vm {
    /// The version, for reports: `3.0.10`.
    fn version(&self) -> &str;
    /// Whether it counts what the contracts' own computing costs.
    fn counts_gas(&self) -> bool {
        true
    }
    /// Checks a wasm file against the default limits and [`CAPABILITIES`] and keeps it, compiled and
    /// pinned.
    ///
    /// # Errors
    /// The VM's own text.
    fn store(&self, wasm: &[u8]) -> Result<CodeFacts, String>;
    /// Runs one call in a fresh instance.
    fn call(&self, call: &VmCall<'_>, host: Rc<dyn Host>) -> VmOutcome;
}
