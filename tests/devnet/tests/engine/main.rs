//! The engine against a contract that does what it is told (`tests/probe`), as real wasm.

mod branches;
mod faults;
mod gas;
mod hooks;
mod ibc;
mod probe;
mod query;
mod relay;
mod submessages;
mod transfer;
mod txs;
