//! Scenarios, wire, gates and gas on the real wasm

pub mod gas;
pub mod network;
