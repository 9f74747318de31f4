//! Scenarios, wire, gates and gas on the real wasm

pub mod flat;
pub mod gas;
pub mod network;

pub use simulation::chart;
